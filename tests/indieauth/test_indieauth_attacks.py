"""Attacks on the IndieAuth server: what a thief, a forger or a broken machine can try over HTTP."""

import logging
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from bs4 import BeautifulSoup
from conftest import cheap_hash
from oauth_apps import (
    FORM,
    VERIFIER,
    WITHOUT_PKCE,
    App,
    ask,
    decide,
    fields_of,
    header,
    is_good,
    is_signed_in,
    sent_to,
    sign_in,
    try_password,
)
from sqlalchemy import event, text

from endpoint.stores.web import Web

APP = App(state="state-that-only-the-app-knows")
ASKED = APP.question()
CHALLENGE = ASKED["code_challenge"]
redemption, renewal = APP.redemption, APP.renewal
PATHS = """/auth /auth/consent /token /introspect /revoke /userinfo /admin /admin/ /admin/posts
/admin/sign-in /admin/sign-out /admin/apps/revoke /admin/tokens/revoke /admin/nothing
/.well-known/oauth-authorization-server""".split()


@pytest.fixture
def parts(parts):
    return offline(parts)


@pytest.fixture
def site(client):
    return client.application


@pytest.fixture
def owner(site):
    return sign_in(site.test_client())


def offline(parts):
    """Return ``parts`` with a web where every name leads to where nothing may be fetched."""
    return replace(parts, web=Web(resolve=lambda *_: ["127.0.0.1"]))


def get_code(browser, **changes):
    """Return the code that the app is sent to, after the owner has said yes on the page."""
    return sent_to(decide(browser, ask(browser, APP, **changes)))[1]["code"]


def get_tokens(browser):
    return browser.post("/token", data=redemption(get_code(browser))).json


def at_once(parts, *requests, meanwhile="SELECT 1"):
    """Return what ``requests`` return, which all read the database before one can write to it.

    What ``meanwhile`` changes is there when they write, and was not when they read.
    """
    all_have_read, has_read = threading.Barrier(len(requests) + 1), threading.local()

    @event.listens_for(parts.engine, "before_cursor_execute")
    def wait(_connection, _cursor, statement, *_):
        writes = statement.startswith(("BEGIN IMMEDIATE", "INSERT", "UPDATE", "DELETE"))
        if writes and not hasattr(has_read, "before"):
            has_read.before = True
            all_have_read.wait(30)

    database = sqlite3.connect(parts.engine.url.database, isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    with ThreadPoolExecutor(len(requests)) as pool:
        running = [pool.submit(request) for request in requests]
        all_have_read.wait(30)
        database.execute(meanwhile)
        database.commit()
    database.close()
    event.remove(parts.engine, "before_cursor_execute", wait)
    return [each.result() for each in running]


def run(parts, statement):
    with parts.engine.begin() as connection:
        connection.execute(text(statement))


# At the same moment


def test_a_code_at_both_endpoints_at_once_leaves_no_token(site, owner, parts):
    """RFC 6749 §4.1.2: used twice is stolen once, wherever it is used."""
    code = get_code(owner)

    answers = at_once(
        parts,
        *(
            lambda path=path: site.test_client().post(path, data=redemption(code))
            for path in ("/auth", "/token", "/auth", "/token")
        ),
    )

    won = [answer.json for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert {a.json["error"] for a in answers if a.status_code != 200} == {"invalid_grant"}
    assert not any("access_token" in each and is_good(owner, each) for each in won)


@pytest.mark.parametrize("path", ["/auth", "/token"])
def test_400_the_slower_of_two_ends_what_the_faster_got(owner, parts, path):
    """RFC 6749 §4.1.2; here the slower one read the code before the faster one used it."""
    code = get_code(owner)
    tokens = owner.post("/token", data=redemption(code)).json
    run(parts, "UPDATE codes SET used_at = NULL")
    run(parts, "CREATE TRIGGER used BEFORE UPDATE ON codes BEGIN SELECT RAISE(IGNORE); END")

    response = owner.post(path, data=redemption(code))

    assert response.status_code == 400
    assert response.json["error"] == "invalid_grant"
    assert not is_good(owner, tokens)


def test_a_refresh_token_eight_times_at_once_leaves_no_token(site, owner, parts):
    """RFC 9700 §4.14.2: which of the eight is the thief cannot be known."""
    tokens = get_tokens(owner)

    answers = at_once(
        parts,
        *[lambda: site.test_client().post("/token", data=renewal(tokens)) for _ in range(8)],
    )

    won = [answer.json for answer in answers if answer.status_code == 200]
    assert len(won) == 1
    assert [answer.status_code for answer in answers].count(400) == 7
    assert not any(is_good(owner, each) for each in [tokens, *won])
    assert owner.post("/token", data=renewal(won[0])).json["error"] == "invalid_grant"


def test_400_refreshing_what_is_revoked_in_that_moment(site, owner, parts):
    tokens = get_tokens(owner)

    [answer] = at_once(
        parts,
        lambda: site.test_client().post("/token", data=renewal(tokens)),
        meanwhile="UPDATE refresh_tokens SET revoked_at = issued_at",
    )

    assert answer.status_code == 400
    assert answer.json["error"] == "invalid_grant"


def test_429_guesses_that_come_all_at_once(site):
    """RFC 6819 §4.4.3.6: no more are heard than one after another."""
    browsers = [site.test_client() for _ in range(16)]
    forms = [fields_of(browser.get("/admin/sign-in")) for browser in browsers]
    barrier = threading.Barrier(len(browsers))

    def guess(browser, form):
        barrier.wait()
        return browser.post("/admin/sign-in", data=form | {"password": "guess"}).status_code

    with ThreadPoolExecutor(len(browsers)) as pool:
        statuses = list(pool.map(guess, browsers, forms))

    assert sorted(statuses) == [403] * 5 + [429] * 11


# The code on its way


@pytest.mark.parametrize(
    "redirect_uri",
    [
        pytest.param("https://app.example/callback/", id="slash"),
        pytest.param("https://app.example/Callback", id="case of the path"),
        pytest.param("https://APP.example/callback", id="case of the host"),
        pytest.param("https://app.example:443/callback", id="port"),
        pytest.param("https://app.example/callback?", id="empty query"),
        pytest.param("https://app.example/callback?a=b", id="query"),
        pytest.param("https://app.example/%63allback", id="percent-encoding"),
        pytest.param("https://app.example/x/../callback", id="dot segments"),
        pytest.param("http://app.example/callback", id="scheme"),
        pytest.param("https://app.example/callback\n", id="line break"),
        pytest.param("", id="empty"),
    ],
)
def test_400_redirect_uri_swapped_before_redemption(owner, redirect_uri):
    """RFC 6749 §4.1.3 and §10.6: identical, letter by letter."""
    code = get_code(owner)

    for path in ("/token", "/auth"):
        response = owner.post(path, data=redemption(code, redirect_uri=redirect_uri))
        assert response.status_code == 400
        assert response.json["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example/callback",
        "https://app.example.evil.example/callback",
        "https://evil.example/https://app.example/callback",
        "https://evil.app.example/callback",
        "https://app.example@evil.example/callback",
        "https://evil.example\\@app.example/callback",
        "https://evil.example#@app.example/callback",
        "https://evil.example%23@app.example/callback",
        "https://app.example:8443/callback",
        "https://app.example\u3002evil.example/callback",
        "https://app.example%2eevil.example/callback",
        "https://app.example%00.evil.example/callback",
        "https://\u0430pp.example/callback",
        "//app.example/callback",
        "///evil.example/callback",
        "https:evil.example/callback",
        "https:\\\\evil.example/callback",
        "/callback",
        "\tjavascript:alert(1)",
        "JaVaScRiPt:alert(1)//https://app.example/",
        "data:text/html,x",
        "https://app.example/callback\r\nLocation: https://evil.example/",
        "https://app.example/callback?code=planted",
        "https://app.example/callback?iss=https://evil.example/",
        "https://app.example/callback#",
    ],
)
def test_400_nobody_is_sent_where_the_app_is_not(owner, redirect_uri):
    """RFC 6749 §3.1.2.4 and §4.1.2.1, RFC 9700 §4.1: not with a code and not with an error."""
    for fault in ({}, {"response_type": "token"}, {"scope": '"'}, {"code_challenge": ""}):
        response = ask(owner, APP, redirect_uri=redirect_uri, **fault)

        assert response.status_code == 400
        assert "redirect_uri" in BeautifulSoup(response.text, "lxml").main.text
        assert "Location" not in response.headers
        assert "http-equiv" not in response.text.lower()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"client_id": "http://127.0.0.1:5/"}, id="another app on this machine"),
        pytest.param({"client_id": "https://app.example./"}, id="final dot"),
        pytest.param({"client_id": "https://app.example/#"}, id="fragment"),
        pytest.param({"client_id": "https://app.example/\n"}, id="line break"),
    ],
)
def test_400_client_id_swapped_before_redemption(owner, changes):
    """RFC 6749 §4.1.3: the code is bound to the app it was given to."""
    code = get_code(owner)

    response = owner.post("/token", data=redemption(code, **changes))

    assert response.status_code == 400
    assert response.json["error"] in ("invalid_grant", "invalid_client")
    assert owner.post("/token", data=redemption(code)).status_code == 200


@pytest.mark.parametrize("place", ["all", "code", "grant_type", "code_verifier"])
def test_400_what_stands_in_the_url_does_not_count(owner, place):
    """RFC 6749 §3.2 and §2.3.1: URLs are logged, and the code is still good afterwards."""
    code = get_code(owner)
    form = redemption(code)
    query = form if place == "all" else {place: form.pop(place)}

    for method in ("GET", "POST"):
        body = {} if place == "all" or method == "GET" else form
        response = owner.open("/token", method=method, query_string=query, data=body)
        assert response.status_code in (400, 401)
    assert owner.post("/token", data=redemption(code)).status_code == 200


def test_400_a_code_used_before_the_clock_went_back(owner, clock):
    code = get_code(owner)
    tokens = owner.post("/token", data=redemption(code)).json
    clock.forward(minutes=-30)

    again = owner.post("/token", data=redemption(code))

    assert again.json["error"] == "invalid_grant"
    assert not is_good(owner, tokens)


@pytest.mark.parametrize("path", ["/token", "/auth"])
def test_400_a_used_code_long_after_its_time(owner, clock, path):
    """RFC 6749 §4.1.2: somebody else had it, however late that shows, and without the verifier."""
    code = get_code(owner)
    tokens = owner.post("/token", data=redemption(code)).json
    clock.forward(days=3)

    again = owner.post(path, data=redemption(code, code_verifier=None))

    assert again.json["error"] == "invalid_grant"
    assert not is_good(owner, tokens)


# The downgrade of PKCE


@pytest.mark.parametrize(
    ("changes", "requires"),
    [
        pytest.param(WITHOUT_PKCE, True, id="none, where it is required"),
        pytest.param(
            {
                **WITHOUT_PKCE,
                "client_id": "http://app.example/",
                "redirect_uri": "http://app.example/cb",
            },
            False,
            id="none, over http",
        ),
        pytest.param(
            {**WITHOUT_PKCE, "client_id": "http://[::1]:5/", "redirect_uri": "http://[::1]:5/"},
            True,
            id="none, on this machine, where it is required",
        ),
        pytest.param({"code_challenge_method": None}, False, id="no method"),
        pytest.param({"code_challenge_method": ""}, False, id="empty method"),
        pytest.param({"code_challenge_method": "plain"}, False, id="plain"),
        pytest.param({"code_challenge_method": "s256"}, False, id="method in small letters"),
        pytest.param({"code_challenge_method": ["S256", "plain"]}, False, id="two methods"),
        pytest.param({"code_challenge": None}, False, id="method alone"),
        pytest.param({"code_challenge": ""}, False, id="empty challenge"),
        pytest.param({"code_challenge": "x"}, False, id="short challenge"),
        pytest.param({"code_challenge": [CHALLENGE, CHALLENGE]}, False, id="two challenges"),
    ],
)
def test_302_without_proper_pkce(start, installation, client_of, changes, requires):
    """RFC 7636 §4.4.1, RFC 9700 §2.1.1; the answer names its issuer (RFC 9207 §2)."""
    installation.configure(auth={"require_pkce": requires})
    owner = sign_in(client_of(offline(start())))

    there, sent = sent_to(ask(owner, APP, **changes))

    assert there == changes.get("redirect_uri", APP.redirect_uri)
    assert sent["error"] == "invalid_request"
    assert (sent["state"], sent["iss"]) == (APP.state, "https://site.example/")
    assert "code" not in sent


@pytest.mark.parametrize("place", ["https://app.example", "http://127.0.0.1:5", "http://[::1]:5"])
def test_200_older_apps_at_home_need_no_pkce(owner, place):
    there = {"client_id": f"{place}/", "redirect_uri": f"{place}/callback"}

    code = get_code(owner, **WITHOUT_PKCE, **there)
    response = owner.post("/token", data=redemption(code, **there, code_verifier=None))

    assert response.status_code == 200


# Twice the same


@pytest.mark.parametrize("name", ASKED)
def test_no_code_for_a_parameter_that_came_twice(owner, name):
    """RFC 6749 §3.1: and the app that was meant is the only one to hear of it."""
    other = "https://evil.example/"
    for values in ([other, ASKED[name]], [ASKED[name], other], [ASKED[name]] * 2):
        response = ask(owner, APP, **{name: values})

        if response.status_code == 302:
            assert sent_to(response)[0] == APP.redirect_uri
            assert sent_to(response)[1]["error"]
        else:
            assert response.status_code == 400
            assert "Location" not in response.headers


@pytest.mark.parametrize("path", ["/token", "/auth"])
def test_400_redemption_with_a_parameter_that_came_twice(owner, path):
    """RFC 6749 §3.2."""
    form = redemption(get_code(owner))

    for name, value in form.items():
        for values in ([value, "x"], ["x", value], [value] * 2):
            response = owner.post(path, data=form | {name: values})
            assert response.status_code == 400
            assert response.json["error"] == "invalid_request"
    assert owner.post(path, data=form).status_code == 200


@pytest.mark.parametrize("path", ["/introspect", "/revoke"])
def test_400_two_tokens(owner, path):
    tokens = get_tokens(owner)

    response = owner.post(
        path, data={"token": ["x", tokens["access_token"]]}, headers=header(tokens)
    )

    assert response.json["error"] == "invalid_request"
    assert is_good(owner, tokens)


# Odd and endless input


ODD = [
    pytest.param("\r\nSet-Cookie: a=b\r\n\r\n<script>", id="header"),
    pytest.param("\0", id="NUL"),
    pytest.param("\ud800".encode("utf-8", "surrogatepass"), id="lone surrogate"),
    pytest.param(b"\xff\xfe", id="no UTF-8"),
    pytest.param("%00%0d%0a%zz", id="encoded twice"),
    pytest.param("\u202e\u2028\ufeff", id="invisible"),
    pytest.param("x" * 1_000_000, id="a million letters"),
    pytest.param(" ".join(f"s{number}" for number in range(10_000)), id="ten thousand words"),
]


@pytest.mark.parametrize("value", ODD)
def test_odd_requests_are_answered_and_split_nothing(owner, value):
    """RFC 6749 §10.14: a page or a redirect, whatever comes."""
    for name in ASKED:
        response = ask(owner, APP, **{name: value})

        if response.status_code == 200:
            assert name in ("state", "scope")
            response = decide(owner, response)
            assert sent_to(response)[1]["code"]
        assert response.status_code in (302, 400)
        assert response.headers.get("Location", APP.redirect_uri).startswith(APP.redirect_uri)
        assert "a=b" not in "".join(response.headers.getlist("Set-Cookie"))
        assert "<script" not in response.text
        assert all(line.isascii() and "\n" not in line for _, line in response.headers)
        if name == "state" and isinstance(value, str):
            assert sent_to(response)[1]["state"] == value


@pytest.mark.parametrize("value", ODD)
@pytest.mark.parametrize(
    "form",
    [
        pytest.param(redemption("x"), id="code"),
        pytest.param(renewal({"refresh_token": "x"}), id="refresh token"),
        pytest.param({"action": "revoke", "token": "x"}, id="revocation"),
    ],
)
def test_400_odd_values_at_the_token_endpoint(client, form, value):
    for name in form:
        body = urlencode(form | {name: value})
        response = client.post("/token", data=body, content_type=FORM)

        assert response.status_code in ((200, 400) if name == "token" else (400,))
        assert response.is_json
        assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("scope", [" ", "\t", "create\n", "create\tprofile", "create\u00a0"])
def test_400_refreshing_with_a_malformed_scope(owner, scope):
    """RFC 6749 §3.3 and §6; a token without any scope is never given (IndieAuth §5.3.3)."""
    tokens = get_tokens(owner)

    response = owner.post("/token", data=renewal(tokens, scope=scope))

    assert response.status_code == 400
    assert response.json["error"] == "invalid_scope"
    assert owner.post("/token", data=renewal(tokens)).status_code == 200


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        pytest.param("application/json", b'{"token": "x"}', id="JSON"),
        pytest.param("text/plain", b"token=x", id="text"),
        pytest.param("multipart/form-data", b"x", id="no boundary"),
        pytest.param("multipart/form-data; boundary=b", b"--b\r\n", id="half a part"),
        pytest.param(FORM, b"\xff=\xfe&%ff=%fe", id="no UTF-8"),
        pytest.param(FORM, b"a=b&" * 30_000, id="many fields"),
        pytest.param(FORM, b"csrf_token=" + b"x" * 1_000_000, id="a long field"),
    ],
)
def test_4xx_odd_bodies(owner, content_type, body):
    for path in PATHS:
        response = owner.post(path, data=body, content_type=content_type)

        assert 400 <= response.status_code < 500
    assert is_signed_in(owner)


# Methods, pages and caches


@pytest.mark.parametrize("method", "GET HEAD OPTIONS PUT DELETE PATCH TRACE PROPFIND".split())
def test_other_methods_do_nothing(owner, method):
    """What is done is done by POST: an image or a link elsewhere cannot do it."""
    tokens = get_tokens(owner)
    fields = fields_of(owner.get("/admin/")) | {"client_id": APP.client_id, "decision": "approve"}
    everything = fields | {"token": tokens["access_token"], "action": "revoke"}

    answers = [
        owner.open(path, method=method, query_string=everything, data=body)
        for path in PATHS
        for body in ({}, everything)
    ]

    assert {answer.status_code for answer in answers} <= {200, 204, 303, 400, 401, 404, 405}
    assert all(answer.headers.get("Location", "/admin/") == "/admin/" for answer in answers)
    assert is_signed_in(owner)
    assert is_good(owner, tokens)


def test_every_page_is_kept_from_frames_caches_and_other_sites(owner, site):
    """RFC 6749 §10.13 and RFC 9700 §4.16, for what goes wrong too."""
    paths = [*PATHS, "/auth?" + urlencode(ASKED), "/auth?client_id=x"]

    answers = [
        browser.open(path, method=method)
        for path in paths
        for method in ("GET", "POST")
        for browser in (owner, site.test_client())
    ]

    pages = [page for page in answers if page.mimetype == "text/html" and page.status_code != 303]
    assert {page.status_code for page in pages} == {200, 400, 404}
    for headers in [page.headers for page in pages]:
        policy = headers["Content-Security-Policy"].split("; ")
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy)
        assert not any("unsafe" in each or "script" in each for each in policy)
        assert "Access-Control-Allow-Origin" not in headers


def test_no_answer_with_a_secret_is_cached(owner):
    """RFC 6749 §5.1, RFC 7662 §4."""
    shown = ask(owner, APP)
    approved, denied = decide(owner, shown), decide(owner, shown, "deny")
    given = owner.post("/token", data=redemption(sent_to(approved)[1]["code"]))
    asking = header(given.json)

    answers = [
        approved,
        denied,
        given,
        owner.post("/token", data=renewal(given.json)),
        owner.post("/auth", data=redemption(get_code(owner))),
        owner.get("/token", headers=asking),
        owner.get("/userinfo", headers=asking),
        owner.post("/introspect", data={"token": "x"}, headers=asking),
        owner.post("/revoke", data={"token": "x"}),
        owner.get("/token"),
    ]

    assert [answer.headers["Cache-Control"] for answer in answers] == ["no-store"] * len(answers)
    assert {answer.status_code for answer in answers} == {200, 302, 401}


# The owner's answer, once more


def test_302_going_back_and_answering_again(owner):
    """Another code, for the same app at the same place; the one before is not lengthened."""
    shown = ask(owner, APP)

    denied, *approved = [decide(owner, shown, answer) for answer in ("deny", "approve", "approve")]

    codes = [sent_to(response)[1]["code"] for response in approved]
    assert {sent_to(response)[0] for response in (denied, *approved)} == {APP.redirect_uri}
    assert codes[0] != codes[1]
    first = owner.post("/token", data=redemption(codes[0])).json
    owner.post("/token", data=redemption(codes[1]))
    owner.post("/token", data=redemption(codes[1]))
    assert is_good(owner, first)


def test_no_answer_after_the_password_was_changed(start, installation, client_of, owner):
    shown = ask(owner, APP)
    cookie = owner.get_cookie("endpoint_session").value
    installation.configure(auth={"password_hash": cheap_hash("another")})
    changed = client_of(offline(start()))
    changed.set_cookie("endpoint_session", cookie)

    response = decide(changed, shown)

    assert response.status_code == 400
    assert "Location" not in response.headers
    assert not is_signed_in(changed)


def test_no_answer_from_a_session_made_up_without_the_password(site, owner):
    """The cookie is signed, and what it says is looked up."""
    shown = ask(owner, APP)
    forger = site.test_client()
    with owner.session_transaction() as session:
        csrf = session["csrf_token"]
    with forger.session_transaction() as session:
        session["csrf_token"], session["id"] = csrf, "made-up"

    response = decide(forger, shown)

    assert response.status_code == 303
    assert response.headers["Location"].startswith("/admin/sign-in?")


def test_a_draft_only_app_publishes_nothing(owner, repo):
    """Neither what it writes, nor what is there."""
    shown = ask(owner, APP, scope="create update media")
    approved = decide(owner, shown, drafts_only="yes")
    code = sent_to(approved)[1]["code"]
    tokens = owner.post("/token", data=redemption(code)).json
    draft = owner.post("/micropub", data={"content": "x"}, headers=header(tokens))
    url, before = draft.headers["Location"], repo.head.commit

    tries = [
        owner.post("/micropub", json=body, headers=header(tokens))
        for body in (
            {"type": ["h-entry"], "properties": {"content": ["x"], "post-status": ["published"]}},
            {"action": "update", "url": url, "replace": {"post-status": ["published"]}},
            {"action": "update", "url": url, "add": {"post-status": ["published"]}},
            {"action": "update", "url": url, "delete": ["post-status"]},
            {"action": "update", "url": url, "delete": {"post-status": ["draft"]}},
            {"action": "undelete", "url": url},
        )
    ]

    assert draft.status_code == 201
    assert {each.status_code for each in tries} <= {400, 403}
    assert repo.head.commit == before


# A machine in trouble


def break_down(parts, table, action):
    """Let the database refuse to write to ``table``, and return what makes it well again."""
    refuses = "SELECT RAISE(FAIL, 'disk I/O error')"
    run(parts, f"CREATE TRIGGER broken BEFORE {action} ON {table} BEGIN {refuses}; END")
    return lambda: run(parts, "DROP TRIGGER broken")


@pytest.mark.parametrize("table", ["tokens", "refresh_tokens"])
@pytest.mark.parametrize("form", [redemption, renewal], ids=["code", "refresh token"])
def test_503_tokens_are_given_whole_or_not_at_all(owner, parts, table, form):
    """RFC 6749 §5.2: JSON; what was brought is still good afterwards."""
    brought = form(get_code(owner) if form is redemption else get_tokens(owner))
    mend = break_down(parts, table, "INSERT")

    broken = owner.post("/token", data=brought)
    mend()
    well = owner.post("/token", data=brought)

    assert broken.status_code == 503
    assert broken.json["error"] == "temporarily_unavailable"
    assert int(broken.headers["Retry-After"]) > 0
    assert well.status_code == 200
    assert is_good(owner, well.json)


def test_503_a_code_that_cannot_be_used_up_gives_nothing(owner, parts):
    brought = redemption(get_code(owner))
    break_down(parts, "codes", "UPDATE")

    answers = [owner.post(path, data=brought) for path in ("/auth", "/token")]

    assert [answer.status_code for answer in answers] == [503, 503]
    assert all(answer.json.keys() == {"error", "error_description"} for answer in answers)


def test_503_nothing_is_said_to_be_revoked_that_is_not(owner, parts):
    """RFC 7009 §2.2.1."""
    tokens = get_tokens(owner)
    mend = break_down(parts, "tokens", "UPDATE")

    response = owner.post("/revoke", data={"token": tokens["access_token"]})
    mend()

    assert response.status_code == 503
    assert is_good(owner, tokens)
    assert owner.post("/token", data=renewal(tokens)).status_code == 200


def test_503_as_pages(owner, site, parts):
    shown = ask(owner, APP)
    break_down(parts, "codes", "INSERT")

    response = decide(owner, shown)

    assert response.status_code == 503
    assert response.mimetype == "text/html"
    assert "Location" not in response.headers


def test_503_signing_in(site, parts):
    browser = site.test_client()
    mend = break_down(parts, "sessions", "INSERT")

    response = try_password(browser)
    mend()

    assert response.status_code == 503
    assert response.mimetype == "text/html"
    assert not is_signed_in(browser)
    assert is_signed_in(sign_in(browser))


def test_503_nobody_is_known_while_the_database_is_away(owner, parts):
    tokens, code = get_tokens(owner), get_code(owner)
    for table in ("codes", "refresh_tokens", "sessions", "tokens"):
        run(parts, f"ALTER TABLE {table} RENAME TO {table}_away")

    pages = [
        ask(owner, APP),
        ask(owner, APP, redirect_uri="https://else.example/"),
        owner.get("/admin/"),
        owner.get("/admin/sign-in"),
    ]
    answers = [
        owner.post("/token", data=redemption(code)),
        owner.post("/auth", data=redemption(code)),
        owner.post("/token", data=renewal(tokens)),
        owner.post("/revoke", data={"token": tokens["access_token"]}),
        owner.post("/introspect", data={"token": "x"}, headers=header(tokens)),
        owner.get("/userinfo", headers=header(tokens)),
    ]

    assert [page.status_code for page in pages] == [503] * len(pages)
    assert {page.mimetype for page in pages} == {"text/html"}
    assert [answer.status_code for answer in answers] == [503] * len(answers)
    assert {answer.json["error"] for answer in answers} == {"temporarily_unavailable"}


# Another server signs in


def test_external_mode_has_no_endpoint_of_ours(start, installation, client_of):
    """Two servers that both sign the owner in would be two doors to watch."""
    installation.configure(auth={"mode": "external", "token_endpoint": "https://auth.example/t"})
    owner = sign_in(client_of(offline(start())))
    endpoints = ["/auth", "/auth/consent", "/token", "/introspect", "/revoke", "/userinfo"]

    statuses = {
        owner.open(path, method=method).status_code
        for path in [*endpoints, "/.well-known/oauth-authorization-server"]
        for method in ("GET", "POST")
    }

    assert statuses <= {404, 405}
    assert is_signed_in(owner)


# What is written down


def test_no_secret_is_logged(start, installation, client_of, caplog, capfd):
    """RFC 6819 §5.1.6: at no level, and whether it went well or not."""
    caplog.set_level(logging.DEBUG)
    password = "correct-horse-battery"
    installation.configure(auth={"password_hash": cheap_hash(password)})
    browser = client_of(offline(start()))
    wrong = browser.application.test_client()
    try_password(wrong, f"wrong-{password[::-1]}")
    try_password(browser, password)
    cookies = [browser.get_cookie("endpoint_session").value]
    code = sent_to(decide(browser, ask(browser, APP)))[1]["code"]
    unused = get_code(browser)
    ask(browser, APP, response_type="token")
    ask(browser, APP, redirect_uri=f"https://evil.example/{APP.state}")
    browser.post("/token", data=redemption(unused, code_verifier=VERIFIER[::-1]))
    first = browser.post("/token", data=redemption(code)).json
    second = browser.post("/token", data=renewal(first)).json
    browser.post("/introspect", data={"token": first["access_token"]}, headers=header(second))
    browser.post("/micropub", data={"content": "x"}, headers=header(second))
    browser.post("/token", data=redemption(code))
    browser.post("/revoke", data={"token": second["refresh_token"]})
    browser.post("/admin/sign-out", data=fields_of(browser.get("/admin/")))
    with wrong.session_transaction() as session:
        cookies.append(session["csrf_token"])

    log = caplog.text + "".join(capfd.readouterr())

    typed = [password, password[::-1], APP.state, VERIFIER, VERIFIER[::-1], CHALLENGE]
    given = [each[name] for each in (first, second) for name in ("access_token", "refresh_token")]
    assert "sign_in_failed" in log
    assert not [secret for secret in [*typed, *given, *cookies, code, unused] if secret in log]
