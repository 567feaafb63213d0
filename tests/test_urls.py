"""URLs compared by their parts (IndieAuth §3.4, RFC 3986 §6.2)."""

import pytest

from endpoint.domain.urls import canonical, same_profile, same_site


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://site.example", "https://site.example/", id="empty path"),
        pytest.param("HTTPS://Site.Example/", "https://site.example/", id="case"),
        pytest.param("https://site.example:443/", "https://site.example/", id="https port"),
        pytest.param("http://site.example:80/a", "http://site.example/a", id="http port"),
        pytest.param("https://site.example:/", "https://site.example/", id="empty port"),
        pytest.param("http://site.example:443/", "http://site.example:443/", id="other port"),
        pytest.param("https://site.example/Ada", "https://site.example/Ada", id="path keeps case"),
        pytest.param("https://site.example/a/", "https://site.example/a/", id="slash stays"),
        pytest.param("https://site.example?a=B", "https://site.example/?a=B", id="query"),
        pytest.param("https://bücher.example/", "https://xn--bcher-kva.example/", id="idna"),
        pytest.param("https://BÜCHER.example/", "https://xn--bcher-kva.example/", id="idna case"),
        pytest.param("http://[::1]:8000/", "http://[::1]:8000/", id="ipv6"),
        pytest.param("http://１２７.0.0.1/", "http://127.0.0.1/", id="full-width digits"),
    ],
)
def test_canonical_spelling(url, expected):
    assert canonical(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="empty"),
        pytest.param("site.example", id="no scheme"),
        pytest.param("//site.example/", id="no scheme but a host"),
        pytest.param("mailto:ada@site.example", id="mailto"),
        pytest.param("javascript:alert(1)", id="javascript"),
        pytest.param("https:///path", id="no host"),
        pytest.param("https://ada:secret@site.example/", id="password"),
        pytest.param("https://@site.example/", id="empty user name"),
        pytest.param("https://site.example:99999/", id="port out of range"),
        pytest.param("https://site.example:http/", id="port no number"),
        pytest.param("https://[::1/", id="broken brackets"),
        pytest.param("https://site.example/a b", id="blank"),
        pytest.param("https://site.example/\r\nX: y", id="line break"),
        pytest.param("https://site.ex\tample/", id="tab"),
        pytest.param("https://evil.example\\@site.example/", id="backslash"),
        pytest.param("https://-bücher-.example/", id="no idna label"),
        pytest.param("https://site.example/\x9b31m", id="control beyond ASCII"),
        pytest.param("https://site.example/\ud800", id="half a letter"),
    ],
)
def test_canonical_refuses(url):
    with pytest.raises(ValueError, match=r"\w"):
        canonical(url)


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        pytest.param("https://site.example", "HTTPS://SITE.example:443/", True, id="same"),
        pytest.param("https://site.example/", "http://site.example/", False, id="scheme"),
        pytest.param("https://site.example/", "https://www.site.example/", False, id="host"),
        pytest.param("https://site.example/ada", "https://site.example/bob", False, id="path"),
        pytest.param("https://site.example/", "https://site.example/?a", False, id="query"),
        pytest.param("", "", False, id="both empty"),
        pytest.param("site.example", "site.example", False, id="both malformed"),
    ],
)
def test_same_profile(a, b, expected):
    assert same_profile(a, b) is expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("https://site.example/blog/x", True, id="below"),
        pytest.param("https://site.example/blog/", True, id="the root itself"),
        pytest.param("https://site.example/blog", True, id="the root without slash"),
        pytest.param("https://SITE.example:443/blog/x?y#z", True, id="other spelling"),
        pytest.param("https://site.example/blog/a/../b", True, id="dots that stay inside"),
        pytest.param("https://site.example/blogs/x", False, id="longer segment"),
        pytest.param("https://site.example/", False, id="above"),
        pytest.param("https://site.example/blog/../x", False, id="dots that leave"),
        pytest.param("https://site.example/blog/%2e%2E/x", False, id="encoded dots"),
        pytest.param("https://site.example/blog/./../x", False, id="mixed dots"),
        pytest.param("http://site.example/blog/x", False, id="scheme"),
        pytest.param("https://site.example:8443/blog/x", False, id="port"),
        pytest.param("https://site.example.evil.example/blog/x", False, id="longer host"),
        pytest.param("https://site.example@evil.example/blog/x", False, id="user name"),
        pytest.param("https://evil.example/?https://site.example/blog/x", False, id="in a query"),
        pytest.param("/blog/x", False, id="relative"),
    ],
)
def test_same_site(url, expected):
    assert same_site(url, "https://site.example/blog/") is expected
