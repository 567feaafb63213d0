"""The Mastodon API as apps write it: slashes, encodings, cursors, errors, letter by letter."""

import io
import json
import re
from base64 import b64encode
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from mastodon_sites import OUT_OF_BAND
from oauth_apps import decide, sign_in
from photos import exif, quarters

SCOPES = "read write follow push"
GET = [
    "/api/v1/instance",
    "/api/v2/instance",
    "/api/v1/accounts/verify_credentials",
    "/api/v1/accounts/1",
    "/api/v1/accounts/1/statuses",
    "/api/v1/accounts/relationships",
    "/api/v1/accounts/lookup?acct=site",
    "/api/v1/preferences",
    "/api/v1/markers",
    "/api/v1/timelines/home",
    "/api/v1/timelines/public",
    "/api/v1/timelines/tag/coffee",
    "/api/v1/notifications",
    "/api/v1/custom_emojis",
    "/api/v1/filters",
    "/api/v2/filters",
    "/api/v1/announcements",
    "/api/v1/lists",
    "/api/v1/followed_tags",
    "/api/v1/follow_requests",
    "/api/v1/favourites",
    "/api/v1/bookmarks",
    "/api/v1/conversations",
    "/api/v1/blocks",
    "/api/v1/mutes",
    "/api/v1/domain_blocks",
    "/api/v1/trends/tags",
    "/api/v1/trends/statuses",
    "/api/v1/trends/links",
    "/api/v1/suggestions",
    "/api/v2/suggestions",
    "/api/v1/scheduled_statuses",
    "/api/v1/featured_tags",
    "/api/v1/endorsements",
    "/.well-known/nodeinfo",
    "/nodeinfo/2.0",
    "/.well-known/oauth-authorization-server",
]
POSTED = ("/api/v1/apps", "/api/v1/statuses", "/api/v2/media", "/oauth/token", "/oauth/revoke")
REDIRECTS = [
    OUT_OF_BAND,
    "icecubesapp://",
    "com.tapbots.Ivory.10217:/request_token",
    "oauth2redirect://com.keylesspalace.tusky/",
    "org.joinmastodon.android-auth://callback",
    "mona://oauth",
    "http://localhost:5555/callback",
    "https://elk.example/api/site.example/oauth/https%3A%2F%2Felk.example",
    "https://phanpy.example/",
]


@pytest.fixture
def headers(bearer):
    return bearer("read write follow push")


@pytest.fixture
def toot(client, headers):
    """Return a function that posts a status, and gives what is answered."""

    def toot(status="Hello", **said):
        answer = client.post("/api/v1/statuses", json={"status": status, **said}, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json

    return toot


@pytest.fixture
def jpeg():
    """A picture that tells where it was taken."""
    file = io.BytesIO()
    quarters().save(file, "JPEG", exif=exif())
    return file.getvalue()


def register(client, redirect_uris=OUT_OF_BAND, scopes=SCOPES, **more):
    said = {"client_name": "An app", "redirect_uris": redirect_uris, "scopes": scopes, **more}
    answer = client.post("/api/v1/apps", json=said)
    assert answer.status_code == 200, answer.text
    return answer.json


def question(app, redirect_uri=OUT_OF_BAND, **more):
    asked = {
        "response_type": "code",
        "client_id": app["client_id"],
        "redirect_uri": redirect_uri,
        "scope": SCOPES,
        **more,
    }
    return f"/oauth/authorize?{urlencode(asked)}"


def open_question(client, app, redirect_uri=OUT_OF_BAND, **more):
    """Return the page where the owner is asked."""
    return client.get(question(app, redirect_uri, **more), follow_redirects=True)


def code_of(client, app, redirect_uri=OUT_OF_BAND, **more):
    """Return the code that the owner gives ``app``."""
    answer = decide(sign_in(client), open_question(client, app, redirect_uri, **more))
    while answer.status_code in (302, 303) and redirect_uri == OUT_OF_BAND:
        answer = client.get(answer.headers["Location"])
    sought = answer.headers.get("Location") or answer.text.replace("&amp;", "&")
    in_url = re.search(r"[?&]code=([^&\"'\s]+)", sought)
    return in_url[1] if in_url else re.search(r'value="([^"]+)" readonly', sought)[1]


def redemption(app, code, redirect_uri=OUT_OF_BAND, **changes):
    grant = {
        "grant_type": "authorization_code",
        "client_id": app["client_id"],
        "client_secret": app["client_secret"],
        "code": code,
        "redirect_uri": redirect_uri,
        **changes,
    }
    return {name: value for name, value in grant.items() if value is not None}


# Slashes


@pytest.mark.parametrize("path", GET)
def test_a_slash_at_the_end_changes_nothing(client, headers, path):
    at, _, query = path.partition("?")

    plain = client.get(path, headers=headers)
    slashed = client.get(f"{at}/?{query}", headers=headers)

    assert plain.status_code == slashed.status_code == 200
    assert plain.content_type == slashed.content_type
    assert plain.content_type.startswith("application/json")


@pytest.mark.parametrize("path", POSTED)
def test_a_slash_at_the_end_of_what_is_posted_changes_nothing(client, headers, path):
    plain = client.post(path, data={}, headers=headers)

    slashed = client.post(f"{path}/", data={}, headers=headers)

    assert slashed.status_code == plain.status_code
    assert slashed.status_code not in (301, 302, 307, 308, 404, 405)
    assert slashed.json == plain.json


def test_the_page_of_consent_with_a_slash(client):
    app = register(client)

    slashed = question(app).replace("authorize?", "authorize/?")
    shown = sign_in(client).get(slashed, follow_redirects=True)

    assert shown.status_code == 200
    assert "An app" in shown.text


# Parameters


@pytest.mark.parametrize(
    "sending",
    [
        pytest.param({"json": {"status": "Hi", "sensitive": True}}, id="JSON"),
        pytest.param({"json": {"status": "Hi", "sensitive": "1"}}, id="JSON with texts"),
        pytest.param({"data": {"status": "Hi", "sensitive": "1"}}, id="form"),
        pytest.param({"data": {"status": "Hi", "sensitive": "true"}}, id="form with true"),
        pytest.param(
            {
                "data": {"status": "Hi", "sensitive": "true"},
                "content_type": "multipart/form-data",
            },
            id="multipart",
        ),
        pytest.param({"query_string": {"status": "Hi", "sensitive": "true"}}, id="query"),
    ],
)
def test_parameters_come_in_any_encoding(client, headers, sending):
    answer = client.post("/api/v1/statuses", headers=headers, **sending)

    assert answer.status_code == 200
    assert "Hi" in answer.json["content"]
    assert answer.json["sensitive"] is True


@pytest.mark.parametrize(
    "send",
    [
        pytest.param(lambda ids: {"json": {"media_ids": ids}}, id="JSON list"),
        pytest.param(lambda ids: {"data": {"media_ids[]": ids}}, id="brackets"),
        pytest.param(lambda ids: {"query_string": {"media_ids[]": ids}}, id="query"),
        pytest.param(lambda ids: {"json": {"media_ids": ids[0]}}, id="a single text"),
        pytest.param(lambda ids: {"data": {"media_ids": ids[0]}}, id="a single field"),
    ],
)
def test_lists_come_in_any_form(client, headers, jpeg, send):
    upload = {"file": (io.BytesIO(jpeg), "a.jpg", "image/jpeg"), "description": "Colours"}
    media = client.post("/api/v2/media", data=upload, headers=headers).json

    answer = client.post("/api/v1/statuses", headers=headers, **send([media["id"]]))

    assert answer.status_code == 200
    assert [one["description"] for one in answer.json["media_attachments"]] == ["Colours"]


@pytest.mark.parametrize(
    "redirect_uris",
    [
        pytest.param("a1://x\nb2://y", id="lines"),
        pytest.param("a1://x b2://y", id="spaces"),
        pytest.param(["a1://x", "b2://y"], id="list"),
    ],
)
def test_an_app_names_where_it_is_answered_in_any_form(client, redirect_uris):
    app = register(client, redirect_uris)

    sign_in(client)
    shown = [open_question(client, app, uri) for uri in ("a1://x", "b2://y", "c3://z")]

    assert app["redirect_uris"] == ["a1://x", "b2://y"]
    assert [page.status_code for page in shown] == [200, 200, 400]


def test_a_delete_may_bring_a_body(client, headers, toot):
    status = toot("With a body")

    answer = client.delete(f"/api/v1/statuses/{status['id']}", json={}, headers=headers)

    assert answer.status_code == 200
    assert answer.json["text"] == "With a body"


def test_a_form_with_what_is_empty_and_unknown(client, headers):
    said = {
        "status": "Hi",
        "in_reply_to_id": "",
        "sensitive": "",
        "spoiler_text": "",
        "content_type": "text/plain",
        "quote_approval_policy": "public",
        "local_only": "false",
    }

    answer = client.post("/api/v1/statuses", data=said, headers=headers)

    assert answer.status_code == 200
    assert answer.json["in_reply_to_id"] is None
    assert answer.json["sensitive"] is False


# Tokens


def in_basic(app):
    pair = f"{app['client_id']}:{app['client_secret']}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


@pytest.mark.parametrize("way", ["form", "JSON", "Basic", "query"])
def test_a_code_is_redeemed_in_any_encoding(client, way):
    app = register(client)
    whole = redemption(app, code_of(client, app))
    without = {name: value for name, value in whole.items() if not name.startswith("client_")}
    sending = {
        "form": {"data": whole},
        "JSON": {"json": whole},
        "Basic": {"data": without, "headers": in_basic(app)},
        "query": {"query_string": whole},
    }

    answer = client.post("/oauth/token", **sending[way])

    assert answer.status_code == 200
    assert answer.json["token_type"] == "Bearer"
    assert answer.json["scope"].split() == SCOPES.split()
    assert answer.json.keys() >= {"access_token", "created_at"}
    assert "refresh_token" not in answer.json
    assert "expires_in" not in answer.json


@pytest.mark.parametrize(
    "scopes",
    ["read", "read:statuses write:statuses write:media", "profile read:accounts", "write push"],
)
def test_scopes_are_granted_as_they_were_asked(client, scopes):
    app = register(client, scopes=scopes)
    code = code_of(client, app, scope=scopes)

    token = client.post("/oauth/token", data=redemption(app, code)).json

    assert token["scope"].split() == scopes.split()


def test_what_only_reads_cannot_write(client, bearer, repo):
    before = repo.head.commit

    answer = client.post("/api/v1/statuses", json={"status": "x"}, headers=bearer("read"))

    assert answer.status_code == 403
    assert answer.json["error"] == "This action is outside the authorized scopes"
    assert repo.head.commit == before


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"code": "wrong"}, "invalid_grant"),
        ({"client_secret": "wrong"}, "invalid_client"),
        ({"client_id": "wrong"}, "invalid_client"),
        ({"redirect_uri": "https://elsewhere.example/"}, "invalid_grant"),
    ],
)
def test_a_grant_that_is_wrong(client, changes, error):
    app = register(client)
    code = code_of(client, app)

    answer = client.post("/oauth/token", data=redemption(app, code) | changes)

    assert answer.status_code in (400, 401)
    assert answer.json["error"] == error
    assert answer.json["error_description"]


@pytest.mark.parametrize("redirect_uri", REDIRECTS)
def test_the_answer_goes_to_exactly_what_was_registered(client, redirect_uri):
    app = register(client, redirect_uri)

    code = code_of(client, app, redirect_uri)
    token = client.post("/oauth/token", data=redemption(app, code, redirect_uri))
    other = open_question(client, app, f"{redirect_uri}x")

    assert token.status_code == 200
    assert other.status_code == 400


def test_an_app_with_a_scheme_of_its_own_gets_a_page_with_a_link(client):
    app = register(client, "icecubesapp://")

    answer = decide(sign_in(client), open_question(client, app, "icecubesapp://", state="s&t"))

    assert answer.status_code == 200
    assert "icecubesapp://?code=" in answer.text.replace("&amp;", "&")


def test_nothing_forbids_a_form_that_ends_at_an_app(client):
    app = register(client, "icecubesapp://")

    shown = open_question(sign_in(client), app, "icecubesapp://")

    policy = shown.headers["Content-Security-Policy"]
    # The answer is a page of ours, with a link: no form is sent to the app.
    assert "form-action 'self'" in policy or "icecubesapp:" in policy


def test_what_an_app_says_comes_back_letter_by_letter(client):
    app = register(client, "https://app.example/callback")
    odd = {"state": "None", "force_login": "False", "lang": "None", "access_type": "offline"}

    answer = decide(
        sign_in(client), open_question(client, app, "https://app.example/callback", **odd)
    )

    assert answer.status_code in (302, 303)
    sent = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert sent["state"] == ["None"]


# Errors


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/v1/timelines/home"),
        ("post", "/api/v1/statuses"),
        ("get", "/api/v1/accounts/verify_credentials"),
        ("post", "/api/v2/media"),
        ("get", "/api/v1/notifications"),
    ],
)
@pytest.mark.parametrize("sent", [{}, {"Authorization": "Bearer no-such-token"}])
def test_only_a_token_that_is_no_good_is_401(client, method, path, sent):
    answer = getattr(client, method)(path, headers=sent)

    assert answer.status_code == 401
    assert answer.json["error"] == "The access token is invalid"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/v1/statuses/123"),
        ("get", "/api/v1/statuses/abc"),
        ("get", "/api/v1/statuses/123/context"),
        ("get", "/api/v1/statuses/123/source"),
        ("put", "/api/v1/statuses/123"),
        ("delete", "/api/v1/statuses/123"),
        ("post", "/api/v1/statuses/123/favourite"),
        ("get", "/api/v1/accounts/123"),
        ("get", "/api/v1/media/123"),
        ("put", "/api/v1/media/123"),
        ("get", "/api/v1/notifications/123"),
        ("get", "/api/v1/no/such/thing"),
        ("get", "/api/v1/streaming"),
        ("get", "/api/v1/streaming/user"),
        ("get", "/api/v1/push/subscription"),
        ("get", "/api/v2/notifications"),
        ("get", "/api/v1/polls/1"),
    ],
)
def test_what_is_not_there_is_404_in_json(client, headers, method, path):
    said = {} if method == "get" else {"json": {"status": "x"}}

    answer = getattr(client, method)(path, headers=headers, **said)

    assert answer.status_code == 404
    assert answer.json["error"]
    if path.startswith("/api/v1/statuses/123"):
        assert answer.json["error"] == "Record not found"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"status": ""}, id="empty"),
        pytest.param({"status": "x", "visibility": "private"}, id="private"),
        pytest.param({"status": "x", "visibility": "direct"}, id="direct"),
        pytest.param({"status": "x", "visibility": "no such"}, id="unknown visibility"),
        pytest.param({"status": "x", "poll": {"options": ["a", "b"]}}, id="poll"),
        pytest.param({"status": "x", "scheduled_at": "2040-01-01T00:00:00Z"}, id="scheduled"),
        pytest.param({"status": "x", "quoted_status_id": "1"}, id="quote"),
        pytest.param({"status": "x", "media_ids": ["123"]}, id="unknown media"),
        pytest.param({"status": "x" * 5001}, id="too long"),
    ],
)
def test_what_cannot_be_posted_is_422_and_posted_nowhere(client, headers, repo, said):
    before = repo.head.commit

    answer = client.post("/api/v1/statuses", json=said, headers=headers)

    assert answer.status_code == 422
    assert answer.json["error"].startswith("Validation failed")
    assert repo.head.commit == before


# Pages


def links(answer):
    """Return where each relation of the Link header leads, in its order."""
    return dict(
        reversed(pair)
        for pair in re.findall(r'<([^>]+)>; rel="(\w+)"', answer.headers.get("Link", ""))
    )


@pytest.fixture
def five(client, toot, clock):
    """Five statuses, the newest first."""
    made = []
    for number in range(5):
        clock.forward(seconds=61)
        made.insert(0, toot(f"Number {number}")["id"])
    return made


def shown(answer):
    return [status["id"] for status in answer.json]


@pytest.mark.parametrize(
    "path", ["/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/accounts/1/statuses"]
)
def test_next_comes_first_and_leads_to_the_end(client, headers, five, path):
    answer = client.get(f"{path}?limit=2", headers=headers)
    pages = [shown(answer)]
    assert re.match('<([^>]+)>; rel="next"', answer.headers["Link"])

    while there := links(answer).get("next"):
        assert there.startswith("https://site.example/")
        answer = client.get(there.removeprefix("https://site.example"), headers=headers)
        pages.append(shown(answer))

    assert [number for page in pages for number in page] == five
    assert len(pages) <= 4


@pytest.mark.parametrize(
    ("query", "places"),
    [
        pytest.param("max_id={2}", [3, 4], id="older than"),
        pytest.param("since_id={2}", [0, 1], id="newer than"),
        pytest.param("since_id={3}&limit=2", [0, 1], id="the newest of the newer"),
        pytest.param("min_id={3}&limit=2", [1, 2], id="the oldest of the newer"),
        pytest.param("max_id={0}&since_id={4}", [1, 2, 3], id="between"),
        pytest.param("max_id={0}&min_id={4}&limit=1", [3], id="between, from below"),
        pytest.param("min_id={0}", [], id="nothing is newer"),
        pytest.param("max_id={4}", [], id="nothing is older"),
        pytest.param("limit=3", [0, 1, 2], id="some"),
    ],
)
def test_cursors_never_show_themselves(client, headers, five, query, places):
    answer = client.get(f"/api/v1/timelines/home?{query.format(*five)}", headers=headers)

    assert shown(answer) == [five[place] for place in places]


def test_the_way_back_asks_for_the_oldest_of_the_newer(client, headers, five):
    answer = client.get(f"/api/v1/timelines/home?max_id={five[1]}&limit=2", headers=headers)

    back = links(answer)["prev"]

    assert parse_qs(urlsplit(back).query)["min_id"] == [five[2]]


@pytest.mark.parametrize("limit", ["0", "-1", "1000", "99999999999999999999", "x", ""])
def test_a_limit_is_brought_into_its_bounds(client, headers, five, limit):
    answer = client.get(f"/api/v1/timelines/home?limit={limit}", headers=headers)

    assert answer.status_code in (200, 422)
    assert len(answer.json) <= 40


def test_of_many_no_more_than_forty_are_shown(client, headers, toot):
    for number in range(42):
        toot(f"{number}")

    answer = client.get("/api/v1/timelines/home?limit=1000", headers=headers)

    assert len(answer.json) == 40


@pytest.mark.parametrize(
    ("query", "places"),
    [
        ("pinned=true", []),
        ("only_media=true", []),
        ("tagged=number", []),
        ("exclude_replies=true", [0, 1, 2, 3, 4]),
        ("exclude_reblogs=true", [0, 1, 2, 3, 4]),
        ("pinned=false", [0, 1, 2, 3, 4]),
    ],
)
def test_the_statuses_of_the_owner_are_chosen(client, headers, five, query, places):
    answer = client.get(f"/api/v1/accounts/1/statuses?{query}", headers=headers)

    assert shown(answer) == [five[place] for place in places]


def test_the_ids_of_statuses_sort_by_their_time(five):
    assert all(re.fullmatch(r"[1-9]\d*", number) for number in five)
    assert sorted(five, key=lambda number: (len(number), number), reverse=True) == five


# Statuses


def test_deleting_gives_back_what_was_written(client, headers, toot):
    status = toot("Some *Markdown* #here", spoiler_text="Careful")

    deleted = client.delete(f"/api/v1/statuses/{status['id']}", headers=headers).json

    assert deleted["text"] == "Some *Markdown* #here"
    assert deleted["spoiler_text"] == "Careful"
    assert deleted["id"] == status["id"]


def test_the_source_is_what_was_written(client, headers, toot):
    status = toot("Some *Markdown* and\n\na second paragraph", spoiler_text="Careful")

    source = client.get(f"/api/v1/statuses/{status['id']}/source", headers=headers).json

    assert source["text"] == "Some *Markdown* and\n\na second paragraph"
    assert source["spoiler_text"] == "Careful"


def test_the_same_key_posts_once_for_an_hour_even_if_deleted_since(client, headers, clock, repo):
    keyed = {**headers, "Idempotency-Key": "a-key"}
    first = client.post("/api/v1/statuses", json={"status": "Once"}, headers=keyed).json
    clock.forward(minutes=59)
    second = client.post("/api/v1/statuses", json={"status": "Once"}, headers=keyed).json
    client.delete(f"/api/v1/statuses/{first['id']}", headers=headers)
    before = repo.head.commit

    third = client.post("/api/v1/statuses", json={"status": "Once"}, headers=keyed)

    assert second["id"] == first["id"]
    assert third.status_code < 500
    assert repo.head.commit == before


def test_the_key_of_another_app_is_another_key(client, bearer):
    said = [
        {**bearer("write", client_id=f"https://{name}.example/"), "Idempotency-Key": "a-key"}
        for name in ("one", "two")
    ]

    ids = {
        client.post("/api/v1/statuses", json={"status": "Mine"}, headers=headers).json["id"]
        for headers in said
    }

    assert len(ids) == 2


# Media


@pytest.mark.parametrize("version", ["v1", "v2"])
@pytest.mark.parametrize(
    "part",
    [
        pytest.param(("a.jpg", "image/jpeg"), id="as it is"),
        pytest.param(("", "application/octet-stream"), id="nameless octets"),
        pytest.param(("blob", "multipart/form-data"), id="a wrong type"),
    ],
)
def test_a_picture_is_taken_for_what_it_is(client, headers, jpeg, version, part):
    upload = {"file": (io.BytesIO(jpeg), *part)}

    answer = client.post(f"/api/{version}/media", data=upload, headers=headers)
    later = client.get(f"/api/v1/media/{answer.json['id']}", headers=headers)

    assert answer.status_code == later.status_code == 200
    assert answer.json["type"] == "image"
    assert answer.json["url"] == later.json["url"]
    original = answer.json["meta"]["original"]
    assert (original["width"], original["height"]) == (160, 120)


def test_where_a_picture_was_taken_stays_with_its_owner(client, headers, jpeg):
    upload = {"file": (io.BytesIO(jpeg), "a.jpg")}
    url = client.post("/api/v2/media", data=upload, headers=headers).json["url"]

    with client.get(url.removeprefix("https://site.example")) as kept:
        shown = kept.data

    assert kept.status_code == 200
    assert b"Secret" in jpeg
    assert b"Secret" not in shown


def test_words_for_a_picture_may_come_in_the_query_and_later(client, headers, jpeg):
    upload = {"file": (io.BytesIO(jpeg), "a.jpg")}
    media = client.post("/api/v2/media?description=At+first", data=upload, headers=headers).json

    told = client.put(
        f"/api/v1/media/{media['id']}", data={"description": "Later"}, headers=headers
    )
    status = client.post("/api/v1/statuses", json={"media_ids": [media["id"]]}, headers=headers)

    assert media["description"] == "At first"
    assert told.json["description"] == "Later"
    assert status.json["media_attachments"][0]["description"] == "Later"


def test_no_commit_is_made_before_a_status_uses_the_file(client, headers, jpeg, repo):
    before = repo.head.commit

    client.post("/api/v2/media", data={"file": (io.BytesIO(jpeg), "a.jpg")}, headers=headers)

    assert repo.head.commit == before


@pytest.mark.parametrize("file", [None, b"", b"not a picture", b"GIF89a" + bytes(20)])
def test_what_is_no_picture_is_refused(client, headers, file):
    upload = {"file": (io.BytesIO(file), "a.jpg")} if file is not None else {"description": "x"}

    answer = client.post("/api/v2/media", data=upload, headers=headers)

    assert answer.status_code in (415, 422)
    assert answer.json["error"]


# Pages of other origins


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/statuses/1",
        "/api/v2/instance",
        "/api/v1/no/such/thing",
        "/oauth/token",
        "/oauth/revoke",
    ],
)
def test_any_page_may_ask_first(client, path, method):
    asked = {
        "Origin": "https://phanpy.example",
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }

    answer = client.options(path, headers=asked)

    assert answer.status_code in (200, 204)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert method in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert {"authorization", "content-type", "idempotency-key"} <= set(re.split(r"[,\s]+", allowed))


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/instance", 200),
        ("/api/v1/timelines/home", 401),
        ("/api/v1/statuses/1", 404),
        ("/api/v1/no/such/thing", 404),
        ("/nodeinfo/2.0", 200),
        ("/.well-known/nodeinfo", 200),
        ("/.well-known/oauth-authorization-server", 200),
    ],
)
def test_any_page_may_read_answers_and_errors(client, path, status):
    answer = client.get(path, headers={"Origin": "https://phanpy.example"})

    assert answer.status_code == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert json.loads(answer.data)


def test_any_page_may_read_where_the_next_one_is(client, headers, five):
    asked = {**headers, "Origin": "https://phanpy.example"}

    answer = client.get("/api/v1/timelines/home?limit=1", headers=asked)

    assert "link" in answer.headers["Access-Control-Expose-Headers"].lower()
