"""What an app says about itself at its client_id, asked over real sockets (IndieAuth §4.2)."""

import base64
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Response

from endpoint.domain.indieauth.client_information import ClientInformation, read_client
from endpoint.services.indieauth.client_information import Clients
from endpoint.stores.web import Web

APP = "https://app.example/"
PNG = b"\x89PNG\r\n\x1a\n and the rest"
SVG = '<svg xmlns="http://www.w3.org/2000/svg">%s</svg>'


@pytest.fixture
def web():
    """All names lead to this machine, and these may be fetched from it."""
    allowed = ["app.example", "other.example", "localhost", "app.localhost", "127.0.0.1", "::1"]
    return Web(allowed, timeout_s=30, resolve=lambda *_: ["127.0.0.1"])


@pytest.fixture
def clients(web, clock):
    return Clients(web, clock)


@pytest.fixture
def url_of(httpserver):
    def url_of(path="/", host="app.example"):
        return f"http://{host}:{httpserver.port}{path}"

    return url_of


@pytest.fixture
def serve(httpserver):
    """Return a function that answers at a path with ``body``, an object as JSON."""

    def serve(body="", path="/", content_type="text/html", **options):
        if not isinstance(body, str | bytes):
            body, content_type = json.dumps(body), "application/json"
        httpserver.clear()
        httpserver.expect_request(path).respond_with_data(
            body, content_type=content_type, **options
        )

    return serve


def read(body, url=APP, client_id=APP, media_type="text/html", **headers):
    return read_client(client_id, headers, media_type, body, url)


def read_json(document, url=APP, client_id=APP):
    return read(json.dumps(document), url, client_id, "application/json")


# The JSON metadata document


def test_metadata_document(clients, httpserver, url_of):
    """IndieAuth §4.2.1."""
    client_id = url_of("/client.json")
    httpserver.expect_request("/client.json").respond_with_json(
        {
            "client_id": client_id,
            "client_name": "OwnYourSwarm",
            "client_uri": url_of("/"),
            "logo_uri": url_of("/logo.png"),
            "redirect_uris": ["https://elsewhere.example/cb", "app-name:/callback"],
        }
    )

    information = clients.look_up(client_id)

    assert information == ClientInformation(
        client_id,
        name="OwnYourSwarm",
        logo_uri=url_of("/logo.png"),
        redirect_uris=frozenset({"https://elsewhere.example/cb", "app-name:/callback"}),
    )
    [(request, _)] = httpserver.log
    assert request.headers["Accept"].startswith("application/json, text/html")


@pytest.mark.parametrize(
    ("named", "counts"),
    [
        pytest.param("https://app.example/id.json", True, id="same"),
        pytest.param("HTTPS://App.Example:443/id.json", True, id="other spelling"),
        pytest.param("https://app.example/", False, id="home page"),
        pytest.param("http://app.example/id.json", False, id="scheme"),
        pytest.param("https://other.example/id.json", False, id="host"),
        pytest.param("/id.json", False, id="relative"),
        pytest.param(["https://app.example/id.json"], False, id="list"),
        pytest.param(None, False, id="null"),
    ],
)
def test_document_counts_only_for_the_client_id_it_names(named, counts):
    """The client_id in the document must match the URL (IndieAuth §4.2.1)."""
    uris = ["https://elsewhere.example/cb"]
    document = {"client_id": named, "client_name": "App", "redirect_uris": uris}

    information = read_json(document, f"{APP}id.json", f"{APP}id.json")

    if counts:
        assert (information.name, information.redirect_uris) == ("App", set(uris))
        assert not information.problem
    else:
        assert (information.name, information.redirect_uris) == ("", set())
        assert "another client_id" in information.problem


@pytest.mark.parametrize(
    ("logo_uri", "expected"),
    [
        pytest.param("https://cdn.example/l.png", "https://cdn.example/l.png", id="elsewhere"),
        pytest.param("logo.png", "https://app.example/a/logo.png", id="relative"),
        pytest.param("//cdn.example/l.png", "https://cdn.example/l.png", id="no scheme"),
        pytest.param("data:image/png;base64,AAAA", "", id="data"),
        pytest.param("javascript:alert(1)", "", id="javascript"),
        pytest.param("file:///etc/passwd", "", id="file"),
        pytest.param("https://ada@cdn.example/", "", id="user name"),
        pytest.param("http://[", "", id="malformed"),
        pytest.param(f"/{'a' * 3000}", "", id="long"),
        pytest.param(["logo.png"], "", id="list"),
        pytest.param("", "", id="empty"),
    ],
)
def test_logo_uri_is_on_the_web(logo_uri, expected):
    document = {"client_id": APP, "logo_uri": logo_uri}

    assert read_json(document, f"{APP}a/id.json").logo_uri == expected


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"client_name": 7, "redirect_uris": "app:/cb"}, id="number and string"),
        pytest.param({"client_name": ["App"], "redirect_uris": {"app:/cb": 1}}, id="list, object"),
        pytest.param({"client_name": None, "redirect_uris": None}, id="null"),
        pytest.param({"client_name": {}, "redirect_uris": [7, None, ["app:/cb"]]}, id="within"),
    ],
)
def test_members_of_the_wrong_type_are_passed_over(document):
    information = read_json({"client_id": APP, **document})

    assert information == ClientInformation(APP)


def test_redirect_uris_are_limited():
    uris = [f"app:/{number}" for number in range(1000)]

    information = read_json({"client_id": APP, "redirect_uris": ["app:/" + "a" * 3000, *uris]})

    assert information.redirect_uris == set(uris[:50])


# The page


@pytest.mark.parametrize("root", ["h-app", "h-x-app", "x h-app y"])
def test_h_app(root):
    page = f"""<title>Wrong</title><div class="{root}"><img class="u-logo" src="logo.png" alt="L">
        <a class="u-url p-name" href="/">The <b>App</b></a></div>"""

    assert read(page, f"{APP}a/", f"{APP}a/") == ClientInformation(
        f"{APP}a/",
        name="The App",
        logo_uri="https://app.example/a/logo.png",
    )


@pytest.mark.parametrize(
    ("page", "name"),
    [
        pytest.param("<title>App</title>", "App", id="title"),
        pytest.param("<html><head><title>A &amp; B</title></html>", "A & B", id="entity"),
        pytest.param('<title>T</title><p class="h-app"></p>', "T", id="h-app without a name"),
        pytest.param('<title>T</title><a class="h-app" href="/">A</a>', "A", id="implied name"),
        pytest.param('<title>T</title><p class="h-card">C</p>', "T", id="h-card"),
        pytest.param(
            f'<title>T</title><p class="h-app">{"x" * 20_000}</p>',
            "T",
            id="h-app as long as a book",
        ),
        pytest.param(
            '<title>T</title><div class="h-app"><base href="http://[">A</div>',
            "T",
            id="broken base",
        ),
        pytest.param(
            '<p class="h-app">A</p><p class="h-app">B</p>', "A", id="the first of two h-apps"
        ),
        pytest.param(
            '<p class="h-app"><b class="p-name h-card">C</b></p>', "C", id="h-card as a name"
        ),
        pytest.param("<p>nothing</p>", "", id="neither"),
        pytest.param("<title></title>", "", id="empty title"),
        pytest.param("<!-- nothing -->", "", id="comment"),
        pytest.param("", "", id="empty page"),
    ],
)
def test_name_of_a_page(page, name):
    assert read(page).name == name


def test_photo_where_there_is_no_logo():
    page = '<p class="h-app"><img class="u-photo" src="/photo.png">App</p>'

    assert read(page).logo_uri == "https://app.example/photo.png"


def test_logo_from_the_base_of_the_page():
    page = '<base href="/static/"><p class="h-app"><img class="u-logo" src="l.png">App</p>'

    assert read(page).logo_uri == "https://app.example/static/l.png"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("  The\n\t App  ", "The App", id="blanks"),
        pytest.param("Quill\u202egro.live\u202c", "Quillgro.live", id="right to left"),
        pytest.param("\u2066Quill\u2069\u200f", "Quill", id="isolates and marks"),
        pytest.param("Qu\u200bill\ufeff\u00ad", "Quill", id="without width"),
        pytest.param("Qu\x00i\x1bll\x7f\x85", "Quill", id="controls"),
        pytest.param("\udc80Quill", "Quill", id="lone surrogate"),
        pytest.param("a \u202e b", "a b", id="blanks around what goes"),
        pytest.param("\u202e", "", id="nothing left"),
        pytest.param("👩\u200d💻 Bücher 本", "👩\u200d💻 Bücher 本", id="letters and joined emoji"),
        pytest.param("<script>", "<script>", id="markup stays text"),
        pytest.param("a" * 80, "a" * 80, id="as long as can be"),
        pytest.param("a" * 81, "a" * 79 + "…", id="too long"),
        pytest.param("a" * 500_000, "a" * 79 + "…", id="far too long"),
    ],
)
def test_name_is_one_short_honest_line(name, expected):
    assert read_json({"client_id": APP, "client_name": name}).name == expected


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<div>" * 200_000, id="deep"),
        pytest.param('<div class="h-app">' * 50_000, id="deep h-apps"),
        pytest.param('<i class="h-app">x</i>' * 40_000, id="many h-apps"),
        pytest.param(
            '<div class="h-app">' + '<i class="p-name h-card">' * 600, id="names in names"
        ),
        pytest.param('<p class="h-app">' + '<i class="p-name">x</i>' * 900, id="many names"),
        pytest.param('<p class="h-app">' + "x" * 900_000, id="long h-app"),
        pytest.param("<a rel=redirect_uri href=app:/cb>" * 25_000, id="many links"),
        pytest.param("<" * 900_000, id="brackets"),
        pytest.param("\0" * 900_000, id="NUL"),
    ],
)
def test_hostile_page_costs_little(page):
    started = time.process_time()

    information = read(page)

    assert time.process_time() - started < 2
    assert len(information.name) <= 80


@given(st.text(), st.sampled_from(["text/html", "application/json", ""]))
def test_every_answer_can_be_read(body, media_type):
    information = read(f"<p class=h-app>{body}" if media_type == "text/html" else body)

    assert information.client_id == APP
    assert information.redirect_uris == set()


# Redirect URIs


@pytest.mark.parametrize(
    ("client_id", "redirect_uri"),
    [
        pytest.param("https://quill.p3k.io/", "https://quill.p3k.io/auth/callback", id="Quill"),
        pytest.param(
            "https://ownyourswarm.p3k.io/client.json",
            "https://ownyourswarm.p3k.io/auth/callback",
            id="OwnYourSwarm",
        ),
        pytest.param(
            "https://micropublish.net/", "https://micropublish.net/auth/callback", id="Micropublish"
        ),
        pytest.param(
            "https://sparkles.sploot.com/id", "https://sparkles.sploot.com/callback", id="Sparkles"
        ),
        pytest.param(
            "https://omnibear.com/client_id.json",
            "https://omnibear.com/auth/success",
            id="omnibear",
        ),
        pytest.param(
            "https://micro.blog/", "https://micro.blog/indieauth/redirect", id="Micro.blog"
        ),
        pytest.param(
            "https://indigenous.abode.pub", "https://indigenous.abode.pub/ios/", id="Indigenous"
        ),
        pytest.param("http://localhost:8000/", "http://localhost:8000/cb", id="on this machine"),
    ],
)
def test_own_redirect_uri_needs_no_fetch(clock, client_id, redirect_uri):
    """Scheme, host and port of the client_id (IndieAuth §4.2.2)."""
    asked = []
    clients = Clients(Web(resolve=lambda host, _: asked.append(host) or []), clock)

    assert clients.allows(client_id, redirect_uri)
    assert not asked


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            {"body": '<link rel="redirect_uri" href="http://127.0.0.1:12345/callback">'}, id="link"
        ),
        pytest.param(
            {"headers": {"Link": '<http://127.0.0.1:12345/callback>; rel="redirect_uri"'}},
            id="Link header",
        ),
        pytest.param(
            {
                "body": "{}",
                "content_type": "application/json",
                "headers": {"Link": '<http://127.0.0.1:12345/callback>; rel="redirect_uri"'},
            },
            id="Link header beside JSON",
        ),
        pytest.param(
            {
                "body": '<a rel="me" href="/"></a>'
                '<a rel="x Redirect_URI" href="http://127.0.0.1:12345/callback"></a>'
            },
            id="a",
        ),
    ],
)
def test_redirect_uri_elsewhere_that_the_app_lists(clients, serve, url_of, answer):
    """Shpub's page lists an address on the user's machine (IndieAuth §4.2.2)."""
    serve(path="/shpub.htm", **answer)

    assert clients.allows(url_of("/shpub.htm"), "http://127.0.0.1:12345/callback")
    assert not clients.allows(url_of("/shpub.htm"), "http://127.0.0.1:12346/callback")


@pytest.mark.parametrize(
    ("redirect_uri", "allowed"),
    [
        pytest.param("https://cb.example/a?b", True, id="listed"),
        pytest.param("app-name:/callback", True, id="listed app"),
        pytest.param("https://cb.example/a", False, id="without its query"),
        pytest.param("https://cb.example/a?b&c", False, id="with more query"),
        pytest.param("https://cb.example/a?b#", False, id="with a fragment"),
        pytest.param("https://CB.example/a?b", False, id="other case"),
        pytest.param("https://cb.example/", False, id="above"),
        pytest.param("app-name:/callback/x", False, id="below"),
        pytest.param("https://evil.example/", False, id="unlisted"),
        pytest.param("", False, id="empty"),
    ],
)
def test_listed_redirect_uri_matches_exactly(clients, serve, url_of, redirect_uri, allowed):
    """IndieAuth §10.1, RFC 9700 §2.1."""
    listed = ["https://cb.example/a?b", "app-name:/callback"]
    serve({"client_id": url_of(), "redirect_uris": listed})

    assert clients.allows(url_of(), redirect_uri) is allowed


def test_relative_link_to_the_redirect_uri(clients, serve, url_of):
    serve('<link rel="redirect_uri" href="//cb.example/a">', "/a/")

    assert clients.allows(url_of("/a/"), "http://cb.example/a")


# Pages that moved, failed or must not be asked


def test_page_that_moved_within_its_host(clients, httpserver, url_of):
    httpserver.expect_request("/").respond_with_data(status=302, headers={"Location": "/new/"})
    httpserver.expect_request("/new/").respond_with_data(
        '<title>App</title><link rel="redirect_uri" href="app:/cb">', content_type="text/html"
    )

    information = clients.look_up(url_of())

    assert (information.client_id, information.name) == (url_of(), "App")
    assert information.redirect_uris == {"app:/cb"}


@pytest.mark.parametrize("as_json", [True, False])
def test_page_on_another_host_lists_no_redirect_uris(clients, httpserver, url_of, as_json):
    """An open redirect on the app's site must not lead to redirect URIs of somebody else."""
    client_id = url_of("/go")
    httpserver.expect_request("/go").respond_with_data(
        status=302, headers={"Location": url_of("/evil", host="other.example")}
    )
    document = {"client_id": client_id, "client_name": "App", "redirect_uris": ["app:/evil"]}
    page = '<title>App</title><link rel="redirect_uri" href="app:/evil">'
    httpserver.expect_request("/evil").respond_with_data(
        json.dumps(document) if as_json else page,
        content_type="application/json" if as_json else "text/html",
        headers={"Link": '<app:/evil>; rel="redirect_uri"'},
    )

    information = clients.look_up(client_id)

    assert (information.name, information.redirect_uris) == ("App", set())


@pytest.mark.parametrize(
    ("body", "status", "content_type", "problem"),
    [
        pytest.param("<title>No</title>", 404, "text/html", "status 404", id="not found"),
        pytest.param("<title>No</title>", 410, "text/html", "status 410", id="gone"),
        pytest.param("<title>No</title>", 500, "text/html", "status 500", id="error"),
        pytest.param('{"client_id": ', 200, "application/json", "neither", id="half a document"),
        pytest.param("[]", 200, "application/json", "neither", id="list"),
        pytest.param("null", 200, "application/json", "neither", id="null"),
        pytest.param("[" * 100_000, 200, "application/json", "neither", id="deep"),
        pytest.param("9" * 5000, 200, "application/json", "neither", id="long number"),
        pytest.param("{}", 200, "application/json", "another client_id", id="empty object"),
        pytest.param("", 200, "application/json", "neither", id="empty"),
        pytest.param(PNG, 200, "image/png", "neither", id="picture"),
        pytest.param("x" * 1_100_000, 200, "text/html", "larger", id="too large"),
    ],
)
def test_answer_that_says_nothing(clients, serve, url_of, body, status, content_type, problem):
    serve(body, status=status, content_type=content_type)

    information = clients.look_up(url_of())

    assert information == ClientInformation(url_of(), problem=information.problem)
    assert problem in information.problem


def test_document_that_is_not_utf_8(clients, serve, url_of):
    document = json.dumps({"client_id": url_of(), "client_name": "Bücher"}, ensure_ascii=False)
    serve(document.encode("latin-1"), content_type="application/json")
    first = clients.look_up(url_of())
    serve(document.encode("utf-8-sig"), "/x", content_type="application/json; charset=latin-1")

    second = clients.look_up(url_of("/x"))

    assert (first.name, second.name) == ("", "")
    assert "neither" in first.problem
    assert "another client_id" in second.problem


def test_page_in_another_encoding(clients, serve, url_of):
    serve("<title>Bücher</title>".encode("latin-1"), content_type="text/html; charset=latin-1")

    assert clients.look_up(url_of()).name == "Bücher"


def test_document_without_its_media_type(clients, serve, url_of):
    document = json.dumps({"client_id": url_of(), "client_name": "App"})
    serve(document, content_type="application/octet-stream")

    assert clients.look_up(url_of()).name == "App"


def test_page_that_cannot_be_reached(clock):
    def resolve(host, port):
        raise OSError

    information = Clients(Web(resolve=resolve), clock).look_up(APP)

    assert "the host does not exist" in information.problem
    assert information == ClientInformation(APP, problem=information.problem)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "app.localhost", "[::1]", "LOCALHOST"])
def test_client_id_on_this_machine_is_never_fetched(clients, httpserver, url_of, host):
    """Not even where the owner allows the host (IndieAuth §4.2 MUST NOT)."""
    client_id = url_of("/id", host)
    httpserver.expect_request("/id").respond_with_data("<title>App</title>")

    information = clients.look_up(client_id)

    assert not clients.allows(client_id, "app:/cb")
    assert clients.logo(client_id) == ""
    assert httpserver.log == []
    assert information.name == ""
    assert information.problem


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "10.0.0.1", "192.168.1.1", "169.254.169.254"]
)
def test_client_id_with_a_private_address_is_never_fetched(clock, address):
    """A name that resolves to a loopback address is not fetched either (IndieAuth §4.2)."""
    clients = Clients(Web(resolve=lambda *_: [address]), clock)

    information = clients.look_up("http://app.example:8080/")

    assert "private" in information.problem


@pytest.mark.parametrize(
    "client_id", ["", "app", "ftp://app.example/", "http://127.1/", "https://app.example/#x"]
)
def test_malformed_client_id_is_never_fetched(clock, client_id):
    asked = []
    clients = Clients(Web(resolve=lambda host, _: asked.append(host) or []), clock)

    information = clients.look_up(client_id)

    assert (information.client_id, information.name) == (client_id, "")
    assert information.problem
    assert not clients.allows(client_id, "app:/cb")
    assert asked == []


# Memory


@pytest.mark.parametrize(
    ("status", "seconds", "asked"),
    [
        pytest.param(200, 3599, 1, id="an hour when it was read"),
        pytest.param(200, 3600, 2, id="and no longer"),
        pytest.param(500, 59, 1, id="a minute when it was not"),
        pytest.param(500, 60, 2, id="and no longer than that"),
    ],
)
def test_answers_are_remembered(clients, serve, httpserver, url_of, clock, status, seconds, asked):
    serve("<title>App</title>", status=status)

    first = clients.look_up(url_of())
    clock.forward(seconds=seconds)
    second = clients.look_up(url_of().upper().replace("HTTP", "http"))

    assert first == second
    assert len(httpserver.log) == asked


# Logos


def data_url(kind, content):
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


@pytest.fixture
def logo_of(clients, httpserver, url_of):
    """Return a function that serves a logo and returns what is shown of it."""

    def logo_of(content, status=200, path="/logo", host="app.example"):
        httpserver.expect_request("/").respond_with_json(
            {"client_id": url_of(), "logo_uri": url_of(path, host)}
        )
        httpserver.expect_request("/logo").respond_with_data(
            content, status=status, content_type="text/html"
        )
        return clients.logo(url_of())

    return logo_of


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(PNG, "png", id="png"),
        pytest.param(b"\xff\xd8\xff\xe0 and the rest", "jpeg", id="jpeg"),
        pytest.param(b"GIF89a and the rest", "gif", id="gif"),
        pytest.param(b"GIF87a and the rest", "gif", id="old gif"),
        pytest.param(b"RIFF\n\0\0\0WEBPVP8 ", "webp", id="webp"),
        pytest.param(PNG.ljust(100_000), "png", id="as large as can be"),
    ],
)
def test_logo_by_its_first_bytes(logo_of, content, kind):
    assert logo_of(content) == data_url(kind, content)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html><script>alert(1)</script>", id="page"),
        pytest.param(b"RIFF\n\0\0\0WAVEfmt ", id="sound"),
        pytest.param(b" " + PNG, id="signature too late"),
        pytest.param(b"BM\0\0", id="bmp"),
        pytest.param(PNG.ljust(100_001), id="too large"),
    ],
)
def test_no_logo(logo_of, content):
    assert logo_of(content) == ""


@pytest.mark.parametrize(
    "inside",
    [
        pytest.param('<path d="M0 0"/>', id="path"),
        pytest.param(
            '<defs><linearGradient id="a"><stop offset="0"/></linearGradient></defs>'
            '<!-- c --><g style="fill:url(#a)"><text>App</text></g>',
            id="gradient",
        ),
        pytest.param('<x:view xmlns:x="http://editor.example/" x:zoom="1"/>', id="an editor's"),
        pytest.param(
            '<linearGradient xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="#a"/>',
            id="reference within",
        ),
    ],
)
def test_svg_that_only_draws(logo_of, inside):
    svg = f'<?xml version="1.0"?>\n<!DOCTYPE svg>{SVG % inside}'.encode()

    assert logo_of(svg) == data_url("svg+xml", svg)


@pytest.mark.parametrize(
    "svg",
    [
        pytest.param(SVG % "<script>alert(1)</script>", id="script"),
        pytest.param(SVG % '<path onload="alert(1)"/>', id="handler"),
        pytest.param(SVG % '<a href="javascript:alert(1)"><path/></a>', id="link"),
        pytest.param(SVG % "<foreignObject><path/></foreignObject>", id="foreign object"),
        pytest.param(SVG % '<b xmlns="http://www.w3.org/1999/xhtml">x</b>', id="XHTML"),
        pytest.param(SVG % '<image href="https://evil.example/"/>', id="picture elsewhere"),
        pytest.param(SVG % '<use href="#a"/>', id="use"),
        pytest.param(
            SVG % '<stop xmlns:x="http://www.w3.org/1999/xlink" x:href="https://evil.example/"/>',
            id="reference elsewhere",
        ),
        pytest.param(SVG % "<?php ?>", id="instruction"),
        pytest.param('<?xml-stylesheet href="x"?>' + SVG % "<path/>", id="style sheet"),
        pytest.param('<!DOCTYPE svg [<!ENTITY a "M0 0">]>' + SVG % '<path d="&a;"/>', id="entity"),
        pytest.param(SVG % "<path>", id="malformed"),
        pytest.param("<svg><path/></svg>", id="no namespace"),
    ],
)
def test_svg_that_does_more(logo_of, svg):
    assert logo_of(svg.encode()) == ""


def test_svg_that_hides_its_entities(logo_of):
    svg = '<!DOCTYPE svg [<!ENTITY a "M0 0">]>' + SVG % '<path d="&a;"/>'

    assert logo_of(svg.encode("utf-16")) == ""


def test_no_logo_from_an_error(logo_of):
    assert logo_of(PNG, status=404) == ""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_logo_on_this_machine_is_never_fetched(logo_of, httpserver, host):
    assert logo_of(PNG, host=host) == ""
    assert [request.path for request, _ in httpserver.log] == ["/"]


def test_no_logo_from_a_host_that_may_not_be_fetched(logo_of):
    assert logo_of(PNG, host="unknown.example") == ""


def test_logo_is_fetched_once(clients, httpserver, url_of):
    httpserver.expect_request("/").respond_with_data(
        '<p class="h-app"><img class="u-logo" src="/logo">App</p>', content_type="text/html"
    )
    httpserver.expect_request("/logo").respond_with_handler(
        lambda request: Response(PNG if request.headers["Accept"].startswith("image/") else "")
    )

    logos = [clients.logo(url_of()) for _ in range(3)]

    assert logos == [data_url("png", PNG)] * 3
    assert [request.path for request, _ in httpserver.log] == ["/", "/logo"]


def test_app_without_a_logo(clients, serve, httpserver, url_of):
    serve("<title>App</title>")

    assert clients.logo(url_of()) == ""
    assert len(httpserver.log) == 1
