"""Redirect URIs: where the browser may be sent (IndieAuth §4.2.2, RFC 6749 §3.1.2, RFC 8252)."""

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from endpoint.domain.indieauth.redirect_uris import (
    check_redirect_uri,
    is_own,
    is_web,
    needs_pkce,
    with_parameters,
)

NAMES = st.sampled_from(["code", "state", "iss", "me", "error"])


@pytest.mark.parametrize(
    ("uri", "web"),
    [
        pytest.param("https://quill.p3k.io/auth/callback", True, id="https"),
        pytest.param("http://127.0.0.1:12345/callback", True, id="127.0.0.1"),
        pytest.param("http://[::1]:12345/", True, id="::1"),
        pytest.param("HTTP://Localhost:7881", True, id="capitals"),
        pytest.param("https://app.example:/cb", True, id="empty port"),
        pytest.param("https://app.example/cb?a=%20b&c&state=x", True, id="query"),
        pytest.param("https://app.example/a@b", True, id="at sign in the path"),
        pytest.param("com.example.app:/callback", False, id="reversed domain"),
        pytest.param("app-name:/callback", False, id="an app's name"),
        pytest.param("microblog://", False, id="nothing behind"),
        pytest.param("indigenous://example.com/auth?a=b", False, id="host of its own"),
        pytest.param("msauth.app:/cb", False, id="name that begins with ms"),
        pytest.param("httpsx:/cb", False, id="name that begins with https"),
    ],
)
def test_redirect_uri(uri, web):
    check_redirect_uri(uri)

    assert is_web(uri) is web


@pytest.mark.parametrize(
    ("uri", "problem"),
    [
        pytest.param("", "not absolute", id="empty"),
        pytest.param("/callback", "not absolute", id="path"),
        pytest.param("//app.example/callback", "not absolute", id="no scheme"),
        pytest.param("callback", "not absolute", id="word"),
        pytest.param("?code", "not absolute", id="query alone"),
        pytest.param(":/callback", "not absolute", id="empty scheme"),
        pytest.param("1app:/callback", "not absolute", id="no scheme's name"),
        pytest.param("app:", "not absolute", id="scheme alone"),
        pytest.param("https:app.example/cb", "no proper", id="no slashes"),
        pytest.param("https:/app.example/cb", "no proper", id="one slash"),
        pytest.param("https:///app.example/cb", "no proper", id="three slashes"),
        pytest.param("https://", "no proper", id="no host"),
        pytest.param("https://[::1/cb", "no proper", id="half a bracket"),
        pytest.param("app://[::1/cb", "no proper", id="half a bracket in an app's"),
        pytest.param("https://[v1.x]/cb", "no proper", id="address of the future"),
        pytest.param("https://[::1%25eth0]/cb", "no proper", id="address with a zone"),
        pytest.param("https://app.example:99999/cb", "no proper", id="port out of range"),
        pytest.param("https://app.example:x/cb", "no proper", id="port no number"),
        pytest.param("https://evil.example%2f.app.example/", "no proper", id="encoded slash"),
        pytest.param("https://app<.example/", "no proper", id="no host name"),
        pytest.param("https://ada@app.example/cb", "user name", id="user name"),
        pytest.param("https://app.example@evil.example/", "user name", id="host as a user name"),
        pytest.param("https://@app.example/", "user name", id="empty user name"),
        pytest.param("app://ada@host/cb", "user name", id="user name in an app's"),
        pytest.param("https://app.example/cb#", "fragment", id="empty fragment"),
        pytest.param("app:/cb#code", "fragment", id="fragment"),
        pytest.param("https://app.example/a b", "blank", id="blank"),
        pytest.param(" https://app.example/", "blank", id="leading blank"),
        pytest.param("https://app.example/\r\nSet-Cookie:a=b", "blank", id="line break"),
        pytest.param("https://app.example\\.evil.example/", "backslash", id="backslash"),
        pytest.param("https://app.example/\x7f", "ASCII", id="control character"),
        pytest.param("https://app.example/é", "ASCII", id="letter"),
        pytest.param("https://bücher.example/", "ASCII", id="host"),
        pytest.param("https://app.example/\u202e", "ASCII", id="right to left"),
        pytest.param("https://app.example/?code=x", "code", id="a code of its own"),
        pytest.param("https://app.example/?a&%63ode", "code", id="an encoded code"),
        pytest.param("app:/cb?iss=https://evil.example/", "iss", id="an issuer of its own"),
        pytest.param(f"https://app.example/{'a' * 2000}", "longer", id="long"),
    ],
)
def test_uri_that_is_never_redirected_to(uri, problem):
    """A whole URI without fragment (RFC 6749 §3.1.2), fit for a header."""
    with pytest.raises(ValueError, match=problem) as refusal:
        check_redirect_uri(uri)

    assert str(refusal.value).isascii()
    assert str(refusal.value).startswith("The redirect_uri ")


@pytest.mark.parametrize(
    "scheme",
    """about blob chrome chrome-extension data feed file filesystem ftp intent itms-services jar
    javascript mailto mhtml moz-extension ms-msdt ms-settings resource search-ms shell sms ssh tel
    vbscript view-source ws wss x-apple-helpbasic""".split(),
)
@pytest.mark.parametrize("spell", [str.lower, str.title, str.upper])
def test_scheme_the_browser_acts_on_itself(scheme, spell):
    for uri in (f"{spell(scheme)}:alert(1)", f"{spell(scheme)}://app.example/cb"):
        with pytest.raises(ValueError, match="no app can own"):
            check_redirect_uri(uri)


@pytest.mark.parametrize(
    "disguise", ["\tjavascript:x", "\0javascript:x", "java\nscript:x", " data:x"]
)
def test_scheme_in_a_disguise_that_browsers_see_through(disguise):
    with pytest.raises(ValueError, match="blank"):
        check_redirect_uri(disguise)


@pytest.mark.parametrize(
    ("client_id", "redirect_uri", "expected"),
    [
        pytest.param("https://a.example/", "https://a.example/cb", True, id="same"),
        pytest.param("https://a.example/x/y", "https://a.example/", True, id="above"),
        pytest.param("https://a.example/", "HTTPS://A.EXAMPLE:443/cb", True, id="other spelling"),
        pytest.param("https://a.example", "https://a.example/cb", True, id="no path"),
        pytest.param("http://a.example/", "https://a.example/cb", False, id="scheme"),
        pytest.param("https://a.example/", "https://a.example:8443/cb", False, id="port"),
        pytest.param("https://a.example/", "https://b.a.example/cb", False, id="below"),
        pytest.param("https://a.example/", "https://a.example.evil.example/", False, id="longer"),
        pytest.param("https://a.example/", "https://a.example@evil.example/", False, id="user"),
        pytest.param("https://a.example/", "a.example:/cb", False, id="scheme of that name"),
        pytest.param("https://a.example/", "/cb", False, id="relative"),
        pytest.param("", "", False, id="both malformed"),
    ],
)
def test_own_scheme_host_and_port(client_id, redirect_uri, expected):
    """IndieAuth §4.2.2."""
    assert is_own(client_id, redirect_uri) is expected


@pytest.mark.parametrize(
    ("redirect_uri", "expected"),
    [
        pytest.param("https://a.example/cb", False, id="https on the app's host"),
        pytest.param("https://A.Example:8443/cb", False, id="another port of it"),
        pytest.param("http://a.example/cb", True, id="http on the app's host"),
        pytest.param("https://b.a.example/cb", True, id="https on a host below"),
        pytest.param("https://example/cb", True, id="https on a host above"),
        pytest.param("http://127.0.0.1:12345/cb", False, id="127.0.0.1"),
        pytest.param("http://[::1]:12345/cb", False, id="::1"),
        pytest.param("http://LOCALHOST:7881/", False, id="localhost"),
        pytest.param("http://127.0.0.2/cb", True, id="another loopback address"),
        pytest.param("http://127.1/cb", True, id="another spelling"),
        pytest.param("http://127.0.0.1.evil.example/cb", True, id="address as labels"),
        pytest.param("http://localhost.evil.example/cb", True, id="localhost as a label"),
        pytest.param("com.example.app:/cb", True, id="an app's own scheme"),
        pytest.param("a.example:/cb", True, id="the host as a scheme"),
        pytest.param("/cb", True, id="malformed"),
    ],
)
@pytest.mark.parametrize("client_id", ["https://a.example/id.json", "http://a.example"])
def test_apps_that_need_pkce(client_id, redirect_uri, expected):
    assert needs_pkce(client_id, redirect_uri) is expected


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        pytest.param("https://a.example/cb", "https://a.example/cb?b=c%20d&e=", id="no query"),
        pytest.param("https://a.example", "https://a.example?b=c%20d&e=", id="no path"),
        pytest.param("https://a.example/?", "https://a.example/?b=c%20d&e=", id="empty query"),
        pytest.param("http://a/?x=%20y+z&u", "http://a/?x=%20y+z&u&b=c%20d&e=", id="own query"),
        pytest.param("http://a/?x&", "http://a/?x&b=c%20d&e=", id="open end"),
        pytest.param("http://a/?x=y?", "http://a/?x=y?&b=c%20d&e=", id="question mark last"),
        pytest.param("app:/cb", "app:/cb?b=c%20d&e=", id="an app's own"),
        pytest.param("microblog://", "microblog://?b=c%20d&e=", id="nothing behind"),
    ],
)
def test_parameters_after_the_own_query(uri, expected):
    """The query of the redirect URI must be kept (RFC 6749 §3.1.2)."""
    assert with_parameters(uri, {"b": "c d", "e": ""}) == expected


def test_no_parameters_leave_the_uri_alone():
    assert with_parameters("https://a.example/cb", {}) == "https://a.example/cb"


@given(
    query=st.sampled_from(["", "?", "?a=%20b&c", "?a=1&", "?x=%zz+%C3", "?/?"]),
    parameters=st.dictionaries(NAMES, st.text(), min_size=1),
)
def test_every_value_arrives_unchanged(query, parameters):
    """The state comes back as it was sent, whatever its characters (RFC 6749 §4.1.2)."""
    uri = f"https://app.example/cb{query}"

    answer = with_parameters(uri, parameters)

    assert answer.startswith(uri)
    assert answer.isascii()
    assert not set(answer) & set(' #"<>\\\r\n')
    arrived = parse_qs(urlsplit(answer).query, keep_blank_values=True, strict_parsing=False)
    assert {name: arrived[name] for name in parameters} == {
        name: [value] for name, value in parameters.items()
    }


@given(st.text() | st.text("htps:/.a@[]%#?\\ é1").map(lambda text: f"https:{text}"))
def test_every_refusal_is_a_sentence(text):
    try:
        check_redirect_uri(text)
    except ValueError as refusal:
        sentence = str(refusal)
        assert sentence.isascii()
        assert not {'"', "\\"} & set(sentence)
    else:
        assert text.isascii()
        assert urlsplit(text).scheme
