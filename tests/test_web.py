"""The guarded client against real sockets: what it sends, and what comes back."""

import pytest
from web_servers import LOCAL, listening, once
from werkzeug import Response

from endpoint.stores.web import FetchError, RefusedError, Web


@pytest.fixture
def web():
    return Web(allow_hosts=LOCAL, timeout_s=30, max_bytes=100_000)


# Answers


def test_page(web, httpserver):
    httpserver.expect_request("/a").respond_with_data(
        "h\u00e9".encode("latin-1"), content_type="Text/HTML; charset=latin-1"
    )

    page = web.get(httpserver.url_for("/a"))

    assert (page.url, page.status) == (httpserver.url_for("/a"), 200)
    assert page.headers["content-type"] == "Text/HTML; charset=latin-1"
    assert page.media_type == "text/html"
    assert page.content == b"h\xe9"
    assert page.text == "h\u00e9"


@pytest.mark.parametrize(
    ("content_type", "content", "expected"),
    [
        pytest.param("text/html", "é".encode(), "é", id="UTF-8 without a word"),
        pytest.param("text/html", b"\x80", "€", id="neither said nor UTF-8"),
        pytest.param("text/html; charset=latin-1", b"\x80", "€", id="Latin-1 is Windows-1252"),
        pytest.param("text/html; charset='KOI8-R'", b"\xc1", "а", id="quoted"),
        pytest.param("text/html", b"\xff\xfeh\x00i\x00", "hi", id="byte order mark"),
        pytest.param(
            "text/html; charset=latin-1", b"\xef\xbb\xbf\xc3\xa9", "é", id="mark before header"
        ),
        pytest.param(
            "text/html",
            b'<meta charset="koi8-r">\xc1',
            '<meta charset="koi8-r">а',
            id="said by the page",
        ),
        pytest.param("text/html; charset=nonsense", "é".encode(), "é", id="unknown"),
        pytest.param("text/html; charset=idna", b"xn--a", "xn--a", id="no encoding of the web"),
        pytest.param("text/html; charset=utf-8", b"a\xff", "a\ufffd", id="broken"),
        pytest.param("", b"a", "a", id="no type at all"),
    ],
)
def test_text_in_its_charset(web, content_type, content, expected):
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\n\r\n".encode()

    with listening(once(head + content)) as (port, _):
        assert web.get(f"http://127.0.0.1:{port}/").text == expected


@pytest.mark.parametrize("status", [204, 304, 401, 404, 410, 500, 503])
def test_every_status_is_an_answer(web, httpserver, status):
    httpserver.expect_request("/").respond_with_data("", status=status)

    assert web.get(httpserver.url_for("/")).status == status


def test_several_link_headers_become_one(web):
    answer = once(b"HTTP/1.1 200 OK\r\nLink: <a>; rel=x\r\nlink: <b>; rel=y\r\n\r\n")

    with listening(answer) as (port, _):
        page = web.get(f"http://127.0.0.1:{port}/")

    assert page.headers["LINK"] == "<a>; rel=x, <b>; rel=y"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"garbage\r\n\r\n", id="garbage"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", id="cut off"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="chunk"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort\r\n", id="last chunk"
        ),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n", id="many headers"),
        pytest.param(b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n", id="broken redirect"),
    ],
)
def test_no_proper_answer(web, answer):
    with listening(once(answer)) as (port, _), pytest.raises(FetchError):
        web.get(f"http://127.0.0.1:{port}/")


# Requests


def test_query_arrives_as_it_was(web, httpserver):
    httpserver.expect_request("/a").respond_with_handler(
        lambda request: Response(request.environ["QUERY_STRING"])
    )

    page = web.get(httpserver.url_for("/a") + "?b=%20+%2B&b&c=%C3%BC#fragment")

    assert page.text == "b=%20+%2B&b&c=%C3%BC"


def test_post_sends_a_form(web, httpserver):
    httpserver.expect_request("/a", method="POST").respond_with_handler(
        lambda request: Response(f"{request.form['source']} {request.headers['X-Extra']}")
    )

    page = web.post(httpserver.url_for("/a"), {"source": "a&b=c ü"}, {"X-Extra": "yes"})

    assert page.text == "a&b=c ü yes"


def test_headers_prefer_html_and_can_be_replaced(web, httpserver):
    httpserver.expect_request("/").respond_with_handler(
        lambda request: Response(request.headers["Accept"])
    )

    by_default = web.get(httpserver.url_for("/")).text
    asked = web.get(httpserver.url_for("/"), {"Accept": "application/json"}).text

    assert by_default.startswith("text/html,")
    assert asked == "application/json"


def test_cookies_are_not_sent_back(web, httpserver):
    httpserver.expect_request("/a").respond_with_response(
        Response(status=302, headers={"Location": "/b", "Set-Cookie": "a=b; Path=/"})
    )
    httpserver.expect_request("/b").respond_with_handler(
        lambda request: Response(str(request.headers.get("Cookie")))
    )

    assert web.get(httpserver.url_for("/a")).text == "None"
    assert web.get(httpserver.url_for("/b")).text == "None"


def test_proxies_of_the_environment_are_not_used(web, httpserver, monkeypatch):
    httpserver.expect_request("/").respond_with_data("direct")

    with listening(once(b"HTTP/1.1 200 OK\r\n\r\nby proxy")) as (port, connections):
        monkeypatch.setenv("NO_PROXY", "nobody.example")
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{port}/")
            monkeypatch.setenv(name.upper(), f"http://127.0.0.1:{port}/")
        page = web.get(httpserver.url_for("/"))
        with pytest.raises(FetchError, match="SSLError"):
            web.get(f"https://127.0.0.1:{httpserver.port}/")

        assert (page.text, connections) == ("direct", [])


def test_passwords_of_the_environment_are_not_used(web, httpserver, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    httpserver.expect_request("/").respond_with_handler(
        lambda request: Response(str("Authorization" in request.headers))
    )

    assert web.get(httpserver.url_for("/")).text == "False"


# URLs


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("ftp://127.0.0.1/", id="ftp"),
        pytest.param("file:///etc/passwd", id="file"),
        pytest.param("javascript:alert(1)", id="javascript"),
        pytest.param("//127.0.0.1/", id="no scheme"),
        pytest.param("", id="empty"),
        pytest.param("http://", id="no host"),
        pytest.param("http://.example/", id="empty label"),
        pytest.param("http://ada:secret@127.0.0.1/", id="password"),
        pytest.param("http://ada@127.0.0.1/", id="user name"),
        pytest.param("http://@127.0.0.1/", id="empty user name"),
        pytest.param("http://public.example＠127.0.0.1/", id="full-width at sign"),
        pytest.param("http://public.example\\@127.0.0.1/", id="backslash"),
        pytest.param("http://127.0.0.1/\r\nX-Evil: yes", id="line break"),
        pytest.param("http://127.0.0.1:99999/", id="port"),
        pytest.param("http://[::1/", id="brackets"),
    ],
)
def test_url_that_is_never_fetched(web, url):
    with pytest.raises(RefusedError):
        web.get(url)


@pytest.mark.parametrize("port", [1, 22, 25, 79, 81, 444, 6379, 8079, 8444, 9200])
def test_port_that_is_never_fetched(port):
    with pytest.raises(RefusedError, match="port"):
        Web().get(f"http://[2000::1]:{port}/")


@pytest.mark.parametrize("port", [80, 443, 8080, 8443])
def test_port_that_may_be_fetched(port):
    assert not _is_refused(Web(timeout_s=0.1), f"http://[2000::1]:{port}/")


def test_other_ports_by_setting(start, installation):
    installation.configure(fetch={"ports": ["81", "8000-8002"], "timeout_s": 0.1})
    web = start().web

    fetched = [
        port
        for port in (80, 81, 82, 443, 7999, 8000, 8001, 8002, 8003, 8080)
        if not _is_refused(web, f"http://[2000::1]:{port}/")
    ]

    assert fetched == [81, 8000, 8001, 8002]


def _is_refused(web, url):
    # Nobody has the addresses of 2000::/16, so that what may be fetched fails too.
    with pytest.raises(FetchError) as failure:
        web.get(url)
    return isinstance(failure.value, RefusedError)
