"""Signing in from the outside: an app, its owner's browser, and nothing in between but HTTP."""

import base64
import hashlib
import secrets
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests
from lxml import html

SCOPES = "create update profile read"


class App:
    """An app on this machine, as indieauth-client has it: discovery, PKCE, state and iss."""

    client_id = "http://127.0.0.1:5/"
    redirect_uri = "http://127.0.0.1:5/callback"

    def __init__(self, me):
        self.state, self.verifier = secrets.token_urlsafe(), secrets.token_urlsafe(64)
        self.me = me
        home = html.fromstring(requests.get(me, timeout=10).text, base_url=me)
        self.endpoints = {
            rel: home.xpath("string(//link[@rel=$rel]/@href)", rel=rel)
            for rel in ("authorization_endpoint", "token_endpoint", "micropub")
        }

    def question(self, **changes):
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "scope": SCOPES,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "me": self.me,
        }
        return {name: value for name, value in (asked | changes).items() if value is not None}

    def redeem(self, code):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return requests.post(self.endpoints["token_endpoint"], data=form, timeout=10)


class Browser(requests.Session):
    """A browser without scripts that knows how to fill in a page's form."""

    def fill(self, page, without=(), **values):
        """Send the first form of ``page``, boxes ticked as they are, but those of ``without``."""
        form = html.fromstring(page.text, base_url=page.url).forms[0]
        sent = [
            pair for pair in form.form_values() if pair not in without and pair[0] not in values
        ]
        target = urljoin(page.url, form.action)
        sent += list(values.items())
        return self.post(target, data=sent, timeout=10, allow_redirects=False)

    def follow(self, response):
        return self.get(urljoin(response.url, response.headers["Location"]), timeout=10)


@pytest.fixture
def app(live):
    return App(live.url)


@pytest.fixture
def browser():
    with Browser() as browser:
        yield browser


def sign_in(browser, app, **changes):
    """Return the consent page for ``app``, after giving the password."""
    page = browser.get(
        app.endpoints["authorization_endpoint"], params=app.question(**changes), timeout=10
    )
    answer = browser.fill(page, password="secret")
    assert answer.status_code == 303
    return browser.follow(answer)


def answer_in(response):
    return {
        name: values[0]
        for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()
    }


def test_an_app_signs_in_and_posts_at_once(live, app, browser):
    consent = sign_in(browser, app)
    assert all(f'value="{scope}"' in consent.text for scope in SCOPES.split())

    back = browser.fill(consent, without=[("scope", "update")], decision="approve")
    answer = answer_in(back)
    issued = app.redeem(answer["code"]).json()
    bearer = {"Authorization": f"Bearer {issued['access_token']}"}
    posted = requests.post(
        app.endpoints["micropub"], data={"content": "Hello from my app"}, headers=bearer, timeout=10
    )

    assert back.status_code == 302
    assert back.headers["Location"].startswith(f"{app.redirect_uri}?")
    assert answer["state"] == app.state
    assert answer["iss"] == live.url
    assert answer["me"] == live.url
    assert set(issued["scope"].split()) == {"create", "profile", "read"}
    assert issued["me"] == live.url
    assert posted.status_code == 201
    assert live.parts.index.find(posted.headers["Location"]) is not None


def test_an_app_is_refused(app, browser):
    consent = sign_in(browser, app)

    back = browser.fill(consent, decision="deny")

    assert back.status_code == 302
    assert answer_in(back).items() >= {("error", "access_denied"), ("state", app.state)}
    assert "code" not in answer_in(back)


def test_an_app_that_may_write_drafts_only(live, app, browser):
    consent = sign_in(browser, app, scope="create")

    back = browser.fill(consent, decision="approve", drafts_only="yes")
    issued = app.redeem(answer_in(back)["code"]).json()
    bearer = {"Authorization": f"Bearer {issued['access_token']}"}
    posted = requests.post(
        app.endpoints["micropub"], data={"content": "x"}, headers=bearer, timeout=10
    )

    assert issued["scope"] == "draft"
    assert live.parts.index.find(posted.headers["Location"]).status == "draft"


def test_a_wrong_password_leads_nowhere(app, browser):
    page = browser.get(app.endpoints["authorization_endpoint"], params=app.question(), timeout=10)

    refused = browser.fill(page, password="guess")

    assert refused.status_code == 403
    assert "Location" not in refused.headers
    assert "password" in refused.text
    again = browser.fill(refused, password="secret")
    assert 'name="decision"' in browser.follow(again).text


def test_two_logins_at_once_do_not_mix(app, live, browser):
    """PKCE of one sign-in says nothing of another that runs beside it."""
    other = App(live.url)
    first = sign_in(browser, app)
    second = browser.get(
        other.endpoints["authorization_endpoint"], params=other.question(scope="update"), timeout=10
    )

    one = answer_in(browser.fill(first, decision="approve"))
    two = answer_in(browser.fill(second, decision="approve"))

    assert (one["state"], two["state"]) == (app.state, other.state)
    assert other.redeem(one["code"]).json()["error"] == "invalid_grant"
    assert app.redeem(two["code"]).json()["error"] == "invalid_grant"
    assert "create" in app.redeem(one["code"]).json()["scope"]
    assert other.redeem(two["code"]).json()["scope"] == "update"


def test_an_app_of_the_old_days_learns_who_it_is(app, browser, live):
    """No response_type, no PKCE, no scope; the code goes to the authorization endpoint."""
    old = {
        "response_type": None,
        "scope": None,
        "code_challenge": None,
        "code_challenge_method": None,
    }
    consent = sign_in(browser, app, **old)

    code = answer_in(browser.fill(consent, decision="approve"))["code"]
    form = {"code": code, "client_id": app.client_id, "redirect_uri": app.redirect_uri}
    known = requests.post(app.endpoints["authorization_endpoint"], data=form, timeout=10)

    assert "only wants to know" in consent.text
    assert known.json() == {"me": live.url}
