"""The guarded client against real sockets: where redirects lead, and what goes along."""

import pytest
from ports import free_port
from web_servers import FETCHED_PORTS, LOCAL, answers, listening, once
from werkzeug import Response

from endpoint.stores.web import FetchError, RefusedError, Web


@pytest.fixture
def web():
    return Web(allow_hosts=LOCAL, timeout_s=30, max_bytes=100_000)


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
        assert len(httpserver.log) == 6


def test_redirect_to_itself_ends(web, httpserver):
    httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": "/"})

    with pytest.raises(FetchError, match="redirects"):
        web.get(httpserver.url_for("/"))

    assert len(httpserver.log) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:8080/",
        "http://a.localhost./",
        "http://[::1]:8080/",
        "http://127.0.0.2/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/",
        "http://１２７。1/",
        "//10.0.0.1/",
        "https://[::ffff:7f00:1]/",
        "http://[2000::1]:22/",
        "http://[2000::1]:6379/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "javascript:alert(1)",
        "data:text/html,here",
        "http://ada@127.0.0.1/",
        "http://ada:secret@127.0.0.1/",
        "http://127.0.0.1\\@evil.example/",
    ],
)
def test_redirect_to_what_is_never_fetched(web, httpserver, location):
    httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": location})

    with pytest.raises(RefusedError):
        web.get(httpserver.url_for("/"))

    assert len(httpserver.log) == 1


def test_name_behind_a_redirect_is_checked_too():
    web = Web(["first.example"], resolve=answers("127.0.0.1"))
    port = free_port(FETCHED_PORTS)
    answer = f"HTTP/1.1 302 Found\r\nLocation: http://second.example:{port}/\r\n\r\n"

    with listening(once(answer.encode()), port) as (_, connections):
        with pytest.raises(RefusedError, match="private"):
            web.get(f"http://first.example:{port}/")

        assert len(connections) == 1


def test_same_name_is_looked_up_again_for_each_redirect(httpserver):
    """A name that has changed its address by then is checked as it is by then."""
    asked = []

    def resolve(host, port):
        asked.append((host, port))
        return ["127.0.0.1"]

    httpserver.expect_request("/a").respond_with_data("", status=302, headers={"Location": "/b"})
    httpserver.expect_request("/b").respond_with_data("there")

    page = Web(["a.example"], resolve=resolve).get(f"http://a.example:{httpserver.port}/a")

    assert page.text == "there"
    assert asked == [("a.example", httpserver.port)] * 2


def test_redirect_without_location_is_the_answer(web, httpserver):
    httpserver.expect_request("/").respond_with_data("here", status=302)

    page = web.get(httpserver.url_for("/"))

    assert (page.status, page.text) == (302, "here")


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
        pytest.param(301, "POST a=b", id="301"),
        pytest.param(302, "GET ", id="302"),
        pytest.param(303, "GET ", id="303"),
    ],
)
def test_post_after_a_redirect(web, httpserver, status, expected):
    httpserver.expect_request("/a").respond_with_data("", status=status, headers={"Location": "/b"})
    httpserver.expect_request("/b").respond_with_handler(
        lambda request: Response(f"{request.method} {request.get_data(as_text=True)}")
    )

    assert web.post(httpserver.url_for("/a"), {"a": "b"}).text == expected
