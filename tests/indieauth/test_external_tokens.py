"""Tokens of another server, verified against a real one (IndieAuth §6, RFC 7662)."""

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from werkzeug import Response

from endpoint.errors import InvalidToken, Unavailable
from endpoint.services.external_tokens import ExternalTokens
from endpoint.stores.cache import Cache
from endpoint.stores.web import Web

FORM = "application/x-www-form-urlencoded"


class Clock:
    def __init__(self):
        self.now = datetime(2026, 11, 22, 8, tzinfo=UTC)

    def __call__(self):
        return self.now


class Endpoint:
    """A token endpoint that counts its visitors; ``answer`` is what it says next."""

    def __init__(self, me):
        self.me = me
        self.answer = Response(json.dumps({"me": me, "scope": "create", "client_id": "x"}))
        self.requests = []
        self.delay_s = 0.0

    def __call__(self, request):
        self.requests.append((request.method, request.form.to_dict(), dict(request.headers)))
        time.sleep(self.delay_s)
        return self.answer

    def says(self, body, status=200, content_type="application/json"):
        text = body if isinstance(body, str) else json.dumps(body)
        self.answer = Response(text, status, content_type=content_type)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def me(httpserver):
    return httpserver.url_for("/")


@pytest.fixture
def endpoint(httpserver, me):
    endpoint = Endpoint(me)
    httpserver.expect_request("/token").respond_with_handler(endpoint)
    return endpoint


@pytest.fixture
def introspection(httpserver, me):
    endpoint = Endpoint(me)
    endpoint.says({"active": True, "me": me, "scope": "create update", "client_id": "https://a/"})
    httpserver.expect_request("/introspect", method="POST").respond_with_handler(endpoint)
    return endpoint


@pytest.fixture
def make(me, clock):
    def make(**options):
        web = Web(["127.0.0.1", "localhost"], timeout_s=30)
        return ExternalTokens(web, **{"me": me, "clock": clock, **options})

    return make


@pytest.fixture
def tokens(make, httpserver, endpoint):
    """Tokens of an owner whose page links a token endpoint, as most did before 2022."""
    httpserver.expect_request("/").respond_with_data(
        '<link rel="token_endpoint" href="/token">', content_type="text/html"
    )
    return make()


@pytest.fixture
def introspected(make, httpserver, introspection):
    return make(introspection_endpoint=httpserver.url_for("/introspect"))


def metadata(httpserver, **members):
    httpserver.expect_request("/metadata").respond_with_json(members)


# Where to ask


def test_get_with_the_token(tokens, endpoint, me):
    token = tokens.verify("secret")

    [(method, form, headers)] = endpoint.requests
    assert (method, form, headers["Authorization"]) == ("GET", {}, "Bearer secret")
    assert headers["Accept"].startswith("application/json")
    assert (token.me, token.client_id, token.scopes) == (me, "x", {"create"})
    assert "secret" not in repr(token)


def test_link_header_before_html(make, httpserver, endpoint):
    httpserver.expect_request("/").respond_with_data(
        '<link rel="token_endpoint" href="/wrong">',
        content_type="text/html",
        headers={"Link": '</token>; rel="token_endpoint"'},
    )

    make().verify("secret")

    assert len(endpoint.requests) == 1


def test_metadata_before_token_endpoint(make, httpserver, introspection):
    httpserver.expect_request("/").respond_with_data(
        '<link rel="token_endpoint" href="/wrong"><link rel="indieauth-metadata" href="/metadata">',
        content_type="text/html; charset=utf-8",
    )
    metadata(httpserver, introspection_endpoint=httpserver.url_for("/introspect"))

    token = make().verify("secret")

    [(method, form, headers)] = introspection.requests
    assert (method, form) == ("POST", {"token": "secret"})
    assert headers["Authorization"] == "Bearer secret"
    assert headers["Accept"] == "application/json"
    assert headers["Content-Type"] == FORM
    assert (token.client_id, token.scopes) == ("https://a/", {"create", "update"})


def test_metadata_without_introspection(make, httpserver, endpoint):
    httpserver.expect_request("/").respond_with_data(
        "", headers={"Link": '</metadata>; rel="indieauth-metadata"'}
    )
    metadata(httpserver, token_endpoint=httpserver.url_for("/token"))

    make().verify("secret")

    assert endpoint.requests[0][0] == "GET"


def test_page_that_moved(make, httpserver, endpoint):
    httpserver.expect_request("/").respond_with_data("", status=302, headers={"Location": "/new/"})
    httpserver.expect_request("/new/").respond_with_data(
        '<a rel="token_endpoint" href="../token">', content_type="text/html"
    )

    make().verify("secret")

    assert len(endpoint.requests) == 1


def test_configured_endpoints_need_no_discovery(make, httpserver, endpoint, introspection):
    make(token_endpoint=httpserver.url_for("/token")).verify("secret")
    make(introspection_endpoint=httpserver.url_for("/introspect")).verify("secret")

    assert [request.path for request, _ in httpserver.log] == ["/token", "/introspect"]


def test_configured_introspection_token(make, httpserver, introspection):
    tokens = make(
        introspection_endpoint=httpserver.url_for("/introspect"), introspection_token="ours"
    )

    tokens.verify("secret")

    [(_, form, headers)] = introspection.requests
    assert (form, headers["Authorization"]) == ({"token": "secret"}, "Bearer ours")


def test_discovery_is_remembered_for_an_hour(tokens, httpserver, clock):
    def discoveries():
        return [request.path for request, _ in httpserver.log].count("/")

    tokens.verify("a")
    tokens.verify("b")
    first = discoveries()
    clock.now += timedelta(minutes=61)
    tokens.verify("c")

    assert (first, discoveries()) == (1, 2)


def test_discovery_again_after_the_endpoint_failed(tokens, httpserver, endpoint):
    endpoint.says("", status=404)
    with pytest.raises(Unavailable):
        tokens.verify("a")
    endpoint.says({"me": endpoint.me})

    tokens.verify("a")

    assert [request.path for request, _ in httpserver.log] == ["/", "/token", "/", "/token"]


@pytest.mark.parametrize(
    ("status", "html"),
    [
        pytest.param(200, "<p>nothing here</p>", id="no endpoint"),
        pytest.param(404, '<link rel="token_endpoint" href="/token">', id="not found"),
        pytest.param(500, '<link rel="token_endpoint" href="/token">', id="error"),
        pytest.param(200, '<link rel="token_endpoint" href="http://10.0.0.1/">', id="private"),
        pytest.param(200, '<link rel="token_endpoint" href="javascript:x">', id="no URL"),
        pytest.param(200, '<link rel="indieauth-metadata" href="/missing">', id="no metadata"),
    ],
)
def test_503_profile_page_without_a_usable_endpoint(make, httpserver, endpoint, status, html):
    httpserver.expect_request("/").respond_with_data(html, status=status, content_type="text/html")

    with pytest.raises(Unavailable):
        make().verify("secret")

    assert endpoint.requests == []


# What it says


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"active": False}, id="inactive"),
        pytest.param({"active": "true"}, id="a string is no boolean"),
        pytest.param({"active": 1}, id="a number is no boolean"),
        pytest.param({}, id="nothing"),
    ],
)
def test_inactive_token(introspected, introspection, answer):
    owner = {"me": introspection.me, "scope": "create"}
    introspection.says({**owner, **answer})

    with pytest.raises(InvalidToken):
        introspected.verify("secret")


@pytest.mark.parametrize("status", [400, 401, 403])
def test_token_that_is_refused(tokens, endpoint, introspected, introspection, status):
    endpoint.says({"error": "unauthorized", "me": endpoint.me}, status=status)
    introspection.says({"error": "invalid_token"}, status=status)

    for verifier in (tokens, introspected):
        with pytest.raises(InvalidToken):
            verifier.verify("secret")


def test_503_introspection_token_of_ours_is_refused(make, httpserver, introspection):
    """That says nothing about the token in question (RFC 7662 §2.3)."""
    introspection.says({}, status=401)
    tokens = make(
        introspection_endpoint=httpserver.url_for("/introspect"), introspection_token="ours"
    )

    with pytest.raises(Unavailable):
        tokens.verify("secret")


def test_form_encoded_answer(tokens, endpoint):
    body = urlencode({"me": endpoint.me, "scope": "create update", "client_id": "https://a/?b=c"})
    endpoint.says(body, content_type=f"{FORM}; charset=utf-8")

    token = tokens.verify("secret")

    assert (token.client_id, token.scopes) == ("https://a/?b=c", {"create", "update"})


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        pytest.param({}, set(), id="missing"),
        pytest.param({"scope": None}, set(), id="null"),
        pytest.param({"scope": ""}, set(), id="empty"),
        pytest.param({"scope": " create  delete "}, {"create", "delete"}, id="blanks"),
        pytest.param({"scope": ["create", "media"]}, {"create", "media"}, id="list"),
    ],
)
def test_scopes(introspected, introspection, scope, expected):
    introspection.says({"active": True, "me": introspection.me, **scope})

    assert introspected.verify("secret").scopes == expected


@pytest.mark.parametrize(
    ("spelling", "accepted"),
    [
        pytest.param("http://127.0.0.1:{port}", True, id="no path"),
        pytest.param("HTTP://127.0.0.1:{port}/", True, id="case"),
        pytest.param("http://127.0.0.1:{port}/other", False, id="path"),
        pytest.param("https://127.0.0.1:{port}/", False, id="scheme"),
        pytest.param("http://localhost:{port}/", False, id="host"),
        pytest.param("http://127.0.0.1:{port}@evil.example/", False, id="user name"),
        pytest.param("", False, id="empty"),
    ],
)
def test_me_is_compared_canonically(
    introspected, introspection, httpserver, me, spelling, accepted
):
    introspection.says({"active": True, "me": spelling.format(port=httpserver.port)})

    if accepted:
        assert introspected.verify("secret").me == me
    else:
        with pytest.raises(InvalidToken, match="somebody else"):
            introspected.verify("secret")


@pytest.mark.parametrize(
    ("seconds", "accepted"),
    [
        pytest.param(1, True, id="a second left"),
        pytest.param(0, False, id="now"),
        pytest.param(-1, False, id="past"),
    ],
)
@pytest.mark.parametrize("kind", [int, float, str])
def test_expiry(introspected, introspection, clock, kind, seconds, accepted):
    moment = clock.now + timedelta(seconds=seconds)
    introspection.says(
        {"active": True, "me": introspection.me, "exp": kind(int(moment.timestamp()))}
    )

    if accepted:
        assert introspected.verify("secret").expires_at == moment
    else:
        with pytest.raises(InvalidToken, match="expired"):
            introspected.verify("secret")


@pytest.mark.parametrize(
    ("body", "status", "content_type"),
    [
        pytest.param("", 500, "text/html", id="error"),
        pytest.param("", 503, "text/html", id="unavailable"),
        pytest.param("", 429, "text/html", id="too many requests"),
        pytest.param("", 404, "text/html", id="not found"),
        pytest.param("", 200, "text/html", id="nothing"),
        pytest.param("<html>", 200, "text/html", id="a web page"),
        pytest.param("<html>", 200, FORM, id="a web page that says form"),
        pytest.param("{", 200, "application/json", id="half an answer"),
        pytest.param("[1]", 200, "application/json", id="a list"),
        pytest.param("null", 200, "application/json", id="null"),
        pytest.param("[" * 100_000, 200, "application/json", id="deep"),
        pytest.param('{"active": true, "me": 1}', 200, "application/json", id="me a number"),
        pytest.param(
            '{"active": true, "me": "x", "scope": 1}', 200, "application/json", id="scope a number"
        ),
        pytest.param(
            '{"active": true, "me": "x", "exp": "soon"}', 200, "application/json", id="exp a word"
        ),
        pytest.param(
            '{"active": true, "me": "x", "exp": NaN}',
            200,
            "application/json",
            id="exp not a number",
        ),
        pytest.param(
            '{"active": true, "me": "x", "exp": 1e99}', 200, "application/json", id="exp too far"
        ),
        pytest.param("x" * 2_000_000, 200, "application/json", id="too long"),
    ],
)
def test_503_neither_yes_nor_no_is_never_remembered(
    tokens, endpoint, introspected, introspection, body, status, content_type
):
    good, good_introspection = endpoint.answer, introspection.answer
    endpoint.says(body, status, content_type)
    introspection.says(body, status, content_type)

    for verifier in (tokens, introspected):
        with pytest.raises(Unavailable) as refusal:
            verifier.verify("secret")
        assert refusal.value.retry_after_s

    endpoint.answer, introspection.answer = good, good_introspection
    assert tokens.verify("secret").may("create")
    assert introspected.verify("secret").may("create")


def test_503_endpoint_is_down(make):
    with pytest.raises(Unavailable):
        make(token_endpoint="http://127.0.0.1:9/").verify("secret")


def test_503_endpoint_is_too_slow(me, clock, httpserver, endpoint):
    endpoint.delay_s = 0.6
    tokens = ExternalTokens(
        Web(["127.0.0.1"], timeout_s=0.3),
        me=me,
        clock=clock,
        token_endpoint=httpserver.url_for("/token"),
    )

    with pytest.raises(Unavailable):
        tokens.verify("secret")


@pytest.mark.parametrize(
    "bearer",
    [
        pytest.param("", id="empty"),
        pytest.param("a b", id="blank"),
        pytest.param("a\r\nX-Evil: yes", id="line break"),
        pytest.param("ü", id="not ASCII"),
        pytest.param("x" * 10_000, id="too long"),
    ],
)
def test_what_is_no_token_is_not_asked_about(tokens, httpserver, bearer):
    with pytest.raises(InvalidToken):
        tokens.verify(bearer)

    assert httpserver.log == []


# Memory


@pytest.mark.parametrize(
    ("body", "seconds", "asked"),
    [
        pytest.param({"active": True}, 59, 1, id="yes for a minute"),
        pytest.param({"active": True}, 60, 2, id="and no longer"),
        pytest.param({"active": False}, 9, 1, id="no for ten seconds"),
        pytest.param({"active": False}, 10, 2, id="and no longer than that"),
    ],
)
def test_answers_are_remembered(introspected, introspection, clock, body, seconds, asked):
    introspection.says({"me": introspection.me, **body})

    for _ in range(2):
        try:
            introspected.verify("secret")
        except InvalidToken:
            assert body == {"active": False}
        clock.now += timedelta(seconds=seconds)

    assert len(introspection.requests) == asked


def test_no_memory_at_all(make, httpserver, introspection):
    tokens = make(
        introspection_endpoint=httpserver.url_for("/introspect"), cache_s=0, negative_cache_s=0
    )

    tokens.verify("secret")
    introspection.says({"active": False})

    with pytest.raises(InvalidToken):
        tokens.verify("secret")


def test_remembered_token_expires_in_time(introspected, introspection, clock):
    expiry = int(clock.now.timestamp()) + 30
    introspection.says({"active": True, "me": introspection.me, "exp": expiry})
    introspected.verify("secret")

    clock.now += timedelta(seconds=30)

    with pytest.raises(InvalidToken, match="expired"):
        introspected.verify("secret")


def test_each_token_has_its_own_answer(introspected, introspection):
    introspected.verify("good")
    introspection.says({"active": False})

    with pytest.raises(InvalidToken):
        introspected.verify("bad")

    introspected.verify("good")


def test_memory_is_bounded(clock):
    cache = Cache(clock, max_entries=2)
    asked = []

    def look_up(key):
        def ask():
            asked.append(key)
            return key, timedelta(hours=1)

        return cache.get(key, ask)

    for key in ("a", "b", "c", "c", "b", "a"):
        assert look_up(key) == key

    assert asked == ["a", "b", "c", "a"]


def test_one_question_at_a_time_for_a_token(introspected, introspection):
    introspection.delay_s = 0.3
    answers = []

    def ask():
        answers.append(introspected.verify("secret"))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    assert len(introspection.requests) == 1


def test_those_who_wait_share_a_failure(introspected, introspection):
    """Nobody waits for an endpoint that is down once more for each who waited before."""
    introspection.says("", status=500)
    introspection.delay_s = 0.3
    failures = []

    def ask():
        try:
            introspected.verify("secret")
        except Unavailable as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(failures) == 8
    assert len(introspection.requests) == 1
