"""Signing in from the outside: an app, its owner's browser, and nothing in between but HTTP."""

import secrets
from dataclasses import dataclass
from urllib.parse import urljoin

import pytest
import requests
from conftest import ME
from lxml import html
from oauth_apps import WITHOUT_PKCE, App, ask, decide, fill, header, sent_to, sign_in

SCOPES = "create update profile read"
METADATA = ".well-known/oauth-authorization-server"


@dataclass(frozen=True)
class Visit:
    """One sign-in of an app on this machine, as indieauth-client has it: PKCE, state and iss."""

    me: str
    endpoints: dict[str, str]
    app: App

    def redeem(self, code, at="token_endpoint", **changes):
        form = self.app.redemption(code, **changes)
        return requests.post(self.endpoints[at], data=form, timeout=30)

    def post(self, issued, content):
        return requests.post(
            self.endpoints["micropub"],
            data={"content": content},
            headers=header(issued),
            timeout=30,
        )


class Browser(requests.Session):
    """The owner's browser, which shows where it is sent, and does not go there by itself."""

    def request(self, method, url, **options):
        return super().request(method, url, **options | {"timeout": 10, "allow_redirects": False})

    def ask(self, visit, **changes):
        endpoint = visit.endpoints["authorization_endpoint"]
        return ask(self, visit.app, endpoint, me=visit.me, **changes)

    def sign_in(self, visit, **changes):
        """Return the consent page, after giving the password."""
        answer = fill(self, self.ask(visit, **changes), password="secret")
        assert answer.status_code == 303
        return self.follow(answer)

    def follow(self, response):
        return self.get(urljoin(response.url, response.headers["Location"]))


def begin(me):
    """Return a new sign-in at the site ``me``, whose page names the endpoints."""
    home = html.fromstring(requests.get(me, timeout=30).text)
    endpoints = {
        rel: home.xpath("string(//link[@rel=$rel]/@href)", rel=rel)
        for rel in ("authorization_endpoint", "token_endpoint", "micropub")
    }
    state, verifier = secrets.token_urlsafe(), secrets.token_urlsafe(64)
    return Visit(me, endpoints, App("http://127.0.0.1:5/", SCOPES, state, verifier))


@pytest.fixture
def visit(live):
    return begin(live.url)


@pytest.fixture
def browser():
    with Browser() as browser:
        yield browser


def test_an_app_signs_in_and_posts_at_once(live, visit, browser):
    """IndieAuth §5.2, §5.2.1 and §5.3.3, RFC 9207 §2, Micropub §5.4."""
    consent = browser.sign_in(visit)
    assert all(f'value="{scope}"' in consent.text for scope in SCOPES.split())

    there, answer = sent_to(decide(browser, consent, scope=["create", "profile", "read"]))
    issued = visit.redeem(answer["code"]).json()
    posted = visit.post(issued, "Hello from my app")

    assert there == visit.app.redirect_uri
    assert answer["state"] == visit.app.state
    assert answer["iss"] == live.url
    assert answer["me"] == live.url
    assert set(issued["scope"].split()) == {"create", "profile", "read"}
    assert issued["me"] == live.url
    assert posted.status_code == 201
    assert live.parts.index.find(posted.headers["Location"]) is not None


def test_an_app_is_refused(visit, browser):
    """RFC 6749 §4.1.2.1."""
    consent = browser.sign_in(visit)

    _, answer = sent_to(decide(browser, consent, "deny"))

    assert answer.items() >= {("error", "access_denied"), ("state", visit.app.state)}
    assert "code" not in answer


def test_an_app_that_may_write_drafts_only(live, visit, browser):
    """RFC 6749 §3.3 and §5.1: the scope that was granted is told."""
    consent = browser.sign_in(visit, scope="create")

    _, answer = sent_to(decide(browser, consent, drafts_only="yes"))
    issued = visit.redeem(answer["code"]).json()
    posted = visit.post(issued, "x")

    assert issued["scope"] == "draft"
    assert live.parts.index.find(posted.headers["Location"]).status == "draft"


def test_a_wrong_password_leads_nowhere(visit, browser):
    """IndieAuth §5.2: nobody but the owner gets a code."""
    page = browser.ask(visit)

    refused = fill(browser, page, password="guess")

    assert refused.status_code == 403
    assert "Location" not in refused.headers
    assert "password" in refused.text
    again = fill(browser, refused, password="secret")
    assert 'name="decision"' in browser.follow(again).text


def test_two_logins_at_once_do_not_mix(live, visit, browser):
    """RFC 7636 §4.6: the verifier of one sign-in says nothing of another that runs beside it."""
    other = begin(live.url)
    first = browser.sign_in(visit)
    second = browser.ask(other, scope="update")

    _, one = sent_to(decide(browser, first))
    _, two = sent_to(decide(browser, second))

    assert (one["state"], two["state"]) == (visit.app.state, other.app.state)
    assert other.redeem(one["code"]).json()["error"] == "invalid_grant"
    assert visit.redeem(two["code"]).json()["error"] == "invalid_grant"
    assert "create" in visit.redeem(one["code"]).json()["scope"]
    assert other.redeem(two["code"]).json()["scope"] == "update"


def test_an_app_of_the_old_days_learns_who_it_is(visit, browser, live):
    """No response_type, no PKCE, no scope; the code goes to the authorization endpoint."""
    consent = browser.sign_in(visit, response_type=None, scope=None, **WITHOUT_PKCE)

    _, answer = sent_to(decide(browser, consent))
    known = visit.redeem(
        answer["code"], "authorization_endpoint", grant_type=None, code_verifier=None
    )

    assert "only wants to know" in consent.text
    assert known.json() == {"me": live.url}


# Two servers, one of them hostile


@pytest.fixture
def other_site(client):
    """Another server, whose owner is the same person; its issuer is https://site.example/."""
    return sign_in(client)


def accept(answer, issuer, app):
    """Return the code in ``answer``, as a client must that waits for ``issuer`` (RFC 9207 §2.4)."""
    assert answer["state"] == app.state
    return answer.get("code") if answer.get("iss") == issuer else None


def test_an_answer_of_another_server_is_told_by_its_issuer(live, visit, browser, other_site):
    """RFC 9207 §2.4: the app waits for one server and hears from another, state and all."""
    ours = requests.get(f"{live.url}{METADATA}", timeout=30).json()["issuer"]
    expected = other_site.get(f"/{METADATA}").json["issuer"]
    consent = browser.sign_in(visit)

    _, answer = sent_to(decide(browser, consent))

    assert accept(answer, expected, visit.app) is None
    assert accept(answer, ours, visit.app) == answer["code"]


@pytest.mark.parametrize(
    "path", [pytest.param("/token", id="for a token"), pytest.param("/auth", id="to sign in")]
)
def test_400_a_code_of_another_server(visit, browser, other_site, path):
    """RFC 9207 §1: what a mix-up brings there is worth nothing there, and is not used up."""
    _, answer = sent_to(decide(browser, browser.sign_in(visit)))

    refused = other_site.post(path, data=visit.app.redemption(answer["code"]))

    assert refused.status_code == 400
    assert refused.json["error"] == "invalid_grant"
    assert visit.redeem(answer["code"]).status_code == 200


def test_302_whatever_is_answered_names_its_issuer(live, visit, browser, other_site):
    """RFC 9207 §2: errors too; the issuer is the metadata's, character by character."""
    answers = [
        decide(browser, browser.sign_in(visit)),
        decide(browser, browser.ask(visit), "deny"),
        browser.ask(visit, response_type="token"),
    ]
    others = [
        decide(other_site, ask(other_site, visit.app)),
        decide(other_site, ask(other_site, visit.app), "deny"),
        ask(other_site, visit.app, response_type="token"),
    ]

    for issuer, responses in ((live.url, answers), (ME, others)):
        told = [sent_to(response)[1] for response in responses]
        assert [answer["iss"] for answer in told] == [issuer] * 3
        assert [answer.get("error") for answer in told] == [
            None,
            "access_denied",
            "unsupported_response_type",
        ]
