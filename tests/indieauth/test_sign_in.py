"""The owner signs in: password, session, CSRF tokens, limits, and where it leads afterwards."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from argon2 import PasswordHasher, extract_parameters
from bs4 import BeautifulSoup
from conftest import cheap_hash
from flask import Blueprint, render_template_string
from oauth_apps import SIGN_IN, csrf_token, is_signed_in, try_password
from sqlalchemy import func, select

from endpoint.app import make_app
from endpoint.errors import AuthorizationRefused, ConfigError, NotFound, TooManyRequests
from endpoint.handlers import page_errors
from endpoint.handlers.session import check_csrf
from endpoint.handlers.sign_in_page import require_owner
from endpoint.services.sign_in import SignIn
from endpoint.stores.sessions import sessions


def cookie(client, name="endpoint_session", path="/"):
    found = client.get_cookie(name, path=path)
    return found.value if found else None


def words(response):
    """Return what the page says, without its CSRF token."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", response.text)


# The page


def test_200_sign_in_page(client):
    """RFC 6749 §10.13: a page that cannot be framed."""
    response = client.get(f"{SIGN_IN}?next=/admin/posts")

    form = BeautifulSoup(response.text, "lxml").form
    assert response.status_code == 200
    assert (form["method"], form["action"]) == ("post", SIGN_IN)
    assert form.find("input", {"name": "password"})["type"] == "password"
    assert form.find("input", {"name": "next"})["value"] == "/admin/posts"
    assert response.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in response.headers["Content-Security-Policy"]


def test_303_right_password(client):
    response = try_password(client, next="/auth?client_id=https://app.example/&scope=create%20a")

    assert response.status_code == 303
    assert response.headers["Location"] == "/auth?client_id=https://app.example/&scope=create%20a"
    assert response.headers["Cache-Control"] == "no-store"
    assert is_signed_in(client)


def test_303_signed_in_already(client):
    try_password(client)

    response = client.get(f"{SIGN_IN}?next=/admin/posts")

    assert response.headers["Location"] == "/admin/posts"


def test_403_wrong_password_says_the_same_whatever_it_is(client):
    """RFC 9110 §15.5.2: 401 would have to name a challenge; 403 has none (§15.5.4)."""
    wrong = ["wrong", "", "secre", "secrets", "Secret", "x" * 2000, "sécret", "secret\0"]

    responses = []
    for number, password in enumerate(wrong):
        client.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        responses.append(try_password(client, password, next="/admin/posts"))

    assert {response.status_code for response in responses} == {403}
    assert len({words(response) for response in responses}) == 1
    form = BeautifulSoup(responses[0].text, "lxml").form
    assert form.find("input", {"name": "next"})["value"] == "/admin/posts"
    assert form.find("input", {"name": "password"}).get("value") is None
    assert "That is not the password" in responses[0].text
    assert "endpoint password set" in responses[0].text
    assert "WWW-Authenticate" not in responses[0].headers
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("next_path", "forms_to"),
    [
        pytest.param("/admin/", "form-action 'self';", id="own pages"),
        pytest.param("/auth?client_id=x", "form-action 'self' https: http:;", id="an app"),
    ],
)
def test_browsers_may_follow_where_the_sign_in_leads(client, next_path, forms_to):
    """Browsers hold each redirect after a form against ``form-action`` (CSP3 §6.3.1)."""
    response = client.get(SIGN_IN, query_string={"next": next_path})

    assert forms_to in response.headers["Content-Security-Policy"]


def test_403_names_the_app_that_wants_in(client):
    response = try_password(client, "wrong", next="/auth?client_id=https%3A%2F%2Fapp.example%2F")

    assert "https://app.example/" in BeautifulSoup(response.text, "lxml").get_text()


@pytest.mark.parametrize("length", [1024, 1025])
def test_passwords_have_at_most_1024_bytes(start, installation, client_of, length):
    """And what comes after them is not cut off unseen."""
    installation.configure(auth={"password_hash": cheap_hash("x" * 1024)})

    response = try_password(client_of(start()), "x" * length)

    assert response.status_code == (303 if length == 1024 else 403)


def test_403_without_a_password_nobody_gets_in(start, installation, client_of):
    installation.configure(auth={"password_hash": ""})
    client = client_of(start())

    page = client.get(SIGN_IN)
    refused = client.post(SIGN_IN, data={"password": ""})

    assert "endpoint password set" in page.text
    assert BeautifulSoup(page.text, "lxml").form is None
    assert refused.status_code == 400
    assert not is_signed_in(client)


def test_a_password_that_was_not_hashed_stops_the_start(start, installation, client_of):
    installation.configure(auth={"password_hash": "secret"})

    with pytest.raises(ConfigError, match=r"auth\.password_hash.*endpoint password set") as error:
        client_of(start())

    assert '"' not in str(error.value)


def test_the_password_is_not_logged(client, capfd):
    try_password(client, "swordfish")
    try_password(client, "secret")

    log = "".join(capfd.readouterr())
    assert "sign_in_failed" in log
    assert "swordfish" not in log
    assert "secret" not in log


# The work


@pytest.mark.parametrize(
    "password",
    [
        pytest.param("secret", id="the right one"),
        pytest.param("wrong", id="another"),
        pytest.param("", id="none"),
        pytest.param("x" * 1_000_000, id="a million letters"),
        pytest.param("\ud800", id="a lone surrogate"),
    ],
)
@pytest.mark.parametrize("is_set", [True, False], ids=["password set", "no password set"])
def test_the_same_work_whatever_is_typed(parts, monkeypatch, password, is_set):
    """Counted, since time is not the same twice: one whole verification of argon2."""
    usual = PasswordHasher().hash("secret")
    sign_in = SignIn(parts.engine, usual if is_set else "", 60, parts.clock)
    verify, works = PasswordHasher.verify, []

    def watched(hasher, password_hash, given):
        works.append((extract_parameters(password_hash), len(given) <= 1024))
        return verify(hasher, password_hash, given)

    monkeypatch.setattr(PasswordHasher, "verify", watched)

    is_right = sign_in.check(password)

    assert works == [(extract_parameters(usual), True)]
    assert is_right == (is_set and password == "secret")


def test_without_a_password_no_password_is_right(parts):
    assert not SignIn(parts.engine, "", 60, parts.clock).check("")


def test_checks_take_their_memory_one_after_another():
    program = f"""
import resource, threading
from datetime import datetime, UTC
from endpoint.services.sign_in import SignIn
from endpoint.stores.database import make_engine
sign_in = SignIn(make_engine("sqlite://"), {PasswordHasher().hash("x")!r}, 60, datetime.now)
sign_in.check("x")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
threads = [threading.Thread(target=sign_in.check, args=("y",)) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert int(done.stdout) < 64_000


# The session


@pytest.mark.parametrize(
    ("public_url", "path", "is_secure"),
    [
        pytest.param("https://site.example/", "/", True, id="https"),
        pytest.param("http://127.0.0.1:8000/", "/", False, id="http"),
        pytest.param("https://site.example/api", "/api/", True, id="below a path"),
    ],
)
def test_cookies(start, installation, client_of, public_url, path, is_secure):
    """RFC 6265 §4.1.2: each attribute, and no Domain, so that the cookie stays with its host."""
    installation.configure(public_url=public_url)
    client, url = client_of(start()), path.rstrip("/") + SIGN_IN

    before = client.get(url).headers["Set-Cookie"]
    token = csrf_token(client, url)
    after = client.post(url, data={"csrf_token": token, "password": "secret"})

    session_cookie, browser_cookie = sorted(after.headers.getlist("Set-Cookie"), reverse=True)
    for header, at in ((before, path), (session_cookie, path), (browser_cookie, url)):
        attributes = header.split("; ")[1:]
        assert {"HttpOnly", "SameSite=Lax"} <= set(attributes)
        assert ("Secure" in attributes) is is_secure
        assert "Domain" not in header
        assert f"Path={at}" in attributes
    assert session_cookie.startswith("endpoint_session=")
    assert browser_cookie.startswith("endpoint_browser=")
    assert "Expires" not in before
    assert "Expires" in session_cookie


def test_signing_in_replaces_what_the_cookie_holds(client, parts):
    """A session planted before is worth nothing after (session fixation)."""
    token = csrf_token(client)
    planted = cookie(client)
    thief = make_app(parts).test_client()
    thief.set_cookie("endpoint_session", planted)

    client.post(SIGN_IN, data={"csrf_token": token, "password": "secret"})

    assert cookie(client) != planted
    assert is_signed_in(client)
    assert not is_signed_in(thief)
    stale = client.post("/admin/sign-out", data={"csrf_token": token})
    assert stale.status_code == 400
    assert is_signed_in(client)


def test_signing_in_again_ends_the_session_before(client, parts, pages):
    try_password(client)
    thief = make_app(parts).test_client()
    thief.set_cookie("endpoint_session", cookie(client))
    token = csrf_token(client, "/admin/probe")

    again = client.post(SIGN_IN, data={"csrf_token": token, "password": "secret"})

    assert again.status_code == 303
    assert is_signed_in(client)
    assert not is_signed_in(thief)


def test_the_session_lasts_as_long_as_configured(start, installation, client_of, clock):
    installation.configure(auth={"session_s": 3600})
    client = client_of(start())
    try_password(client)

    clock.forward(seconds=3599)
    before = is_signed_in(client)
    clock.forward(seconds=1)

    assert before
    assert not is_signed_in(client)


def test_signing_in_sweeps_what_has_expired(parts, client, clock):
    try_password(make_app(parts).test_client())
    clock.forward(days=14)

    try_password(client)

    with parts.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(sessions)) == 1
        expires_at = connection.scalar(select(sessions.c.expires_at))
    assert expires_at == clock() + timedelta(days=14)


def test_the_database_holds_no_id_that_signs_in(parts, client):
    try_password(client)

    with client.session_transaction() as session:
        session_id = session["id"]
    with parts.engine.connect() as connection:
        assert session_id not in connection.scalars(select(sessions.c.hash)).all()


def test_every_process_knows_the_session(parts, client):
    try_password(client)
    other = make_app(parts).test_client()

    other.set_cookie("endpoint_session", cookie(client))

    assert is_signed_in(other)


def test_another_password_signs_everybody_out(start, installation, client, client_of):
    try_password(client)
    installation.configure(auth={"password_hash": cheap_hash("secret")})
    changed = client_of(start())

    changed.set_cookie("endpoint_session", cookie(client))

    assert not is_signed_in(changed)


def test_303_sign_out_ends_the_session_wherever_its_cookie_went(client, parts, pages):
    try_password(client)
    copied = cookie(client)
    token = csrf_token(client, "/admin/probe")

    response = client.post("/admin/sign-out", data={"csrf_token": token})

    thief = make_app(parts).test_client()
    thief.set_cookie("endpoint_session", copied)
    assert (response.status_code, response.headers["Location"]) == (303, SIGN_IN)
    assert not is_signed_in(client)
    assert not is_signed_in(thief)


def test_401_the_session_is_no_token(client):
    """Cookies open pages and nothing else, so that other sites cannot post (RFC 6750 §3.1)."""
    try_password(client)

    response = client.post("/micropub", data={"h": "entry", "content": "Hello"})

    assert response.status_code == 401


def test_the_api_sets_no_cookies_and_asks_for_no_csrf_token(client, bearer):
    response = client.post("/micropub", data={"content": "Hello"}, headers=bearer())

    assert response.status_code == 201
    assert "Set-Cookie" not in response.headers
    assert "Cookie" not in response.headers.get("Vary", "")


# Forged requests


@pytest.mark.parametrize("path", [SIGN_IN, "/admin/sign-out"])
@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(lambda _: {}, id="none"),
        pytest.param(lambda _: {"csrf_token": ""}, id="empty"),
        pytest.param(lambda token: {"csrf_token": token[:-1] + "~"}, id="not signed"),
        pytest.param(lambda _: {"csrf_token": "é\0"}, id="not ASCII"),
    ],
)
def test_400_forged_form(client, pages, path, forge):
    """RFC 6749 §10.12."""
    if path != SIGN_IN:
        try_password(client)
    before = is_signed_in(client)
    token = csrf_token(client, "/admin/probe" if before else SIGN_IN)

    response = client.post(path, data={"password": "secret", **forge(token)})

    assert response.status_code == 400
    assert response.mimetype == "text/html"
    assert "go back, reload the page" in response.text
    assert is_signed_in(client) is before


def test_400_form_of_another_browser(client, parts):
    """Nobody is signed in with a form from elsewhere (login CSRF)."""
    other = make_app(parts).test_client()
    token = csrf_token(other)
    csrf_token(client)

    response = client.post(SIGN_IN, data={"csrf_token": token, "password": "secret"})

    assert response.status_code == 400
    assert not is_signed_in(client)


def test_400_form_without_a_cookie(client):
    """RFC 6749 §10.12."""
    token = csrf_token(client)
    client.delete_cookie("endpoint_session")

    response = client.post(SIGN_IN, data={"csrf_token": token, "password": "secret"})

    assert response.status_code == 400


def test_a_form_may_be_old_and_without_referer(client):
    token = csrf_token(client)
    data = {"csrf_token": token, "password": "secret"}

    with time_machine.travel(datetime.now(UTC) + timedelta(days=13)):
        response = client.post(SIGN_IN, data=data, base_url="https://localhost/")

    assert response.status_code == 303


# Where it leads


LEADS_ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "/auth/../..//evil.example",
    "/auth?\\evil",
    "/auth",
    "/authority?x",
    "/auth/consent",
    "/auth?x\r\nSet-Cookie: a=b",
    "/auth?x\n",
    "/auth?x y",
    "/auth?ü",
    "/admin",
    "/admin/../micropub",
    "/admin//evil.example",
    "/admin/%2e%2e/micropub",
    "/admin/\\evil",
    "/admin/x\r\nLocation: //evil.example",
    "/admin/\t/evil",
    "/admin/sign-out",
    "/admin/sign-in?next=/admin/sign-in",
    "/admin.evil.example/",
    "%2f%2fevil.example",
    "/%2fevil.example",
    "@evil.example",
    ".evil.example",
    " /admin/posts",
    "/micropub",
    "/",
    "",
]


@pytest.mark.parametrize("wish", LEADS_ELSEWHERE, ids=repr)
def test_303_never_elsewhere(client, wish):
    """Open redirects: RFC 6819 §4.2.4, RFC 9700 §4.11."""
    shown = client.get(SIGN_IN, query_string={"next": wish})

    response = try_password(client, next=wish)
    again = client.get(SIGN_IN, query_string={"next": wish})

    form = BeautifulSoup(shown.text, "lxml").form
    assert form.find("input", {"name": "next"})["value"] == "/admin/"
    assert response.headers["Location"] == "/admin/"
    assert again.headers["Location"] == "/admin/"


@pytest.mark.parametrize(
    "wish",
    [
        "/admin/",
        "/admin/posts",
        "/admin/posts?page=2&q=%2F%2Fx",
        "/admin/apps/1",
        "/auth?redirect_uri=https://app.example/cb?a=b&state=%0d%0a%5C\"<'>",
    ],
)
def test_303_to_our_own_pages(client, wish):
    response = try_password(client, next=wish)

    # werkzeug encodes what may not stand in a URL, and nothing else.
    expected = wish.replace('"', "%22").replace("<", "%3C").replace(">", "%3E")
    assert response.headers["Location"] == expected


@pytest.mark.parametrize(
    "stripped",
    [
        pytest.param("", id="proxy strips the path"),
        pytest.param("/api", id="proxy passes the path"),
    ],
)
def test_303_below_the_path_of_public_url(start, installation, client_of, stripped):
    installation.configure(public_url="https://site.example/api")
    client = client_of(start())
    page = client.get(stripped + SIGN_IN)
    form = BeautifulSoup(page.text, "lxml").form
    token = form.find("input", {"name": "csrf_token"})["value"]
    # A browser sends it below /api/ wherever the proxy leads to.
    client.set_cookie("endpoint_session", cookie(client, path="/api/"), path="/")

    response = client.post(
        stripped + SIGN_IN,
        data={"csrf_token": token, "password": "secret", "next": "/auth?x=y"},
    )

    assert form["action"] == "/api/admin/sign-in"
    assert response.headers["Location"] == "/api/auth?x=y"


# Pages for the owner alone


@pytest.fixture
def pages(client):
    """Pages such as ``/admin/`` has."""
    bp = Blueprint("probe", __name__)
    bp.before_request(check_csrf)
    bp.before_request(require_owner)
    page_errors.register(bp)
    errors = {
        "refused": AuthorizationRefused("No", "https://app.example/cb?error=access_denied"),
        "busy": TooManyRequests("Wait <a> moment"),
        "missing": NotFound("There is no such app"),
        "broken": ZeroDivisionError("internals"),
    }

    @bp.route("/admin/probe", methods=["GET", "POST"])
    def show():
        return render_template_string('<form><input name="csrf_token" value="{{ csrf_token() }}">')

    @bp.get("/admin/probe/<name>")
    def fail(name):
        raise errors[name]

    client.application.register_blueprint(bp)


def test_303_a_page_of_the_owner_leads_to_the_sign_in_and_back(client, pages):
    away = client.get("/admin/probe?a=b%20c&d=\\e")
    form = BeautifulSoup(client.get(away.headers["Location"]).text, "lxml").form
    wish = form.find("input", {"name": "next"})["value"]

    back = try_password(client, next=wish)

    assert (away.status_code, back.status_code) == (303, 303)
    assert away.headers["Location"].startswith("/admin/sign-in?next=%2Fadmin%2Fprobe%3F")
    assert away.headers["Cache-Control"] == "no-store"
    assert back.headers["Location"] == "/admin/probe?a=b%20c&d=%5Ce"
    assert client.get(back.headers["Location"]).status_code == 200


def test_303_a_form_of_the_owner_after_the_session_ended(client, pages, clock):
    try_password(client)
    token = csrf_token(client, "/admin/probe")
    clock.forward(days=15)

    response = client.post("/admin/probe", data={"csrf_token": token})

    assert response.headers["Location"] == "/admin/sign-in?next=%2Fadmin%2F"


def test_429_as_a_page(client, pages):
    """RFC 6585 §4."""
    try_password(client)

    response = client.get("/admin/probe/busy")

    assert response.status_code == 429
    assert response.mimetype == "text/html"
    assert response.headers["Retry-After"] == "60"
    assert "Wait &lt;a&gt; moment" in response.text


def test_302_an_app_that_is_refused_hears_of_it(client, pages):
    """RFC 6749 §4.1.2.1."""
    try_password(client)

    response = client.get("/admin/probe/refused")

    assert response.status_code == 302
    assert response.headers["Location"] == "https://app.example/cb?error=access_denied"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(("name", "status"), [("missing", 404), ("broken", 500)])
def test_errors_of_pages_are_pages(client, pages, name, status):
    try_password(client)

    response = client.get(f"/admin/probe/{name}")

    assert response.status_code == status
    assert response.mimetype == "text/html"
    assert "internals" not in response.text
    assert "Content-Security-Policy" in response.headers


def test_413_as_a_page(start, installation, client_of):
    installation.configure(limits={"max_body_bytes": 1000})
    client = client_of(start())

    response = client.post(SIGN_IN, data={"password": "x" * 2000})

    assert response.status_code == 413
    assert response.mimetype == "text/html"
