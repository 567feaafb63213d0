"""The guarded client against real sockets: what it refuses, and when it gives up."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from contextlib import contextmanager, suppress

import pytest
from werkzeug import Response

from endpoint.stores.http.addresses import is_public
from endpoint.stores.web import FetchError, RefusedError, Web

LOCAL = ("127.0.0.1",)


@pytest.fixture
def httpserver(httpserver_ipv4):
    return httpserver_ipv4


@pytest.fixture
def web():
    return Web(allow_hosts=LOCAL, timeout_s=5, max_bytes=100_000)


@contextmanager
def listening(answer, port=0):
    """Serve each connection with ``answer(connection)``; yields the port and who connected."""
    connections = []
    with socket.create_server(("127.0.0.1", port)) as server:

        def serve():
            with suppress(OSError):
                while True:
                    connection, peer = server.accept()
                    connections.append(peer)
                    with connection, suppress(OSError):
                        answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], connections
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def answers(*addresses):
    """A resolver that knows these addresses for every name."""
    return lambda *_: list(addresses)


def drip(head):
    """Send ``head`` at once and then a byte every 50 ms, for ever."""

    def answer(connection):
        connection.recv(65_536)
        connection.sendall(head)
        while True:
            connection.sendall(b"x")
            time.sleep(0.05)

    return answer


def flood(head, chunk):
    def answer(connection):
        connection.recv(65_536)
        connection.sendall(head)
        while True:
            connection.sendall(chunk)

    return answer


# Answers


def test_page(web, httpserver):
    httpserver.expect_request("/a").respond_with_data(
        "h\u00e9".encode("latin-1"), content_type="Text/HTML; charset=latin-1"
    )

    page = web.get(httpserver.url_for("/a"))

    assert (page.url, page.status) == (httpserver.url_for("/a"), 200)
    assert page.headers["content-type"] == "Text/HTML; charset=latin-1"
    assert page.media_type == "text/html"
    assert page.text == "h\u00e9"


@pytest.mark.parametrize("status", [204, 304, 401, 404, 410, 500, 503])
def test_every_status_is_an_answer(web, httpserver, status):
    httpserver.expect_request("/").respond_with_data("", status=status)

    assert web.get(httpserver.url_for("/")).status == status


def test_query_arrives_as_it_was(web, httpserver):
    httpserver.expect_request("/a").respond_with_handler(
        lambda request: Response(request.environ["QUERY_STRING"])
    )

    page = web.get(httpserver.url_for("/a") + "?b=%20+%2B&b&c=%C3%BC#fragment")

    assert page.text == "b=%20+%2B&b&c=%C3%BC"


def test_several_link_headers_become_one(web):
    def answer(connection):
        connection.recv(65_536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nLink: <a>; rel=x\r\nlink: <b>; rel=y\r\n\r\n")

    with listening(answer) as (port, _):
        page = web.get(f"http://127.0.0.1:{port}/")

    assert page.headers["LINK"] == "<a>; rel=x, <b>; rel=y"


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


def test_the_environment_has_no_say(web, httpserver, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    httpserver.expect_request("/").respond_with_handler(
        lambda request: Response(str("Authorization" in request.headers))
    )

    assert web.get(httpserver.url_for("/")).text == "False"


def test_cookies_are_not_sent_back(web, httpserver):
    httpserver.expect_request("/a").respond_with_response(
        Response(status=302, headers={"Location": "/b", "Set-Cookie": "a=b; Path=/"})
    )
    httpserver.expect_request("/b").respond_with_handler(
        lambda request: Response(str(request.headers.get("Cookie")))
    )

    assert web.get(httpserver.url_for("/a")).text == "None"
    assert web.get(httpserver.url_for("/b")).text == "None"


# Addresses


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1.",
        "127.1",
        "127.255.255.254",
        "2130706433",
        "017700000001",
        "0177.0.0.1",
        "0x7f000001",
        "0x7f.1",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.0.1",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "localhost",
        "LocalHost",
        "１２７.0.0.1",
        "①②⑦.0.0.1",
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::127.0.0.1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[64:ff9b::a00:1]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "[5f00::1]",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_private_address_is_refused_at_once(scheme, host):
    started = time.monotonic()

    with pytest.raises(RefusedError):
        Web().get(f"{scheme}://{host}:8080/")

    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "192.167.255.255",
        "223.255.255.255",
        "2600::1",
        "2a00:1450::1",
        "::ffff:1.1.1.1",
        "64:ff9b::101:101",
    ],
)
def test_public_address(address):
    assert is_public(address)


@pytest.mark.parametrize("text", ["", "localhost", "127.1", "1.1.1.1/32", "2600::1%1", "1"])
def test_not_a_public_address(text):
    assert not is_public(text)


@pytest.mark.parametrize(
    "addresses",
    [
        pytest.param(["2000::1", "127.0.0.1"], id="private last"),
        pytest.param(["127.0.0.1", "2000::1"], id="private first"),
        pytest.param(["2000::1", "::1"], id="both IPv6"),
    ],
)
def test_one_private_address_of_several_is_enough(addresses):
    with listening(drip(b"")) as (_, connections):
        with pytest.raises(RefusedError, match="private"):
            Web(resolve=answers(*addresses)).get("http://two.example:8080/")

        assert connections == []


def test_second_answer_of_a_name_is_never_asked_for():
    """A name that turns private between check and connection gains nothing."""
    given = []

    def rebind(host, port):
        given.append(["127.0.0.1"] if given else ["2000::1"])
        return given[-1]

    with listening(drip(b""), _free_port()) as (port, connections):
        with pytest.raises(FetchError):
            Web(timeout_s=0.5, resolve=rebind).get(f"http://rebinding.example:{port}/")

        assert connections == []
    assert given == [["2000::1"]]


def test_the_next_address_is_tried(httpserver):
    """The name stays in the Host header."""
    httpserver.expect_request("/").respond_with_handler(
        lambda request: Response(request.headers["Host"])
    )
    web = Web(["two.example"], resolve=answers("127.0.0.9", "127.0.0.1"))

    page = web.get(f"http://TWO.example:{httpserver.port}/")

    assert page.text == f"two.example:{httpserver.port}"


@pytest.mark.parametrize(
    "host", ["127.0.0.2", "[::1]", "localhost", "127.1", "[::ffff:127.0.0.1]", "x.127.0.0.1.nip"]
)
def test_allowed_hosts_are_exact(host):
    web = Web(LOCAL, resolve=answers("127.0.0.1"))

    with listening(drip(b""), _free_port()) as (port, connections):
        with pytest.raises(RefusedError):
            web.get(f"http://{host}:{port}/")

        assert connections == []


def test_host_that_does_not_exist():
    def fail(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(FetchError, match="does not exist"):
        Web(resolve=fail).get("http://missing.example/")


def test_connection_refused(web):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with pytest.raises(FetchError, match="no connection"):
        web.get(f"http://127.0.0.1:{port}/")


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
        pytest.param("http://ada:secret@127.0.0.1/", id="password"),
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
    web = Web(resolve=answers("2000::1"))

    with pytest.raises(RefusedError, match="port"):
        web.get(f"http://public.example:{port}/")


@pytest.mark.parametrize("port", [80, 443, 8080, 8443])
def test_port_that_may_be_fetched(port):
    web = Web(timeout_s=0.2, resolve=answers("2000::1"))

    with pytest.raises(FetchError) as failure:
        web.get(f"http://public.example:{port}/")

    assert not isinstance(failure.value, RefusedError)


def test_tls_is_spoken_to_https(web, httpserver):
    with pytest.raises(FetchError, match="SSLError"):
        web.get(f"https://127.0.0.1:{httpserver.port}/")


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_followed(web, httpserver, status):
    httpserver.expect_request("/a").respond_with_data(
        "", status=status, headers={"Location": "b/c?d=ü"}
    )
    httpserver.expect_request("/b/c").respond_with_data("there")

    page = web.get(httpserver.url_for("/a"))

    assert page.text == "there"
    assert page.url == httpserver.url_for("/b/c") + "?d=%C3%BC"


@pytest.mark.parametrize(
    ("count", "works"), [pytest.param(5, True, id="five"), pytest.param(6, False, id="six")]
)
def test_five_redirects_at_most(web, httpserver, count, works):
    for number in range(count):
        httpserver.expect_request(f"/{number}").respond_with_data(
            "", status=302, headers={"Location": f"/{number + 1}"}
        )
    httpserver.expect_request(f"/{count}").respond_with_data("there")

    if works:
        assert web.get(httpserver.url_for("/0")).text == "there"
    else:
        with pytest.raises(FetchError, match="redirects"):
            web.get(httpserver.url_for("/0"))


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:8080/",
        "http://[::1]:8080/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/",
        "//10.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "http://ada@127.0.0.1/",
        "http://127.0.0.1\\@evil.example/",
    ],
)
def test_redirect_to_what_is_never_fetched(web, httpserver, location):
    httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": location})

    with pytest.raises(RefusedError):
        web.get(httpserver.url_for("/"))


def test_redirect_without_location_is_the_answer(web, httpserver):
    httpserver.expect_request("/").respond_with_data("here", status=302)

    assert (web.get(httpserver.url_for("/")).status, web.get(httpserver.url_for("/")).text) == (
        302,
        "here",
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["get", "post"])
def test_token_is_not_taken_to_another_origin(httpserver, method, status):
    web = Web([*LOCAL, "other.example"], resolve=answers("127.0.0.1"))
    httpserver.expect_request("/a").respond_with_data(
        "", status=status, headers={"Location": f"http://other.example:{httpserver.port}/b"}
    )
    bearer = {"Authorization": "Bearer secret"}
    arguments = [{"token": "secret"}, bearer] if method == "post" else [bearer]

    with pytest.raises(FetchError, match="another origin"):
        getattr(web, method)(httpserver.url_for("/a"), *arguments)

    assert [request.path for request, _ in httpserver.log] == ["/a"]


def test_token_goes_along_within_its_origin(web, httpserver):
    httpserver.expect_request("/a").respond_with_data("", status=301, headers={"Location": "/b"})
    httpserver.expect_request("/b").respond_with_handler(
        lambda request: Response(request.headers["Authorization"])
    )

    page = web.get(httpserver.url_for("/a"), {"Authorization": "Bearer secret"})

    assert page.text == "Bearer secret"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param(307, "POST a=b", id="307"),
        pytest.param(308, "POST a=b", id="308"),
        pytest.param(301, "GET ", id="301"),
        pytest.param(303, "GET ", id="303"),
    ],
)
def test_post_after_a_redirect(web, httpserver, status, expected):
    httpserver.expect_request("/a").respond_with_data("", status=status, headers={"Location": "/b"})
    httpserver.expect_request("/b").respond_with_handler(
        lambda request: Response(f"{request.method} {request.get_data(as_text=True)}")
    )

    assert web.post(httpserver.url_for("/a"), {"a": "b"}).text == expected


# Limits


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="status line"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Slow: ", id="header"),
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", id="body"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n", id="body with length"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", id="chunk size"),
        pytest.param(b"HTTP/1.1 302 Found\r\nLocation: /x", id="redirect"),
    ],
)
def test_slow_drip_is_cut_off_at_the_deadline(head):
    web = Web(LOCAL, timeout_s=0.5)

    with listening(drip(head)) as (port, _):
        started = time.monotonic()
        with pytest.raises(FetchError):
            web.get(f"http://127.0.0.1:{port}/")

        assert 0.4 < time.monotonic() - started < 1


def test_deadline_is_for_all_redirects_together(httpserver):
    def wait_and_redirect(request):
        time.sleep(0.2)
        return Response(status=302, headers={"Location": "/"})

    httpserver.expect_request("/").respond_with_handler(wait_and_redirect)
    started = time.monotonic()

    with pytest.raises(FetchError, match="too long"):
        Web(LOCAL, timeout_s=0.5).get(httpserver.url_for("/"))

    assert time.monotonic() - started < 1


def test_deadline_is_for_the_name_too():
    def dawdle(host, port):
        time.sleep(2)
        return ["127.0.0.1"]

    started = time.monotonic()

    with pytest.raises(FetchError, match="looked up in time"):
        Web(timeout_s=0.3, resolve=dawdle).get("http://slow.example/")

    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"HTTP/1.1 200 OK\r\n\r\n", id="body"),
        pytest.param(b"HTTP/1.1 404 Not Found\r\n\r\n", id="error page"),
        pytest.param(b"HTTP/1.1 200 OK\r\nX-Long: ", id="header"),
        pytest.param(b"", id="status line"),
    ],
)
def test_endless_answer(web, head):
    with listening(flood(head, b"x" * 10_000)) as (port, _):
        started = time.monotonic()
        with pytest.raises(FetchError):
            web.get(f"http://127.0.0.1:{port}/")

        assert time.monotonic() - started < 2


def test_body_of_a_redirect_is_not_read(web):
    def answer(connection):
        if b"GET /end" in connection.recv(65_536):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nthere")
            return
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /end\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"x" * 10_000)

    with listening(answer) as (port, _):
        assert web.get(f"http://127.0.0.1:{port}/").text == "there"


@pytest.mark.parametrize(
    ("size", "works"),
    [pytest.param(100_000, True, id="just"), pytest.param(100_001, False, id="one too many")],
)
def test_size_counts_after_decompression(web, httpserver, size, works):
    httpserver.expect_request("/").respond_with_data(
        gzip.compress(b"x" * size), headers={"Content-Encoding": "gzip"}
    )

    if works:
        assert web.get(httpserver.url_for("/")).content == b"x" * size
    else:
        with pytest.raises(FetchError, match="larger"):
            web.get(httpserver.url_for("/"))


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [
        pytest.param("gzip", gzip.compress, id="gzip"),
        pytest.param("deflate", zlib.compress, id="deflate"),
        pytest.param("gzip, gzip", lambda data: gzip.compress(gzip.compress(data)), id="twice"),
    ],
)
def test_compression_bomb_costs_little(web, httpserver, encoding, compress):
    httpserver.expect_request("/").respond_with_data(
        compress(bytes(100_000_000)), headers={"Content-Encoding": encoding}
    )
    started = time.monotonic()
    tracemalloc.start()

    with pytest.raises(FetchError, match="larger"):
        web.get(httpserver.url_for("/"))

    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak_bytes < 30_000_000
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"garbage\r\n\r\n", id="garbage"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", id="cut off"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nno gzip", id="no gzip"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="chunk"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n", id="many headers"),
        pytest.param(b"HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n", id="broken redirect"),
    ],
)
def test_no_proper_answer(web, answer):
    def respond(connection):
        connection.recv(65_536)
        connection.sendall(answer)

    with listening(respond) as (port, _), pytest.raises(FetchError):
        web.get(f"http://127.0.0.1:{port}/")


def _free_port():
    """A port among those that may be fetched, so that only the address can be at fault."""
    for port in range(8100, 8443):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no free port")
