"""The guarded session for other libraries, against real sockets: it goes where the client goes."""

import gzip

import pytest
from ports import free_port
from requests.exceptions import JSONDecodeError
from web_servers import (
    FETCHED_PORTS,
    LOCAL,
    TOO_LATE,
    answers,
    drip,
    flood,
    listening,
    once,
    silence,
)
from werkzeug import Response

from endpoint.stores.web import FetchError, RefusedError, Web


@pytest.fixture
def session():
    with Web(allow_hosts=LOCAL, timeout_s=30, max_bytes=100_000).session() as session:
        yield session


def test_answer_is_read_with_its_encoding(session, httpserver):
    body = gzip.compress('{"name": "Zoë"}'.encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    httpserver.expect_request("/").respond_with_data(body, headers=headers)

    response = session.get(httpserver.url_for("/"))

    assert response.json() == {"name": "Zoë"}
    assert response.status_code == 200


def test_every_method_and_body_arrives(session, httpserver):
    httpserver.expect_request("/").respond_with_handler(
        lambda request: Response(f"{request.method} {request.form.get('a')} {len(request.files)}")
    )
    url = httpserver.url_for("/")

    sent = [
        session.post(url, data={"a": "b"}, files={"file": ("a.txt", b"text")}),
        session.put(url, data={"a": "c"}),
        session.delete(url),
    ]

    assert [response.text for response in sent] == ["POST b 1", "PUT c 0", "DELETE None 0"]


def test_cookies_are_not_kept(session, httpserver):
    httpserver.expect_request("/").respond_with_handler(
        lambda request: Response(
            request.headers.get("Cookie", "none"), headers={"Set-Cookie": "a=b; Path=/"}
        )
    )

    session.get(httpserver.url_for("/"))

    assert session.get(httpserver.url_for("/")).text == "none"


def test_environment_names_no_proxy_and_no_password(session, httpserver, monkeypatch, tmp_path):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ada password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    httpserver.expect_request("/").respond_with_handler(
        lambda request: Response(request.headers.get("Authorization", "none"))
    )

    assert session.get(httpserver.url_for("/")).text == "none"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.2:8100/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706434:8100/",
        "https://[::ffff:7f00:1]/",
        "http://[2000::1]:22/",
        "http://localhost:8100/",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "http://ada:secret@127.0.0.1/",
        "http://",
        "nonsense",
    ],
)
def test_what_is_never_fetched(session, url):
    with pytest.raises(RefusedError):
        session.post(url, data={"a": "b"})


def test_name_with_a_private_address():
    web = Web(timeout_s=30, resolve=answers("8.8.8.8", "10.0.0.1"))

    with web.session() as session, pytest.raises(RefusedError, match="private"):
        session.get("http://social.example/")


def test_redirect_of_what_reads_is_followed_and_checked(session, httpserver):
    httpserver.expect_request("/a").respond_with_data(status=302, headers={"Location": "/b"})
    httpserver.expect_request("/b").respond_with_data("there")
    httpserver.expect_request("/c").respond_with_data(
        status=302, headers={"Location": f"http://127.0.0.2:{free_port(FETCHED_PORTS)}/"}
    )

    assert session.get(httpserver.url_for("/a")).text == "there"
    with pytest.raises(RefusedError):
        session.get(httpserver.url_for("/c"))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_redirect_of_what_writes_is_an_error(session, httpserver, method, status):
    httpserver.expect_request("/a").respond_with_data(status=status, headers={"Location": "/b"})

    with pytest.raises(FetchError, match=f"redirects elsewhere, with status {status}"):
        session.request(method, httpserver.url_for("/a"))

    assert len(httpserver.log) == 1


def test_token_never_goes_to_another_origin(session, httpserver):
    with listening(once(b"HTTP/1.1 200 OK\r\n\r\n")) as (port, connections):
        httpserver.expect_request("/").respond_with_data(
            status=302, headers={"Location": f"http://127.0.0.1:{port}/"}
        )

        with pytest.raises(FetchError, match="another origin"):
            session.get(httpserver.url_for("/"), headers={"Authorization": "Bearer secret"})

    assert not connections


def test_redirects_end(session, httpserver):
    httpserver.expect_request("/").respond_with_data(status=302, headers={"Location": "/"})

    with pytest.raises(FetchError):
        session.get(httpserver.url_for("/"))

    assert len(httpserver.log) == 6


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(silence, id="silence"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"), id="dripping body"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nX: "), id="dripping header"),
    ],
)
def test_slow_answer_is_cut_at_the_time_limit_of_the_request(session, answer):
    with (
        listening(answer) as (port, _),
        pytest.raises(FetchError, match=TOO_LATE),
    ):
        session.get(f"http://127.0.0.1:{port}/", timeout=0.2)


def test_large_answer_is_cut(session):
    with (
        listening(flood(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536)) as (port, _),
        pytest.raises(FetchError, match="larger than"),
    ):
        session.get(f"http://127.0.0.1:{port}/")


def test_answer_that_is_no_json_is_told_apart(session, httpserver):
    httpserver.expect_request("/").respond_with_data("<html>")

    response = session.get(httpserver.url_for("/"))

    with pytest.raises(JSONDecodeError):
        response.json()
