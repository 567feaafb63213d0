"""What apps for Mastodon learn before they sign in, and what this server has none of."""

import pytest
from conftest import make_bearer

from endpoint.domain.mastodon.instance import About, describe_node, describe_v1, describe_v2

ORIGIN = {"Origin": "https://phanpy.social"}
EMPTY = """
    v1/announcements v1/blocks v1/conversations v1/custom_emojis v1/domain_blocks v1/endorsements
    v1/featured_tags v1/filters v1/follow_requests v1/followed_tags v1/lists v1/mutes
    v1/scheduled_statuses v1/suggestions v1/trends/links v1/trends/statuses v1/trends/tags
    v2/filters v2/suggestions
""".split()
OPEN = [name for name in EMPTY if "trends" in name or "emojis" in name]
ABSENT = [
    ("get", "/api/v1/streaming"),
    ("get", "/api/v1/streaming/user"),
    ("get", "/api/v1/push/subscription"),
    ("post", "/api/v1/push/subscription"),
    ("get", "/api/v2/notifications"),
    ("get", "/api/v1/polls/1"),
    ("post", "/api/v1/polls/1/votes"),
    ("post", "/api/v1/lists"),
    ("post", "/api/v1/accounts"),
    ("post", "/api/v1/accounts/1/follow"),
    ("post", "/api/v1/accounts/1/block"),
    ("get", "/api/v1/admin/accounts"),
    ("put", "/api/v2/filters/1"),
    ("delete", "/api/v1/lists/1"),
    ("get", "/api/v2/whatever/"),
]


@pytest.fixture
def about():
    return About(
        base_url="https://site.example",
        title="Ada",
        note="Notes <3",
        email="ada@site.example",
        languages=("en",),
        software_version="1.2",
        max_characters=5000,
        max_attachments=20,
        max_media_bytes=25_000_000,
        max_pixels=50_000_000,
    )


@pytest.mark.parametrize("path", ["/api/v1/instance", "/api/v2/instance"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_200_the_instance(client, path, slash):
    response = client.get(f"{path}{slash}")

    assert response.status_code == 200
    assert response.json["title"] == "Ada"
    assert response.json.get("uri", response.json.get("domain")) == "site.example"
    limits = response.json["configuration"]["statuses"]
    assert limits["max_characters"] == 5000
    assert limits["characters_reserved_per_url"] == 23
    assert (
        "image/heic" in response.json["configuration"]["media_attachments"]["supported_mime_types"]
    )
    contact = response.json.get("contact_account") or response.json["contact"]["account"]
    assert contact["id"] == "1"


def test_the_version_is_a_number_first_and_says_who_answers(client):
    """Apps take a number from its first three characters, and look for names behind it."""
    version = client.get("/api/v1/instance").json["version"]

    assert float(version[:3]) == 4.2
    assert "indieweb-endpoint" in version
    assert "api_versions" not in client.get("/api/v2/instance").json


def test_every_url_of_the_instance_is_one(about):
    """Some apps fail on an empty text where a URL should be."""
    owner = {"avatar": "https://site.example/a.png"}

    first, second = describe_v1(about, owner, 3), describe_v2(about, owner)

    assert first["urls"] == {"streaming_api": "wss://site.example"}
    assert second["configuration"]["urls"]["streaming"] == "wss://site.example"
    assert first["thumbnail"] == second["thumbnail"]["url"] == owner["avatar"]
    assert first["stats"]["status_count"] == 3
    assert (first["description"], second["description"]) == ("Notes &lt;3", "Notes <3")
    assert (first["registrations"], second["registrations"]["enabled"]) == (False, False)
    assert second["contact"] == {"email": "ada@site.example", "account": owner}


def test_200_nodeinfo(client):
    links = client.get("/.well-known/nodeinfo")
    [link] = links.json["links"]

    node = client.get(link["href"].removeprefix("https://site.example"))

    assert link["rel"] == "http://nodeinfo.diaspora.software/ns/schema/2.0"
    assert node.status_code == 200
    assert node.json["version"] == "2.0"
    assert node.json["software"]["name"] == "indieweb-endpoint"


def test_nodeinfo_says_which_api_this_is(about):
    """A library that knows this server by no name of its own goes by ``upstream``."""
    assert describe_node(about, 3)["metadata"]["upstream"] == {"name": "mastodon"}


@pytest.mark.parametrize("slash", ["", "/"])
def test_200_nothing_of_that(client, bearer, slash):
    headers = bearer("read")

    answers = {name: client.get(f"/api/{name}{slash}", headers=headers) for name in EMPTY}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert [name for name, answer in answers.items() if answer.json != []] == []


def test_strangers_see_what_everybody_may(client):
    statuses = {name: client.get(f"/api/{name}").status_code for name in EMPTY}

    assert statuses == {name: 200 if name in OPEN else 401 for name in EMPTY}


def test_404_what_this_server_does_not_do(client, bearer):
    headers = bearer("read write follow push")

    answers = [client.open(path, method=verb.upper(), headers=headers) for verb, path in ABSENT]

    assert {answer.status_code for answer in answers} == {404}
    assert {answer.json["error"] for answer in answers} == {"Record not found"}
    assert {answer.headers["Access-Control-Allow-Origin"] for answer in answers} == {"*"}


def test_403_the_profile_is_not_changed_by_apps(client, bearer):
    form = {"display_name": "Eve"}

    response = client.patch(
        "/api/v1/accounts/update_credentials", data=form, headers=bearer("write")
    )

    assert response.status_code == 403
    assert "profile" in response.json["error"]


# Who asks


def test_401_nobody(client):
    response = client.get("/api/v1/preferences")

    assert response.status_code == 401
    assert response.json["error"] == "The access token is invalid"
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_401_a_token_that_is_none(client):
    response = client.get("/api/v1/preferences", headers={"Authorization": "Bearer x"})

    assert response.status_code == 401
    assert response.json["error"] == "The access token is invalid"


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ("read", 200),
        ("read:accounts", 200),
        ("create", 200),
        ("draft", 200),
        ("media", 403),
        ("read:statuses", 403),
        ("write", 403),
        ("follow push", 403),
        ("profile email", 403),
    ],
)
def test_scopes_of_both_kinds_of_apps_read(client, bearer, scope, status):
    response = client.get("/api/v1/preferences", headers=bearer(scope))

    assert response.status_code == status


@pytest.mark.parametrize("scope", ["read", "read:statuses", "write:media", "follow", "profile"])
def test_403_a_token_that_may_not_write(client, bearer, scope):
    response = client.post(
        "/api/v1/markers", data={"home[last_read_id]": "1"}, headers=bearer(scope)
    )

    assert response.status_code == 403


def test_422_a_token_in_the_url(client, parts):
    token = make_bearer(parts, "read")["Authorization"].removeprefix("Bearer ")

    response = client.get(f"/api/v1/preferences?access_token={token}")

    assert response.status_code == 422
    assert token not in response.text


# What apps share


def test_200_preferences(client, bearer):
    response = client.get("/api/v1/preferences", headers=bearer("read"))

    assert response.json["posting:default:visibility"] == "public"
    assert {name.partition(":")[0] for name in response.json} == {"posting", "reading"}
    assert len(response.json) >= 5


@pytest.mark.parametrize(
    "places",
    [
        {"data": {"home[last_read_id]": "12", "notifications[last_read_id]": "7"}},
        {"json": {"home": {"last_read_id": "12"}, "notifications": {"last_read_id": 7}}},
    ],
    ids=["form", "JSON"],
)
def test_200_places_are_moved_and_found_again(client, bearer, clock, places):
    moved = client.post("/api/v1/markers", **places, headers=bearer("write"))
    found = client.get("/api/v1/markers?timeline[]=home", headers=bearer("read"))

    both = client.get(
        "/api/v1/markers?timeline[]=home&timeline[]=notifications", headers=bearer("read")
    )
    assert moved.json == both.json
    assert found.json == {
        "home": {
            "last_read_id": "12",
            "version": 1,
            "updated_at": "2025-11-22T08:30:15.000Z",
        }
    }


def test_a_place_counts_how_often_it_was_moved(client, bearer, clock):
    for place in ("1", "2", "3"):
        clock.forward(seconds=1)
        moved = client.post(
            "/api/v1/markers", data={"home[last_read_id]": place}, headers=bearer("write")
        )

    assert moved.json["home"]["last_read_id"] == "3"
    assert moved.json["home"]["version"] == 3
    assert moved.json["home"]["updated_at"] == "2025-11-22T08:30:18.000Z"


@pytest.mark.parametrize("query", ["", "?timeline[]=", "?timeline[]=home", "?timeline=x"])
def test_200_no_places_yet(client, bearer, query):
    response = client.get(f"/api/v1/markers{query}", headers=bearer("read"))

    assert (response.status_code, response.json) == (200, {})


@pytest.mark.parametrize(
    "places",
    [
        {"home": {"last_read_id": "x"}},
        {"home": {"last_read_id": "1" * 20}},
        {"home": {"last_read_id": "-1"}},
        {"home": {"last_read_id": "١"}},
        {"home": {"last_read_id": ["1"]}},
        {"home": {}},
        {"home": "1"},
        {"home": ["1"]},
    ],
)
def test_422_no_place(client, bearer, places):
    response = client.post("/api/v1/markers", json=places, headers=bearer("write"))

    assert response.status_code == 422
    assert client.get("/api/v1/markers?timeline[]=home", headers=bearer("read")).json == {}


# Pages in a browser


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/statuses",
        "/api/v1/statuses/1/",
        "/api/v2/media",
        "/api/v1/nothing",
        "/oauth/token",
        "/oauth/revoke",
        "/.well-known/nodeinfo",
        "/.well-known/oauth-authorization-server",
        "/nodeinfo/2.0",
    ],
)
def test_204_preflight(client, path):
    asked = {
        **ORIGIN,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }

    response = client.options(path, headers=asked)

    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    methods = set(response.headers["Access-Control-Allow-Methods"].split(", "))
    assert {"GET", "POST", "PUT", "PATCH", "DELETE"} <= methods
    allowed = response.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "idempotency-key"} <= set(allowed)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v2/instance", 200),
        ("get", "/api/v1/preferences", 401),
        ("get", "/api/v1/nothing", 404),
        ("post", "/api/v1/apps", 422),
        ("post", "/oauth/token", 400),
        ("post", "/oauth/revoke", 400),
    ],
)
def test_answers_and_errors_can_be_read_from_other_origins(client, method, path, status):
    response = client.open(path, method=method.upper(), headers=ORIGIN)

    assert response.status_code == status
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Link" in response.headers["Access-Control-Expose-Headers"].split(", ")
    assert response.is_json


# Whatever somebody sends


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"data": b"{", "content_type": "application/json"}, id="half"),
        pytest.param({"data": b"[]", "content_type": "application/json"}, id="a list"),
        pytest.param({"data": b"\xff", "content_type": "application/json"}, id="no UTF-8"),
        pytest.param({"data": b"[" * 9000, "content_type": "application/json"}, id="deep"),
        pytest.param({"data": b'{"a":NaN}', "content_type": "application/json"}, id="NaN"),
        pytest.param({"data": b"x", "content_type": "text/xml"}, id="XML"),
        pytest.param({"data": b"x", "content_type": "multipart/form-data"}, id="no boundary"),
        pytest.param({"data": {"client_name[a][b][c]": "1", "client_name": "2"}}, id="two forms"),
        pytest.param({"data": {"a[" * 2000: "1"}}, id="brackets"),
        pytest.param({"data": {"client_name": "\x00", "grant_type": "\x00"}}, id="NUL"),
        pytest.param({"json": {"client_name": {"a": 1}, "grant_type": [1]}}, id="other types"),
        pytest.param({"json": {"redirect_uris": [[[["x"]]]], "token": {"x": "y"}}}, id="lists"),
        pytest.param({"json": {"client_name": True, "code": 1.5, "token": 10**30}}, id="numbers"),
        pytest.param(
            {
                "data": rb'{"client_name":"\ud800","code":"\ud800"}',
                "content_type": "application/json",
            },
            id="half a pair",
        ),
        pytest.param({"query_string": "client_name=%00&grant_type=%ff"}, id="query"),
    ],
)
def test_4xx_bad_input(client, bearer, sent):
    paths = "/api/v1/apps", "/api/v1/markers", "/oauth/token", "/oauth/revoke"
    headers = bearer("write")

    answers = {path: client.post(path, **sent, headers=headers) for path in paths}

    # What names no timeline moves nothing in it.
    assert answers.pop("/api/v1/markers").status_code < 500
    for answer in answers.values():
        assert 400 <= answer.status_code < 500
        description = answer.json["error_description"]
        assert description.isascii()
        assert not set('"\\') & set(description)
