"""Sources on real servers: fetched, judged, and kept from doing harm."""

import gzip
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from web_servers import LOCAL, drip, flood, listening, once
from werkzeug import Response

from endpoint.domain.webmentions.mention import Author
from endpoint.services.webmentions.receiving.sources import LIMITS, Sources
from endpoint.stores.mentions.rows import ABSENT, FAILED, MISSING, PRESENT, UNKNOWN
from endpoint.stores.web import Web

NOW = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
TARGET = "https://me.example/tea"
LINK = f'<a href="{TARGET}">tea</a>'
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


@pytest.fixture(scope="module")
def sources():
    return Sources(Web(LOCAL, timeout_s=30, max_bytes=1_000_000), lambda: NOW)


def page(html, **kinds):
    return Response(html, content_type="text/html; charset=utf-8", **kinds)


@pytest.fixture
def look(sources, httpserver):
    """Return a function that serves an answer, and says what is found there."""

    def look(answer):
        httpserver.expect_request("/post").respond_with_response(answer)
        return sources.read(httpserver.url_for("/post"), [TARGET])

    return look


def test_a_link_is_found_with_what_is_said(look, httpserver):
    found = look(page(f'<div class="h-entry"><p class="e-content">Nice {LINK}</p></div>'))

    assert (found.finding, found.reason) == (PRESENT, "")
    assert found.mention.text == "Nice tea"
    assert found.mention.url == httpserver.url_for("/post")


def test_the_request_prefers_html_and_says_what_it_is_for(look, httpserver):
    look(page(LINK))

    [(request, _)] = httpserver.log
    assert request.headers["Accept"].startswith("text/html")
    assert "Webmention" in request.headers["User-Agent"]


def test_200_without_the_link_is_absent(look):
    assert look(page(f"<!-- {LINK} -->")).finding == ABSENT


def test_200_of_another_media_type_is_absent(look):
    assert look(Response(LINK, content_type="image/svg+xml")).finding == ABSENT


def test_200_of_no_media_type_is_absent(sources):
    """As where an endpoint is looked for: HTML is what says that it is."""
    with listening(once(b"HTTP/1.1 200 OK\r\n\r\n" + LINK.encode())) as (port, _):
        assert sources.read(f"http://127.0.0.1:{port}/", [TARGET]).finding == ABSENT


def test_410_is_absent_whatever_the_page_says(look):
    found = look(page(LINK, status=410))

    assert (found.finding, "410" in found.reason) == (ABSENT, True)


def test_410_in_the_page_is_absent(look):
    found = look(page(f'<meta http-equiv="status" content="410 Gone">{LINK}'))

    assert found.finding == ABSENT


def test_404_is_missing(look):
    assert look(page(LINK, status=404)).finding == MISSING


@pytest.mark.parametrize("status", [201, 202, 204, 206, 400, 401, 403, 408, 429, 451, 500, 503])
def test_any_other_status_says_nothing_of_the_page(look, status):
    found = look(page(LINK, status=status))

    assert (found.finding, found.mention) == (UNKNOWN, None)
    assert status == 204 or str(status) in found.reason


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        (" 0 ", timedelta()),
        ("9" * 50, timedelta(days=7)),
        ("Sat, 22 Nov 2025 09:30:00 GMT", timedelta(hours=1)),
        ("Sat, 22 Nov 2025 09:30:00 -0000", timedelta(hours=1)),
        ("Sat, 22 Nov 2005 09:30:00 GMT", timedelta()),
        ("Sat, 22 Nov 9999 09:30:00 GMT", timedelta(days=7)),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("\u00b2", None),
        (None, None),
    ],
)
def test_a_server_says_when_to_come_again(look, header, wait):
    headers = {"Retry-After": header} if header else {}

    assert look(page("", status=503, headers=headers)).retry_after == wait


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(sources, httpserver, status):
    httpserver.expect_request("/old").respond_with_data("", status, {"Location": "new/"})
    httpserver.expect_request("/new/").respond_with_response(
        page(f'{LINK}<div class="h-entry"><a class="u-url" href="x"></a></div>')
    )

    found = sources.read(httpserver.url_for("/old"), [TARGET])

    assert found.mention.url == httpserver.url_for("/new/x")


def test_redirects_without_end_are_no_page(sources, httpserver):
    httpserver.expect_request("/loop").respond_with_data("", 302, {"Location": "/loop"})

    assert sources.read(httpserver.url_for("/loop"), [TARGET]).finding == UNKNOWN


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.2/", "http://localhost/", "http://[::1]/", "http://2130706434/", "file:///x"],
)
def test_a_private_address_is_never_fetched(sources, url):
    began = time.monotonic()

    assert sources.read(url, [TARGET]).finding == FAILED
    assert time.monotonic() - began < 20


def test_a_redirect_to_a_private_address_is_not_followed(sources, httpserver):
    away = {"Location": "http://169.254.169.254/latest/"}
    httpserver.expect_request("/away").respond_with_data("", 302, away)

    assert sources.read(httpserver.url_for("/away"), [TARGET]).finding == FAILED


# Authors


def test_the_authors_page_says_who_it_is(sources, httpserver):
    httpserver.expect_request("/ada").respond_with_response(
        page('<div class="h-card"><a class="u-url p-name" href="/ada">Ada</a></div>')
    )
    httpserver.expect_request("/post").respond_with_response(
        page(f'<link rel="author" href="/ada"><div class="h-entry">{LINK}</div>')
    )

    found = sources.read(httpserver.url_for("/post"), [TARGET])

    assert found.mention.author == Author("Ada", httpserver.url_for("/ada"))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(page('<a class="h-card" href="/ada">Ada</a>', status=500), id="down"),
        pytest.param(page("<p>Nobody</p>"), id="says nothing"),
        pytest.param(Response("x", content_type="image/png"), id="is no page"),
    ],
)
def test_without_the_authors_page_the_mention_stands(sources, httpserver, answer):
    httpserver.expect_request("/ada").respond_with_response(answer)
    httpserver.expect_request("/post").respond_with_response(
        page(f'<div class="h-entry">{LINK}<a class="u-author" href="/ada"></a></div>')
    )

    found = sources.read(httpserver.url_for("/post"), [TARGET])

    assert found.finding == PRESENT
    assert found.mention.author == Author("", httpserver.url_for("/ada"))


def test_an_authors_page_at_a_private_address_is_not_fetched(look):
    found = look(page(f'<div class="h-entry">{LINK}<a class="u-author" href="http://[::1]/"></a>'))

    assert found.mention.author == Author("", "http://[::1]/")


def test_a_site_that_redirects_anywhere_lends_nobody_its_name(httpserver):
    """Whoever trusts the owner of a site trusts what is there, not where it leads."""
    web = Web(["you.test", "evil.test"], resolve=lambda *_: ["127.0.0.1"])
    port = httpserver.port
    claim = f'<a class="u-author h-card" href="http://you.test:{port}/">You</a>'
    own = f'<a class="u-author h-card" href="http://evil.test:{port}/">Evil</a>'
    for name, card in [("claim", claim), ("own", own)]:
        away = {"Location": f"http://evil.test:{port}/{name}"}
        httpserver.expect_request(f"/to-{name}").respond_with_data("", 302, away)
        httpserver.expect_request(f"/{name}").respond_with_response(
            page(f'<div class="h-entry">{LINK}{card}</div>')
        )

    sources = Sources(web, lambda: NOW)
    claimed, owned, direct = (
        sources.read(f"http://you.test:{port}/{path}", [TARGET]).mention.author
        for path in ("to-claim", "to-own", "claim")
    )

    assert claimed == Author("You", "")
    assert owned == Author("Evil", f"http://evil.test:{port}/")
    assert direct == Author("You", f"http://you.test:{port}/")


# Servers that mean harm


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(drip(OK + b"\r\n" + LINK.encode()), id="drips"),
        pytest.param(flood(OK + b"X-A: ", b"x" * 60_000), id="header without end"),
        pytest.param(once(b""), id="says nothing"),
        pytest.param(once(b"\x00\xff garbage"), id="garbage"),
        pytest.param(
            once(OK + b"Content-Length: 900\r\n\r\n" + LINK.encode()), id="breaks off in the middle"
        ),
        pytest.param(
            flood(OK + b"Content-Encoding: gzip\r\n\r\n", gzip.compress(b"") * 500),
            id="a bomb that holds nothing",
        ),
        pytest.param(once(OK + b"Content-Encoding: br\r\n\r\n" + b"x" * 100), id="odd encoding"),
    ],
)
def test_what_cannot_be_had_whole_says_nothing(answer):
    sources = Sources(Web(LOCAL, timeout_s=0.5), lambda: NOW)

    with listening(answer) as (port, _):
        began = time.monotonic()
        found = sources.read(f"http://127.0.0.1:{port}/", [TARGET])

    assert found.finding == UNKNOWN
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(("before", "finding"), [(999_000, PRESENT), (1_000_000, ABSENT)])
def test_a_link_beyond_the_limit_does_not_count(look, before, finding):
    assert look(page(" " * before + LINK + " " * 1_000_000)).finding == finding


@pytest.mark.parametrize(
    ("link", "finding"), [pytest.param(LINK, PRESENT, id="link"), pytest.param("", ABSENT, id="no")]
)
@pytest.mark.parametrize(
    ("head", "chunk"),
    [
        pytest.param(b"", lambda link: (link + "<p>" * 20_000).encode(), id="never ends"),
        pytest.param(
            b"Content-Encoding: gzip\r\n",
            lambda link: gzip.compress((link + "<p>" * 10_000_000).encode(), 9),
            id="a bomb",
        ),
    ],
)
def test_what_is_too_long_is_read_as_far_as_the_limit(sources, head, chunk, link, finding):
    with listening(flood(OK + head + b"\r\n", chunk(link))) as (port, _):
        began = time.monotonic()
        found = sources.read(f"http://127.0.0.1:{port}/", [TARGET])

    assert found.finding == finding
    assert time.monotonic() - began < 20


@pytest.mark.parametrize(
    ("status", "finding"),
    [(b"410 Gone", ABSENT), (b"404 Not Found", MISSING), (b"503 Service Unavailable", UNKNOWN)],
)
@pytest.mark.parametrize(
    "rest",
    [
        pytest.param(flood(b"\r\n", b"x" * 20_000), id="never ends"),
        pytest.param(drip(b"\r\n"), id="drips"),
        pytest.param(once(b"Content-Length: 900\r\n\r\n"), id="breaks off"),
        pytest.param(once(b"Content-Encoding: br\r\n\r\nx"), id="odd encoding"),
    ],
)
def test_of_an_error_the_status_is_enough(status, finding, rest):
    sources = Sources(Web(LOCAL, timeout_s=30), lambda: NOW)

    def answer(connection):
        connection.sendall(b"HTTP/1.1 " + status + b"\r\nRetry-After: 9\r\n")
        rest(connection)

    with listening(answer) as (port, _):
        began = time.monotonic()
        found = sources.read(f"http://127.0.0.1:{port}/", [TARGET])

    assert found.finding == finding
    assert status[:3].decode() in found.reason
    assert time.monotonic() - began < 20


def test_gzip_is_understood(look):
    packed = gzip.compress(LINK.encode())

    assert look(page(packed, headers={"Content-Encoding": "gzip"})).finding == PRESENT


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<div class="h-entry">' * 3_000, id="3,000 nested entries"),
        pytest.param("<div>" * 44_000, id="220 KB of nested elements"),
        pytest.param('<a href="/x">y</a>' * 10_000, id="10,000 links"),
        pytest.param('<div class="hentry">' * 100, id="classic microformats nested"),
    ],
)
def test_a_page_made_to_keep_a_parser_busy_costs_little(look, html):
    began = time.monotonic()

    assert look(page(LINK + html)).finding == PRESENT
    assert time.monotonic() - began < 15


def test_a_page_that_a_parser_cannot_bear_is_given_up(httpserver):
    """Each property is made of all that is in it."""
    sources = Sources(Web(LOCAL), lambda: NOW, limits=replace(LIMITS, cpu_s=1))
    nested = f'<div class="h-entry">{LINK}' + '<div class="e-a">' * 140 + "<b>w</b>" * 15_000
    httpserver.expect_request("/bad").respond_with_response(page(nested))
    httpserver.expect_request("/good").respond_with_response(page(LINK))

    bad = sources.read(httpserver.url_for("/bad"), [TARGET])
    good = sources.read(httpserver.url_for("/good"), [TARGET])

    assert (bad.finding, good.finding) == (FAILED, PRESENT)
