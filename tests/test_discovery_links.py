"""The links that lead apps here, written as the pickiest clients need them (IndieAuth §4.1)."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from endpoint.cli import main
from endpoint.domain.discovery import find_in_head, find_rel
from endpoint.domain.discovery_links import discovery_links

BASE = "https://site.example/api"
ENDPOINTS = {
    "micropub": f"{BASE}/micropub",
    "micropub_media": f"{BASE}/media",
    "webmention": f"{BASE}/webmention",
    "indieauth-metadata": f"{BASE}/.well-known/oauth-authorization-server",
    "authorization_endpoint": f"{BASE}/auth",
    "token_endpoint": f"{BASE}/token",
    "alternate": f"{BASE}/feed.json",
}
PAGE = "https://site.example/"


def rels(base_url, *, signs_in=True):
    return [link.rel for link in discovery_links(base_url, signs_in=signs_in)]


def test_each_relation_has_one_url():
    links = discovery_links(BASE, signs_in=True)

    assert {link.rel: link.url for link in links} == ENDPOINTS
    assert len(links) == len(ENDPOINTS)


def test_no_metadata_on_plain_http_where_clients_refuse_its_issuer():
    """IndieAuth §4.1.1: an issuer uses https."""
    found = rels("http://site.example")

    assert "indieauth-metadata" not in found
    assert set(found) == ENDPOINTS.keys() - {"indieauth-metadata"}


def test_external_sign_in_leaves_the_links_of_indieauth_to_the_owner():
    assert rels(BASE, signs_in=False) == [
        "micropub",
        "micropub_media",
        "webmention",
        "alternate",
    ]


def test_no_link_where_no_mentions_are_received():
    links = discovery_links(BASE, signs_in=True, receives=False)

    assert "webmention" not in [link.rel for link in links]


def test_headers_hold_one_relation_first_in_double_quotes():
    headers = [link.header for link in discovery_links(BASE, signs_in=True)]

    simple = [header for header in headers if "alternate" not in header]
    assert len(simple) == 6
    for header in simple:
        # What one client in use splits at commas and matches.
        assert re.fullmatch(r'<(https://[^<>,]*)>; rel="([a-z_-]+)"', header)
    assert headers[-1] == f'<{BASE}/feed.json>; rel="alternate"; type="application/feed+json"'


def test_elements_are_found_by_the_simplest_reader():
    links = discovery_links(BASE, signs_in=True)
    html = "<title>x</title>" + "\n".join(link.element for link in links)

    assert {link.rel: find_in_head(link.rel, html) for link in links} == {
        rel: [url] for rel, url in ENDPOINTS.items()
    }


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        pytest.param("https://müller.example", "https://xn--mller-kva.example/auth", id="host"),
        pytest.param("https://日本.example:81", "https://xn--wgv71a.example:81/auth", id="port"),
        pytest.param("https://s.example/a,b", "https://s.example/a%2Cb/auth", id="comma"),
        pytest.param("https://s.example/ü%20", "https://s.example/%C3%BC%20/auth", id="path"),
        pytest.param('https://s.example/a"><b', "https://s.example/a%22%3E%3Cb/auth", id="markup"),
        pytest.param("https://s.example/a&b'", "https://s.example/a&b'/auth", id="ampersand"),
        pytest.param("https://☃.example", "https://%E2%98%83.example/auth", id="no such host"),
        pytest.param("http://[::1]:8000", "http://[::1]:8000/auth", id="IPv6"),
    ],
)
def test_urls_survive_header_and_page(base_url, expected):
    [link] = [
        link
        for link in discovery_links(base_url, signs_in=True)
        if link.rel == "authorization_endpoint"
    ]

    assert link.url == expected
    assert link.header.isascii()
    assert find_rel(link.rel, {"Link": link.header}, "", PAGE) == expected
    assert find_rel(link.rel, {}, link.element, PAGE) == expected


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param('<link rel="micropub" href="/m">', ["/m"], id="as it is written"),
        pytest.param('<link rel="micropub x" href="/m">', [], id="two relations"),
        pytest.param('<a rel="micropub" href="/m">x</a>', [], id="no link element"),
        pytest.param('<body><p>x</p><link rel="micropub" href="/m">', [], id="in the body"),
        pytest.param('<!-- <link rel="micropub" href="/m"> -->', [], id="comment"),
        pytest.param(
            '<link rel="micropub" href="/m"><link rel="micropub" href="/n">', ["/m", "/n"], id="two"
        ),
        pytest.param('<link rel="micropub">', [""], id="no href"),
        pytest.param("", [], id="empty"),
        pytest.param("<!-- -->", [], id="only a comment"),
    ],
)
def test_find_in_head(html, expected):
    assert find_in_head("micropub", html) == expected


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_init_prints_the_links_for_an_adopted_site(tmp_path, hugo_seed, scheme):
    me = f"{scheme}://site.example/"
    arguments = ["init", str(tmp_path / "new"), "--me", me, "--yes"]

    made = CliRunner().invoke(main, [*arguments, "--repository", str(hugo_seed / "site.git")])

    printed = [line for line in made.output.splitlines() if line.startswith("<link")]
    links = discovery_links(me.rstrip("/"), signs_in=True)
    assert printed == [link.element for link in links]
    assert ("indieauth-metadata" in made.output) == (scheme == "https")


def test_the_readme_shows_the_same_links():
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")

    shown = [line.strip() for line in readme.splitlines() if line.strip().startswith("<link")]
    links = discovery_links("https://site.example", signs_in=True)
    assert shown == [link.element for link in links]
