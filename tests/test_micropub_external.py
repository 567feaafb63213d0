"""Posting with tokens of another server, asked over a real socket (IndieAuth §6)."""

import json
import socket

import pytest
from werkzeug import Response

SITE = "https://site.example/"
TOKEN = {"Authorization": "Bearer issued-elsewhere"}
NOTE = {"h": "entry", "content": "Hello"}


class Introspection:
    """An introspection endpoint, and the tokens it was asked about."""

    def __init__(self, me):
        self.asked = []
        self.says(active=True, me=me, scope="create", client_id="https://app.example/")

    def __call__(self, request):
        self.asked.append(request.form["token"])
        return self.answer

    def says(self, **members):
        self.answer = Response(json.dumps(members), content_type="application/json")


@pytest.fixture
def server(httpserver):
    return httpserver


@pytest.fixture
def me(server):
    """The owner's profile page, which declares where tokens are checked."""
    link = '<link rel="indieauth-metadata" href="/metadata">'
    server.expect_request("/").respond_with_data(link, content_type="text/html")
    server.expect_request("/metadata").respond_with_json(
        {"introspection_endpoint": server.url_for("/introspect")}
    )
    return server.url_for("/")


@pytest.fixture
def introspection(server, me):
    endpoint = Introspection(me)
    server.expect_request("/introspect", method="POST").respond_with_handler(endpoint)
    return endpoint


@pytest.fixture
def external(installation, start, client_of, me):
    """Return a function that starts the server with tokens of ``me``'s own token endpoint."""

    def external(**auth):
        installation.configure(
            me=me,
            site={"url": SITE},
            auth={"mode": "external", **auth},
            fetch={"allow_hosts": ["127.0.0.1"], "timeout_s": 30},
        )
        return client_of(start())

    return external


def test_201_the_token_endpoint_is_found_and_asked_once(external, introspection, me):
    client = external()

    created = client.post("/micropub", data=NOTE, headers=TOKEN)
    known = client.get("/micropub", headers=TOKEN)

    assert created.status_code == 201
    assert created.headers["Location"] == f"{SITE}notes/2025/11/hello/"
    assert known.json == {"me": me, "scope": "create", "client_id": "https://app.example/"}
    assert introspection.asked == ["issued-elsewhere"]


def test_201_older_endpoint_that_answers_a_form(external, server, me):
    answer = f"me={me}&scope=create+update&client_id=x"
    server.expect_request("/token", headers=TOKEN).respond_with_data(
        answer, content_type="application/x-www-form-urlencoded"
    )
    client = external(token_endpoint=server.url_for("/token"))

    response = client.post("/micropub", data=NOTE, headers=TOKEN)

    assert response.status_code == 201


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"active": False}, id="no"),
        pytest.param({"active": "true"}, id="the text true"),
        pytest.param({"active": True, "scope": "create"}, id="nobody"),
        pytest.param(
            {"active": True, "me": "https://eve.example/", "scope": "create"}, id="somebody else"
        ),
        pytest.param(
            {"active": True, "me": "MEother/", "scope": "create"}, id="another page of the host"
        ),
        pytest.param({"active": True, "me": "ME", "exp": 1, "scope": "create"}, id="expired"),
    ],
)
def test_401_a_token_that_is_not_the_owners(external, introspection, repo, me, answer):
    before = repo.head.commit
    introspection.says(**json.loads(json.dumps(answer).replace("ME", me)))
    client = external()

    response = client.post("/micropub", data=NOTE, headers=TOKEN)

    assert response.status_code == 401
    assert response.json["error"] == "invalid_token"
    assert response.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert repo.head.commit == before


def test_403_scopes_are_those_of_the_answer(external, introspection, repo, me):
    before = repo.head.commit
    introspection.says(active=True, me=me, scope="update profile", client_id="x")

    response = external().post("/micropub", data=NOTE, headers=TOKEN)

    assert response.status_code == 403
    assert response.json["scope"] == "create"
    assert repo.head.commit == before


def test_503_the_endpoint_is_down_and_back(external, introspection, repo, me):
    before = repo.head.commit
    client = external()
    introspection.answer = Response("<h1>Bad Gateway</h1>", 502, content_type="text/html")

    down = client.post("/micropub", data=NOTE, headers=TOKEN)
    refused = repo.head.commit
    introspection.says(active=True, me=me, scope="create", client_id="x")
    back = client.post("/micropub", data=NOTE, headers=TOKEN)

    assert down.status_code == 503
    assert int(down.headers["Retry-After"]) > 0
    assert set(down.json) == {"error", "error_description"}
    assert down.headers["Access-Control-Allow-Origin"] == "*"
    assert refused == before
    assert back.status_code == 201


def test_503_nobody_listens(external, repo):
    before = repo.head.commit
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        client = external(token_endpoint=f"http://127.0.0.1:{deaf.getsockname()[1]}/token")

        response = client.post("/micropub", data=NOTE, headers=TOKEN)

    assert response.status_code == 503
    assert "Retry-After" in response.headers
    assert repo.head.commit == before


def test_401_a_revoked_token_stops_working_when_the_answer_is_old(
    external, introspection, clock, me
):
    client = external(cache_s=60)
    first = client.get("/micropub", headers=TOKEN)
    introspection.says(active=False)

    remembered = client.get("/micropub", headers=TOKEN)
    clock.forward(seconds=61)
    asked_again = client.get("/micropub", headers=TOKEN)

    assert (first.status_code, remembered.status_code) == (200, 200)
    assert asked_again.status_code == 401


def test_503_private_addresses_are_not_asked_unless_allowed(
    installation, start, client_of, introspection, server, me
):
    installation.configure(me=me, site={"url": SITE}, auth={"mode": "external"})

    response = client_of(start()).get("/micropub", headers=TOKEN)

    assert response.status_code == 503
    assert server.log == []


def test_401_tokens_made_here_do_not_count(external, introspection, start, bearer_of):
    client = external()
    introspection.says(active=False)

    response = client.get("/micropub", headers=bearer_of(start()))

    assert response.status_code == 401
