"""The official Micro.blog apps at this server: sign-in, posts and what they show of errors."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
import requests
from lxml import html
from oauth_apps import decide, sent_to, sign_in

RELS = ("micropub", "authorization_endpoint", "token_endpoint")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@dataclass(frozen=True)
class OfficialApp:
    """What tells the app for phones from the one for the Mac."""

    redirect_uri: str
    is_mac: bool = False


PHONE = OfficialApp("https://micro.blog/indieauth/redirect")
MAC = OfficialApp("https://micro.blog/micropub/redirect", is_mac=True)
EVERY_APP = pytest.mark.parametrize("app", [PHONE, MAC], ids=["phone", "Mac"])


def head_links(page):
    """Return the href of the first ``<link>`` whose ``rel`` is exactly this word."""
    elements = html.document_fromstring(page).xpath("/html/head/link[@rel]")
    found = [(element.get("rel"), element.get("href")) for element in reversed(elements)]
    return {rel: href for rel, href in found if rel in RELS}


class Browser(requests.Session):
    """It stops before the app's own site, which is not asked for here."""

    def post(self, url, **options):
        return super().post(url, allow_redirects=False, timeout=30, **options)


def ask_owner(live, app, links):
    """Open the address as the apps put it together; return what comes back to them."""
    with Browser() as browser:
        sign_in(browser, root=live.url.rstrip("/"))
        asked = (
            f"?me={live.url}&redirect_uri={app.redirect_uri}&client_id=https://micro.blog/"
            "&state=4711&scope=create&response_type=code"
        )
        page = browser.get(links["authorization_endpoint"] + asked, timeout=30)
        return sent_to(decide(browser, page))


def redeem(links, app, code):
    """Ask for the token, without PKCE."""
    form = {
        "grant_type": "authorization_code",
        "client_id": "https://micro.blog/",
        "code": code,
        "redirect_uri": app.redirect_uri,
    }
    headers = {"Accept": "application/json"}
    return requests.post(links["token_endpoint"], data=form, headers=headers, timeout=30).json()


@pytest.fixture
def signed_in(live):
    """Return a function that signs an app in, and gives where it posts, and its header."""

    def run(app=PHONE):
        page = requests.get(f"{live.url}?v=1763800215", timeout=30)
        links = head_links(page.text)
        _, callback = ask_owner(live, app, links)
        token = redeem(links, app, callback["code"])["access_token"]
        return links["micropub"], {"Authorization": f"Bearer {token}"}

    return run


def send(signed, *parts):
    """Post multipart, which they do even where there is no file."""
    micropub, headers = signed
    files = [(name, value if isinstance(value, tuple) else (None, value)) for name, value in parts]
    return requests.post(micropub, files=files, headers=headers, timeout=30)


def source_of(live, answer):
    """Return the properties of the post at ``Location``."""
    live.parts.index.catch_up()
    return live.parts.index.find(answer.headers["Location"]).properties


def test_the_home_page_names_each_endpoint_in_a_link_of_its_own(live):
    page = requests.get(f"{live.url}?v=1763800215", timeout=30)

    links = head_links(page.text)

    assert links == {
        "micropub": f"{live.url}micropub",
        "authorization_endpoint": f"{live.url}auth",
        "token_endpoint": f"{live.url}token",
    }
    assert not any(urlsplit(url).query for url in links.values())


@EVERY_APP
def test_sign_in_without_pkce(live, app):
    links = head_links(requests.get(live.url, timeout=30).text)

    place, callback = ask_owner(live, app, links)
    answer = redeem(links, app, callback["code"])

    assert place == app.redirect_uri
    # The app for the Mac stops where one of these is missing.
    assert (callback["state"], callback["me"]) == ("4711", live.url)
    assert answer["access_token"]
    assert answer["scope"] == "create"


def test_403_a_code_goes_to_no_other_redirect_uri(live):
    links = head_links(requests.get(live.url, timeout=30).text)
    _, callback = ask_owner(live, PHONE, links)

    answer = redeem(links, MAC, callback["code"])

    assert answer["error"] == "invalid_grant"


@pytest.mark.parametrize("query", ["q=config", "q=category&mp-destination=", "q=syndicate-to"])
def test_200_what_they_ask_first(signed_in, query):
    micropub, headers = signed_in(MAC)

    answer = requests.get(f"{micropub}?{query}", headers=headers, timeout=30)

    assert answer.status_code == 200
    assert query != "q=config" or answer.json()["media-endpoint"].endswith("/media")


def test_200_the_one_site_to_post_to_has_a_name(live, signed_in):
    micropub, headers = signed_in()

    config = requests.get(f"{micropub}?q=config", headers=headers, timeout=30).json()

    assert config["destination"] == [{"uid": live.url, "name": "Ada"}]


@pytest.mark.parametrize("destination", ["", "null", "undefined", "https://site.example/"])
def test_201_note_from_a_phone(live, signed_in, destination):
    answer = send(
        signed_in(),
        ("h", "entry"),
        ("content", f"From a phone to {destination or 'nowhere'}"),
        ("post-status", "published"),
        ("mp-destination", destination),
        ("mp-syndicate-to[]", ""),
    )

    assert answer.status_code == 201
    properties = source_of(live, answer)
    assert properties["content"] == [f"From a phone to {destination or 'nowhere'}"]
    assert not properties.keys() & {"mp-destination", "mp-syndicate-to", "syndication"}


def test_201_photo_goes_to_the_media_endpoint_first(live, signed_in):
    micropub, headers = signed_in()
    config = requests.get(f"{micropub}?q=config", headers=headers, timeout=30).json()
    media = requests.post(
        config["media-endpoint"],
        files={"file": ("image.png", PNG, "image/png"), "mp-destination": (None, "null")},
        headers=headers,
        timeout=30,
    )
    url = media.headers["Location"]

    answer = send(
        (micropub, headers),
        ("h", "entry"),
        ("name", ""),
        ("content", "A picture"),
        ("photo[]", url),
        ("photo[]", "https://elsewhere.example/other.jpg"),
        ("mp-photo-alt[]", "Blank"),
        ("category[]", "one"),
        ("category[]", "two words"),
        ("summary", ""),
        ("mp-syndicate-to[]", ""),
    )

    assert media.status_code == 201
    assert answer.status_code == 201
    properties = source_of(live, answer)
    first, other = properties["photo"]
    assert first["alt"] == "Blank"
    assert other == "https://elsewhere.example/other.jpg"
    assert properties["category"] == ["one", "two words"]
    assert not properties.keys() & {"name", "summary"}


def test_201_draft_from_the_mac(live, signed_in):
    micropub, headers = signed_in(MAC)
    form = {"h": "entry", "name": "", "content": "Not yet", "post-status": "draft", "summary": ""}

    answer = requests.post(micropub, data=form, headers=headers, timeout=30)

    assert answer.status_code == 201
    # A member named error would be a failure, whatever the status.
    assert "error" not in answer.text
    assert source_of(live, answer)["post-status"] == ["draft"]


def test_400_the_sentence_that_they_show(signed_in):
    answer = send(signed_in(), ("h", "entry"), ("content", ""), ("mp-destination", ""))

    assert answer.status_code == 400
    assert re.fullmatch(r"[ -~]+", answer.json()["error_description"])


def test_401_after_the_owner_took_the_token_back(live, signed_in):
    micropub, headers = signed_in()
    token = live.parts.tokens.verify(headers["Authorization"].partition(" ")[2])

    live.parts.tokens.revoke(token.id)

    answer = requests.get(f"{micropub}?q=config", headers=headers, timeout=30)
    assert answer.status_code == 401
    assert "sign in" in answer.json()["error_description"]


def test_201_copied_where_the_owner_ticks_it(installation, start, client_of, bearer_of):
    usual = {"kind": "microblog", "name": "Micro.blog", "always": True}
    installation.configure(syndication=[{**usual, "uid": "first"}, {**usual, "uid": "second"}])
    parts = start()
    client, headers = client_of(parts), bearer_of(parts, "create")

    for ticked in ("", "second"):
        data = {"h": "entry", "content": f"To {ticked}", "mp-syndicate-to[]": ticked}
        answer = client.post(
            "/micropub", data=data, headers=headers, content_type="multipart/form-data"
        )
        assert answer.status_code == 201

    rows = parts.syndication.overview.page(1).rows
    assert [(row.target, row.permalink) for row in rows] == [("second", answer.location)]
