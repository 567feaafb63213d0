"""An app for Mastodon and what it does to sign in; a browser beside it is its owner's."""

from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

from lxml import html
from oauth_apps import challenge_of, decide

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
CALLBACK = "https://elk.example/api/site.example/oauth"
VERIFIER = "a-verifier-of-at-least-forty-three-characters"


@dataclass(frozen=True)
class Registered:
    """An app that was registered; ``secret`` may be changed to have a wrong one."""

    client_id: str
    secret: str
    redirect_uri: str

    def ask(self, browser, scope="read write follow push", **changes):
        """Return the page that a browser ends at which the app sends to sign in."""
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": scope,
        }
        sent = {name: value for name, value in (asked | changes).items() if value is not None}
        return go(browser, f"/oauth/authorize?{urlencode(sent)}")

    def get_code(self, browser, **changes):
        """Return a code for what the owner allows."""
        return code_in(decide(browser, self.ask(browser, **changes)))

    def redeem(self, client, code, **changes):
        form = self.credentials(
            grant_type="authorization_code", code=code, redirect_uri=self.redirect_uri, **changes
        )
        return client.post("/oauth/token", data=form)

    def credentials(self, **more):
        sent = {"client_id": self.client_id, "client_secret": self.secret} | more
        return {name: value for name, value in sent.items() if value is not None}


def register(client, redirect_uri=CALLBACK, **changes):
    asked = {
        "client_name": "Elk",
        "redirect_uris": redirect_uri,
        "scopes": "read write follow push",
    }
    answer = client.post("/api/v1/apps", data=asked | changes)
    assert answer.status_code == 200, answer.text
    return Registered(answer.json["client_id"], answer.json["client_secret"], redirect_uri)


def go(browser, url):
    """Follow the redirects within the server."""
    response = browser.get(url)
    while response.status_code in (302, 303) and "/auth?" in response.headers["Location"]:
        response = browser.get(urljoin(url, response.headers["Location"]))
    return response


def code_in(response):
    """Return the code in an answer to the consent page, wherever it is."""
    if response.status_code == 302:
        return parse_qs(urlsplit(response.headers["Location"]).query)["code"][0]
    page = html.fromstring(response.text)
    if shown := page.xpath("//input[@id='code']/@value"):
        return shown[0]
    return parse_qs(urlsplit(page.xpath("//a[@class='button']/@href")[0]).query)["code"][0]


def with_pkce(verifier=VERIFIER):
    return {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
