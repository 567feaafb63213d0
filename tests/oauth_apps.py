"""What an app does over HTTP, and what its owner does in a browser."""

import base64
import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urljoin

from lxml import html

SIGN_IN = "/admin/sign-in"
FORM = "application/x-www-form-urlencoded"
VERIFIER = "a-verifier-of-at-least-forty-three-characters"
WITHOUT_PKCE = {"code_challenge": None, "code_challenge_method": None}


def challenge_of(verifier):
    """Return the S256 challenge of ``verifier`` (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@dataclass(frozen=True)
class App:
    """An app and what it sends; ``None`` among the changes leaves a parameter out."""

    client_id: str = "https://app.example/"
    scope: str = "profile create"
    state: str = "s"
    verifier: str = VERIFIER

    @property
    def redirect_uri(self):
        return urljoin(self.client_id, "callback")

    def question(self, **changes):
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "state": self.state,
            "scope": self.scope,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
        }
        return _without_none(asked | changes)

    def redemption(self, code, /, **changes):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "code_verifier": self.verifier,
        }
        return _without_none(form | changes)

    def renewal(self, tokens, /, **changes):
        form = {
            "grant_type": "refresh_token",
            "refresh_token": tokens["refresh_token"],
            "client_id": self.client_id,
        }
        return _without_none(form | changes)


def _without_none(parameters):
    return {name: value for name, value in parameters.items() if value is not None}


# Each browser may be Flask's test client or a session of requests.


def ask(browser, app, at="/auth", **changes):
    """Open the authorization endpoint, as an app sends somebody there."""
    return browser.get(f"{at}?{urlencode(app.question(**changes), doseq=True)}")


def fields_of(page):
    """Return what a browser sends of the form of ``page`` as it stands: names with values."""
    fields = {}
    for name, value in _form_of(page).form_values():
        fields.setdefault(name, []).append(value)
    return fields


def fill(browser, page, /, **changes):
    """Send the form of ``page`` with other fields where ``changes`` says so; None sends none."""
    target = urljoin(page.request.url, _form_of(page).action)
    # What browsers send from a page that wants no Referer to be sent.
    headers = {"Origin": "null"}
    return browser.post(target, data=_without_none(fields_of(page) | changes), headers=headers)


def _form_of(page):
    # A page for the owner ends with the form that signs out; the others have one.
    return html.fromstring(page.text).forms[-1]


def try_password(browser, password="secret", root="", **fields):
    return fill(browser, browser.get(f"{root}{SIGN_IN}"), password=password, **fields)


def csrf_token(browser, path=SIGN_IN):
    """Return the token of the form at ``path``, or nothing where no form is shown."""
    response = browser.get(path)
    return fields_of(response)["csrf_token"][0] if response.status_code == 200 else ""


def sign_in(browser, root=""):
    """Give the password and return ``browser``."""
    assert try_password(browser, root=root).status_code == 303
    return browser


def is_signed_in(browser):
    return browser.get("/admin/").status_code == 200


def decide(browser, shown, decision="approve", **changes):
    """Answer the consent page that was shown."""
    assert shown.status_code == 200, shown.text
    return fill(browser, shown, **{"decision": decision} | changes)


def sent_to(response):
    """Return where the app is answered, and with what; each parameter once."""
    assert response.status_code == 302, response.text
    there, _, query = response.headers["Location"].partition("?")
    sent = parse_qs(query, strict_parsing=True)
    return there, {name: value for name, [value] in sent.items()}


def grant_code(client, app, **changes):
    """Return a code as if the owner had allowed all that ``app`` asks; no page is shown."""
    authorizations = client.application.extensions["endpoint"].authorizations
    asked = {name: [value] for name, value in app.question(**changes).items()}
    request = authorizations.read(asked)
    _, _, query = authorizations.approve(request, request.scopes).partition("?")
    return parse_qs(query)["code"][0]


def give(client, app, **changes):
    """Return the tokens that ``app`` gets when the owner allows all that it asks."""
    return client.post("/token", data=app.redemption(grant_code(client, app, **changes))).json


def header(tokens):
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def is_good(client, tokens):
    return client.get("/micropub?q=config", headers=header(tokens)).status_code == 200
