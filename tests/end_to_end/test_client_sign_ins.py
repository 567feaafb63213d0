"""Signing in as the apps that people use do it: what each reads, asks, sends and needs."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, quote, urlencode, urljoin

import mf2py
import pytest
import requests
from conftest import ME, make_installation
from lxml import html
from oauth_apps import FORM, challenge_of, decide, sent_to, sign_in
from pytest_httpserver import HTTPServer

from endpoint.app import make_app
from endpoint.assembly import assemble
from endpoint.stores.web import Web

CLASSIC = ("micropub", "authorization_endpoint", "token_endpoint")
LISTS = {
    "/shpub.htm": ("text/html", '<link rel="redirect_uri" href="http://127.0.0.1:12345/callback">'),
    "/entries-cli": ("text/html", '<a rel="redirect_uri" href="http://localhost:7881/">back</a>'),
}


@dataclass(frozen=True)
class Home:
    """A page as an app gets it: its Link lines joined with commas, its HTML, its URL."""

    link: str
    text: str
    url: str


# Each reader gives what it finds as {relation: URL}, by the rules of the app it is named for.


def indieauth_client(home):
    """Header before HTML, any element with the relation (Quill, OwnYourGram, Monocle)."""
    in_page = mf2py.parse(doc=home.text, url=home.url)["rels"]
    in_header = {
        rel: re.findall(rf'<([^>]+)>; *rel="?{rel}"?(?:[;,]|$)', home.link) for rel in CLASSIC
    }
    return {rel: (in_header[rel] or in_page[rel])[0] for rel in CLASSIC}


def indigenous_android(home):
    """Header lines cut at , and ;, the relation first; exactly two hits for signing in."""
    found, hits = {}, 0
    for line in home.link.split(","):
        url, rel = line.split(";")[:2]
        rel = rel.strip().replace("rel=", "").replace('"', "")
        if rel in CLASSIC:
            found[rel] = re.sub("[<>]", "", url).strip()
            hits += rel != "micropub"
    for element in html.fromstring(home.text).xpath("//link[@href]"):
        rel = element.get("rel")
        if rel in CLASSIC and rel not in found:
            found[rel] = urljoin(home.url, element.get("href"))
            hits += rel != "micropub"
    assert hits == 2
    return found


def micropub_helper(home):
    """HTML first, then overruled by the header, whose values are cut at every comma."""
    found = head_links(home)
    for line in home.link.split(","):
        if match := re.search(r'<(.*)>; rel="(.*)"', line):
            found |= {match[2]: match[1]} if match[2] in CLASSIC else {}
    return found


def flask_micropub(home):
    """The links as requests parses them; the page must be an answer of status 2xx."""
    links = requests.utils.parse_header_links(home.link)
    return {link["rel"]: link["url"] for link in links if link["rel"] in CLASSIC}


def shpub(home):
    """Nothing but links in the head, their relation compared as a whole."""
    page = html.document_fromstring(home.text)
    return {
        rel: page.xpath(f'string(/html/head/link[@rel="{rel}" and @href]/@href)') for rel in CLASSIC
    }


def head_links(home):
    """The first link of each relation, its href as it is written (Micro.blog)."""
    links = html.document_fromstring(home.text).find("head").iter("link")
    found = [(link.get("rel"), link.get("href")) for link in links]
    return dict(reversed([pair for pair in found if pair[0] in CLASSIC]))


def entries(home):
    """The relations of mf2py, of the page that is given."""
    rels = mf2py.parse(doc=home.text, url=home.url)["rels"]
    return {rel: rels[rel][0] for rel in CLASSIC}


def by_metadata(home, get):
    """The metadata first; what is not in it is from the header, and micropub from the HTML."""
    [url] = set(re.findall(r'<([^>]+)>; rel="indieauth-metadata"', home.link))
    document = json.loads(get(url).text)
    return {**document, "metadata": url, "micropub": head_links(home)["micropub"]}


READERS = [
    indieauth_client,
    indigenous_android,
    micropub_helper,
    flask_micropub,
    shpub,
    head_links,
    entries,
]


@pytest.mark.parametrize("page", ["", "?v=1763800215", "about/"])
@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_the_endpoints_are_found_over_http(live, reader, page):
    """IndieAuth §4.1, Micropub §5.1."""
    response = requests.get(f"{live.url}{page}", timeout=30)
    head = requests.head(f"{live.url}{page}", timeout=30)

    found = reader(Home(response.headers["Link"], response.text, response.url))

    assert found == {
        "micropub": f"{live.url}micropub",
        "authorization_endpoint": f"{live.url}auth",
        "token_endpoint": f"{live.url}token",
    }
    assert head.headers["Link"] == response.headers["Link"]
    # Clients that know the metadata refuse an issuer on plain http.
    assert "indieauth-metadata" not in response.headers["Link"] + response.text


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
def test_the_endpoints_are_found_over_https(site, reader):
    """IndieAuth §4.1: the links of old agree with the metadata."""
    found = reader(site.home())

    document = by_metadata(site.home(), site.get)
    assert found == {rel: document[rel] for rel in CLASSIC}
    # Indigenous, Micro.blog and Flask-Micropub append their question with a "?", come what may.
    assert all(re.fullmatch(r"https://[^?#,]+", url) for url in found.values())


def test_the_issuer_suits_the_strictest_library(site):
    """indieauth-client 1.1.6 takes an https issuer alone that begins its metadata's URL."""
    found = by_metadata(site.home(), site.get)

    assert re.fullmatch(r"https://[^?#]+", found["issuer"])
    assert found["metadata"].startswith(found["issuer"])


class Site:
    """A site at https://site.example/, really built, and the owner's browser and the apps at it."""

    def __init__(self, app):
        self.browser, self._apps = app.test_client(), app.test_client()
        sign_in(self.browser, root=ME.rstrip("/"))

    def get(self, url, **options):
        return self._apps.get(urljoin(ME, url), **options)

    def post(self, url, **options):
        return self._apps.post(urljoin(ME, url), **options)

    def home(self, path="/"):
        with self.get(path) as response:
            assert response.status_code == 200
            return Home(", ".join(response.headers.getlist("Link")), response.text, ME)


@pytest.fixture(scope="module")
def apps_pages():
    """The pages of the apps that are answered on the owner's computer: the host and port."""
    with HTTPServer(host="127.0.0.1") as server:
        for path, (media_type, text) in LISTS.items():
            server.expect_request(path).respond_with_data(text, content_type=media_type)
        yield f"http://app.test:{server.port}"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    config = make_installation(tmp_path_factory.mktemp("clients") / "site", serve=True)
    web = Web(["app.test"], timeout_s=30, resolve=lambda *_: ["127.0.0.1"])
    parts = replace(assemble(config), web=web)
    parts.builder.build()
    yield Site(make_app(parts))
    parts.close()


JSON_OR_FORM = "application/json, application/x-www-form-urlencoded"
JSON_GET = {"Content-Type": "application/json; charset=utf-8"}


@dataclass(frozen=True)
class Client:
    """What an app does; APP in its URLs is where its page is, with the port."""

    client_id: str
    redirect_uri: str
    scope: str
    reads: Callable = indieauth_client
    verifier: str = ""
    state: str = "a1b2c3d4e5f60718"
    is_raw: bool = False
    redeems_with: tuple[str, ...] = ()
    accept: str | None = "application/json"
    content_type: str = FORM
    needs: tuple[str, ...] = ("code", "state")
    then: tuple[tuple[str, dict[str, str]], ...] = (("?q=config", {}),)

    def at(self, apps_pages):
        client_id = self.client_id.replace("APP", apps_pages)
        return replace(self, client_id=client_id)

    def question(self, endpoint):
        """Return the URL to open in the browser."""
        asked = {
            "me": ME,
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "scope": self.scope,
            "response_type": "code",
        }
        if self.verifier:
            asked["code_challenge"] = challenge_of(self.verifier)
            asked["code_challenge_method"] = "S256"
        return f"{endpoint}?{self._write(asked)}"

    def redemption(self, code, **changes):
        """Return the body that is posted to the token endpoint."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
        }
        sent |= {"code_verifier": self.verifier} if self.verifier else {}
        sent |= {"me": ME} if "me" in self.redeems_with else {}
        sent |= {"state": self.state} if "state" in self.redeems_with else {}
        return self._write(sent | changes)

    def _write(self, pairs):
        if self.is_raw:
            return "&".join(f"{name}={value.replace(' ', '+')}" for name, value in pairs.items())
        return urlencode({name: value for name, value in pairs.items() if value}, quote_via=quote)

    @property
    def headers(self):
        return {} if self.accept is None else {"Accept": self.accept}


def hex_of(length):
    return ("0123456789abcdef" * 8)[:length]


CLIENTS = {
    "Quill": Client(
        "https://quill.p3k.io/",
        "https://quill.p3k.io/auth/callback",
        "profile create update media",
        verifier=hex_of(64),
        accept="application/json, application/x-www-form-urlencoded;q=0.8",
        then=(("?q=config", {}), ("?q=syndicate-to", {})),
    ),
    "OwnYourGram": Client(
        "https://ownyourgram.com/",
        "https://ownyourgram.com/auth/callback",
        "create media",
        redeems_with=("me",),
        accept="application/json, application/x-www-form-urlencoded;q=0.8",
        then=(("?q=config", {}), ("?q=syndicate-to", {})),
    ),
    "OwnYourSwarm": Client(
        "https://ownyourswarm.p3k.io/client.json",
        "https://ownyourswarm.p3k.io/auth/callback",
        "create update",
        verifier=hex_of(64),
        accept="application/json, application/x-www-form-urlencoded;q=0.8",
        then=(("?q=syndicate-to", {}),),
    ),
    "Monocle": Client(
        "https://monocle.p3k.io/",
        "https://monocle.p3k.io/login/callback",
        "create update read follow channels profile",
        verifier=hex_of(64),
        accept="application/json, application/x-www-form-urlencoded;q=0.8",
    ),
    "Micropublish": Client(
        "https://micropublish.net/",
        "https://micropublish.net/auth/callback",
        "create update delete undelete",
        reads=by_metadata,
        verifier=hex_of(100),
        accept="*/*",
        then=(
            ("?q=config", JSON_GET),
            ("?q=syndicate-to&post-type=note", JSON_GET),
            ("?q=channel", JSON_GET),
        ),
    ),
    "Sparkles": Client(
        "https://sparkles.sploot.com/id",
        "https://sparkles.sploot.com/callback",
        "create",
        reads=by_metadata,
        verifier=hex_of(43),
        needs=("code", "state", "iss"),
        then=(("?q=config", {"Content-Type": "undefined"}),),
    ),
    "omnibear, micropub-helper 2": Client(
        "https://omnibear.com/client_id.json",
        "https://omnibear.com/auth/success",
        "create delete update",
        reads=micropub_helper,
        verifier=hex_of(43),
        redeems_with=("me",),
        content_type=f"{FORM};charset=UTF-8",
        then=(("", {}), ("?q=syndicate-to", {}), ("?q=post-types", {})),
    ),
    "Together, micropub-helper 1": Client(
        "https://alltogethernow.io/",
        "https://alltogethernow.io/",
        "post create delete update read follow mute block channels",
        reads=micropub_helper,
        redeems_with=("me",),
        accept=JSON_OR_FORM,
        content_type=f"{FORM};charset=UTF-8",
        then=(("", {}), ("?q=config", {})),
    ),
    "shpub": Client(
        "APP/shpub.htm",
        "http://127.0.0.1:12345/callback",
        "create",
        reads=shpub,
        redeems_with=("me", "state"),
        accept=None,
        needs=("code", "state", "me"),
    ),
    "entries": Client(
        "APP/entries-cli",
        "http://localhost:7881/",
        "update",
        reads=entries,
        redeems_with=("me",),
        accept="*/*",
        then=(),
    ),
    "Flask-Micropub": Client(
        "https://reader.example/",
        "https://reader.example/micropub-callback",
        "post",
        reads=flask_micropub,
        state="6f1d2c3b4a5968778695a4b3c2d1e0f1|https://reader.example/?next=1&x=ü",
        redeems_with=("me", "state"),
        accept="*/*",
        needs=("code", "state", "me"),
    ),
    "Micro.blog for iOS and Android": Client(
        "https://micro.blog/",
        "https://micro.blog/indieauth/redirect",
        "create",
        reads=head_links,
        state="4711",
        then=(
            ("?q=config", {}),
            ("?q=category&mp-destination=", {}),
            ("?q=source&mp-destination=undefined", {}),
        ),
    ),
    "Micro.blog for Mac": Client(
        "https://micro.blog/",
        "https://micro.blog/micropub/redirect",
        "create",
        reads=head_links,
        redeems_with=("me", "state"),
        accept=None,
        needs=("code", "state", "me"),
    ),
    "IndiePass": Client(
        "https://indiepass.app/",
        "https://indiepass.app/android-callback",
        "create update delete media read follow channels mute block",
        reads=indigenous_android,
        verifier=hex_of(64),
        state="3b0ddc08-1",
        is_raw=True,
        redeems_with=("me",),
        content_type=f"{FORM}; charset=UTF-8",
        then=(("?q=config", {}), ("?q=category", {}), ("?q=contact", {})),
    ),
    "Indigenous for iOS": Client(
        "https://indigenous.abode.pub",
        "https://indigenous.abode.pub/ios-login-redirect",
        "create read",
        reads=indieauth_client,
        is_raw=True,
        redeems_with=("me", "state"),
        then=(("?q=config", {}), ("?q=syndicate-to", {})),
    ),
}
EVERY_CLIENT = pytest.mark.parametrize("client", [*CLIENTS.values()], ids=[*CLIENTS])


def discover(site, client):
    home = site.home()
    return by_metadata(home, site.get) if client.reads is by_metadata else client.reads(home)


def allow(site, client, endpoint):
    """Return what the app is told in its callback, after the owner has said yes."""
    page = site.browser.get(urljoin(ME, client.question(endpoint)))
    place, callback = sent_to(decide(site.browser, page))
    assert place == client.redirect_uri
    return callback


@EVERY_CLIENT
def test_200_sign_in(site, apps_pages, client):
    """IndieAuth §5.2.1 and §5.3.3, RFC 6749 §4.1.2 and §5.1."""
    client = client.at(apps_pages)
    found = discover(site, client)

    callback = allow(site, client, found["authorization_endpoint"])
    response = site.post(
        found["token_endpoint"],
        data=client.redemption(callback["code"]),
        headers=client.headers,
        content_type=client.content_type,
    )

    assert all(callback[name] for name in client.needs)
    assert callback["state"] == client.state
    assert callback["me"] == ME
    assert callback["iss"] == found.get("issuer", ME)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.json["access_token"]
    assert response.json["token_type"] == "Bearer"
    assert response.json["scope"].split() == client.scope.split()
    assert response.json["me"] == ME
    assert ("profile" in response.json) == ("profile" in client.scope)
    bearer = {"Authorization": f"Bearer {response.json['access_token']}"}
    for query, headers in client.then:
        known = site.get(found["micropub"] + query, headers={**bearer, **headers})
        assert (known.status_code, known.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    ("accept", "read"),
    [
        pytest.param("*/*", lambda response: response.json["me"], id="JSON"),
        pytest.param(FORM, lambda response: parse_qs(response.text)["me"][0], id="form"),
    ],
)
def test_200_flask_micropub_asks_only_who_it_is(site, accept, read):
    """No scope and no PKCE; the code goes to the authorization endpoint without a grant_type."""
    client = replace(CLIENTS["Flask-Micropub"], scope="")
    endpoint = client.reads(site.home())["authorization_endpoint"]

    callback = allow(site, client, endpoint)
    body = client.redemption(callback["code"], grant_type="")
    response = site.post(endpoint, data=body, content_type=FORM, headers={"Accept": accept})

    assert "grant_type" not in body
    assert callback["me"] == ME
    assert response.status_code == 200
    assert read(response) == ME


@pytest.mark.parametrize(
    ("name", "redirect_uri"),
    [
        pytest.param("shpub", "http://192.168.1.5:12345/callback", id="shpub over SSH"),
        pytest.param("entries", "http://127.0.0.1:7881/", id="entries, another spelling"),
        pytest.param("Indigenous for iOS", "indigenous://auth/callback", id="own scheme"),
    ],
)
def test_400_an_address_that_the_app_does_not_list(site, apps_pages, name, redirect_uri):
    """The owner hears of it, and nobody is sent there (IndieAuth §4.2.2)."""
    client = replace(CLIENTS[name].at(apps_pages), redirect_uri=redirect_uri)

    page = site.browser.get(client.question(f"{ME}auth"))

    assert page.status_code == 400
    assert "Location" not in page.headers
    assert "redirect_uri is on another host" in page.text
    assert "whoever makes the app can mend it" in page.text


def token_of(site, name):
    """Return the access token that the app ``name`` gets."""
    client = CLIENTS[name]
    callback = allow(site, client, f"{ME}auth")
    body = client.redemption(callback["code"])
    answer = site.post(f"{ME}token", data=body, content_type=FORM, headers=client.headers)
    return answer.json["access_token"]


def test_200_indigenous_reads_the_profile_at_the_token_endpoint(site):
    """IndieAuth §5.3.4, at a place of before 2022."""
    bearer = {"Authorization": f"Bearer {token_of(site, 'Monocle')}"}

    known = site.get(f"{ME}token", headers={**bearer, "Accept": "application/json"})

    assert known.status_code == 200
    assert known.json["me"] == ME
    assert known.json["profile"]["name"] == "Ada"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("Quill", id="Quill, without authorization"),
        pytest.param("IndiePass", id="IndiePass, with it"),
    ],
)
def test_200_apps_give_their_token_back_at_the_token_endpoint(site, name):
    """IndieAuth §7, at a place of before 2022."""
    token = token_of(site, name)
    bearer = {"Authorization": f"Bearer {token}"}
    body = urlencode({"action": "revoke", "token": token})
    headers = bearer if name == "IndiePass" else {}

    answer = site.post(f"{ME}token", data=body, content_type=FORM, headers=headers)

    assert answer.status_code == 200
    assert site.get(f"{ME}micropub", headers=bearer).status_code == 401


def test_200_the_configuration_as_often_as_micropublish_asks(site):
    bearer = {"Authorization": f"Bearer {token_of(site, 'Micropublish')}"}

    answers = [site.get(f"{ME}micropub?q=config", headers=bearer) for _ in range(600)]

    assert {answer.status_code for answer in answers} == {200}


def test_200_the_configuration_suits_every_app(site):
    """Sparkles merges it into its session; Quill hides what is not listed and trips on channels."""
    bearer = {"Authorization": f"Bearer {token_of(site, 'Sparkles')}"}

    config = site.get(f"{ME}micropub?q=config", headers=bearer).json

    kept = {"me", "access_token", "micropub", "scope", "issuer", "state", "verifier", "channels"}
    assert kept.isdisjoint(config)
    assert {"note", "article", "reply", "photo", "like"} <= {
        t["type"] for t in config["post-types"]
    }
