"""The guarded client against real sockets: answers that are too long, too slow or too dense."""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from contextlib import contextmanager

import pytest
from web_servers import LOCAL, TOO_LATE, drip, flood, listening, once, silence
from werkzeug import Response

from endpoint.stores.http.deadlines import Deadline
from endpoint.stores.web import FetchError, Web

# What nobody should wait for lasts a minute or for ever; this leaves a busy machine its time.
_LONG_S = 20

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GZIP = OK + b"Content-Encoding: gzip\r\n\r\n"


@pytest.fixture
def web():
    return Web(allow_hosts=LOCAL, timeout_s=30, max_bytes=100_000)


@contextmanager
def cheap(max_s=20, max_bytes=5_000_000):
    """Fail if what happens inside takes more time or memory."""
    started = time.monotonic()
    tracemalloc.start()
    try:
        yield
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.monotonic() - started < max_s
    assert peak_bytes < max_bytes


# Slow


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="status line"),
        pytest.param(OK + b"X-Slow: ", id="header"),
        pytest.param(OK + b"\r\n", id="body"),
        pytest.param(OK + b"Content-Length: 90000\r\n\r\n", id="body with length"),
        pytest.param(CHUNKED, id="chunk size"),
        pytest.param(CHUNKED + b"0\r\n", id="trailer"),
        pytest.param(b"HTTP/1.1 302 Found\r\nLocation: /x", id="redirect"),
    ],
)
def test_slow_drip_is_cut_off_at_the_deadline(head):
    web = Web(LOCAL, timeout_s=0.3)

    with listening(drip(head)) as (port, _):
        started = time.monotonic()
        with pytest.raises(FetchError, match=TOO_LATE):
            web.get(f"http://127.0.0.1:{port}/")

        assert 0.25 < time.monotonic() - started < _LONG_S


def test_silence_is_cut_off_at_the_deadline():
    with listening(silence) as (port, _):
        started = time.monotonic()
        with pytest.raises(FetchError, match=TOO_LATE):
            Web(LOCAL, timeout_s=0.3).get(f"http://127.0.0.1:{port}/")

        assert 0.25 < time.monotonic() - started < _LONG_S


def test_deadline_is_for_all_redirects_together(httpserver):
    def wait_and_redirect(request):
        time.sleep(0.15)
        return Response(status=302, headers={"Location": "/"})

    httpserver.expect_request("/").respond_with_handler(wait_and_redirect)

    with pytest.raises(FetchError, match=TOO_LATE):
        Web(LOCAL, timeout_s=0.4).get(httpserver.url_for("/"))


def test_drip_behind_redirects_there_and_back(httpserver):
    """A connection that was kept from an earlier hop would escape the deadline."""
    httpserver.expect_request("/").respond_with_handler(
        lambda _: Response(status=302, headers={"Location": f"http://127.0.0.1:{port}/drip"})
    )

    def answer(connection):
        while request := connection.recv(65_536):
            if b"GET /drip" in request:
                drip(OK + b"\r\n")(connection)
            connection.sendall(
                b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n"
                % httpserver.url_for("/").encode()
            )

    with listening(answer) as (port, _):
        started = time.monotonic()
        with pytest.raises(FetchError, match=TOO_LATE):
            Web(LOCAL, timeout_s=0.4).get(f"http://127.0.0.1:{port}/")

        assert time.monotonic() - started < _LONG_S


def test_deadline_is_for_the_name_too():
    given_up = threading.Event()

    def dawdle(host, port):
        given_up.wait(60)
        return ["127.0.0.1"]

    started = time.monotonic()

    with pytest.raises(FetchError, match="looked up in time"):
        Web(timeout_s=0.2, resolve=dawdle).get("http://slow.example/")

    assert time.monotonic() - started < _LONG_S
    given_up.set()


def test_connection_that_comes_after_the_deadline_is_cut():
    ours, theirs = socket.socketpair()
    with ours, theirs, Deadline(0.01) as deadline:
        theirs.settimeout(30)
        time.sleep(0.05)

        deadline.watch(ours)

        assert theirs.recv(1) == b""


# Endless


@pytest.mark.parametrize(
    ("head", "chunk"),
    [
        pytest.param(OK + b"\r\n", b"x" * 10_000, id="body"),
        pytest.param(OK + b"Content-Length: 99999999999\r\n\r\n", b"x" * 10_000, id="long body"),
        pytest.param(b"HTTP/1.1 404 Not Found\r\n\r\n", b"x" * 10_000, id="error page"),
        pytest.param(b"", b"x" * 10_000, id="status line"),
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 400, id="nothing but 100"),
        pytest.param(OK + b"X-Long: ", b"x" * 10_000, id="header"),
        pytest.param(OK, b"X-Many: y\r\n" * 1000, id="headers"),
        pytest.param(CHUNKED, b"400\r\n" + b"x" * 1024 + b"\r\n", id="chunks"),
        pytest.param(CHUNKED + b"ffffffffff\r\n", b"x" * 10_000, id="one chunk"),
        pytest.param(CHUNKED + b"-1\r\n", b"x" * 10_000, id="chunk of negative size"),
        pytest.param(CHUNKED, b"1" * 10_000, id="size of a chunk"),
        pytest.param(CHUNKED + b"1;", b"x" * 10_000, id="extension of a chunk"),
        pytest.param(CHUNKED, b"1;" + b"x" * 20_000 + b"\r\nx\r\n", id="extensions"),
        pytest.param(CHUNKED + b"0\r\n", b"X-Trailer: y\r\n" * 1000, id="trailers"),
        pytest.param(GZIP, gzip.compress(b"") * 500, id="empty gzip members"),
        pytest.param(
            GZIP + gzip.compress(b"")[:10], b"\0\0\0\xff\xff" * 1000, id="empty gzip blocks"
        ),
        pytest.param(GZIP + gzip.compress(b""), b"\0" * 10_000, id="padding after gzip"),
    ],
)
def test_endless_answer(web, head, chunk):
    with listening(flood(head, chunk)) as (port, _), cheap():
        with pytest.raises(FetchError) as failure:
            web.get(f"http://127.0.0.1:{port}/")

        assert "too long" not in str(failure.value)


@pytest.mark.parametrize(
    ("size", "works"),
    [pytest.param(100_000, True, id="just"), pytest.param(100_001, False, id="one too many")],
)
@pytest.mark.parametrize(
    ("encoding", "encode"),
    [
        pytest.param("identity", bytes, id="plain"),
        pytest.param("gzip", gzip.compress, id="gzip"),
    ],
)
def test_size_counts_decoded_bytes(web, httpserver, encoding, encode, size, works):
    httpserver.expect_request("/").respond_with_data(
        encode(b"x" * size), headers={"Content-Encoding": encoding}
    )

    if works:
        assert web.get(httpserver.url_for("/")).content == b"x" * size
    else:
        with pytest.raises(FetchError, match="larger"):
            web.get(httpserver.url_for("/"))


def test_page_of_many_small_chunks_is_no_trick(web):
    answer = CHUNKED + b"10\r\n" + b"\r\n10\r\n".join([b"0123456789abcdef"] * 6000)

    with listening(once(answer + b"\r\n0\r\n\r\n")) as (port, _):
        assert len(web.get(f"http://127.0.0.1:{port}/").content) == 96_000


# Compressed


def test_gzip_is_all_that_is_asked_for(web, httpserver):
    httpserver.expect_request("/").respond_with_handler(
        lambda request: Response(request.headers["Accept-Encoding"])
    )

    assert web.get(httpserver.url_for("/")).text == "gzip"


def test_compression_bomb_costs_little(web):
    bomb = gzip.compress(bytes(30_000_000))

    with (
        listening(once(GZIP + bomb)) as (port, _),
        cheap(),
        pytest.raises(FetchError, match="larger"),
    ):
        web.get(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        pytest.param("deflate", zlib.compress(b"here"), id="deflate"),
        pytest.param("br", b"\x0b\x01\x80here\x03", id="brotli"),
        pytest.param("zstd", b"\x28\xb5\x2f\xfd\x04\x00\x21\x00\x00here", id="zstd"),
        pytest.param("compress", b"\x1f\x9dhere", id="compress"),
        pytest.param("gzip, gzip", gzip.compress(gzip.compress(b"here")), id="twice"),
        pytest.param("gzip, identity", gzip.compress(b"here"), id="a list"),
        pytest.param(", ".join(["gzip"] * 1000), gzip.compress(b"here"), id="a long list"),
    ],
)
def test_encoding_that_was_not_asked_for(web, httpserver, encoding, content):
    """Undecoded, it would pass for a page that links nowhere."""
    httpserver.expect_request("/").respond_with_data(
        content, headers={"Content-Encoding": encoding}
    )

    with pytest.raises(FetchError, match="not asked for"):
        web.get(httpserver.url_for("/"))


@pytest.mark.parametrize(
    ("encoding", "content", "expected"),
    [
        pytest.param("GZIP", gzip.compress(b"here"), b"here", id="case"),
        pytest.param("x-gzip", gzip.compress(b"here"), b"here", id="old name"),
        pytest.param("", b"here", b"here", id="no name"),
        pytest.param("gzip", b"", b"", id="no body"),
        pytest.param("gzip", gzip.compress(b""), b"", id="nothing inside"),
        pytest.param(
            "gzip", gzip.compress(b"he") + gzip.compress(b"re"), b"here", id="two members"
        ),
        pytest.param("gzip", gzip.compress(b"here") + b"\0\0\0", b"here", id="padding"),
        pytest.param("gzip", gzip.compress(b"x" * 90_000, 9), b"x" * 90_000, id="many pieces"),
    ],
)
def test_encoding_that_is_understood(web, httpserver, encoding, content, expected):
    httpserver.expect_request("/").respond_with_data(
        content, headers={"Content-Encoding": encoding}
    )

    assert web.get(httpserver.url_for("/")).content == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"no gzip", id="not gzip"),
        pytest.param(gzip.compress(b"here" * 1000)[:-9], id="cut off"),
        pytest.param(gzip.compress(b"here")[:-4], id="without its end"),
        pytest.param(gzip.compress(b"here")[:-8] + bytes(8), id="wrong checksum"),
        pytest.param(gzip.compress(b"here") + gzip.compress(b"re")[:9], id="second member"),
    ],
)
def test_gzip_that_is_broken(web, httpserver, content):
    httpserver.expect_request("/").respond_with_data(content, headers={"Content-Encoding": "gzip"})

    with pytest.raises(FetchError):
        web.get(httpserver.url_for("/"))
