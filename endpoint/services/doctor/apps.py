"""Whether apps find what they need: their tokens here, and Mastodon's at the root of the host."""

from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

from endpoint.config import Config
from endpoint.domain.discovery_links import ascii_url
from endpoint.domain.introspection import read_object
from endpoint.services.doctor.answers import NOT_HERE
from endpoint.services.doctor.findings import Finding, Ill, look
from endpoint.stores.web import FetchError, Page, Web

_NO_TOKEN = {"Accept": "application/json", "Authorization": "Bearer endpoint-check"}
_MEND = (
    "have your web server pass /api, /oauth, /nodeinfo and /.well-known/nodeinfo of that host on"
    " to endpoint serve"
)


class AppsCheck:
    """Asks as apps do, with a token that is none."""

    def __init__(self, config: Config, web: Web) -> None:
        self._web = web
        self._has_api = config.mastodon.api
        self._is_builtin = config.auth.mode == "builtin"
        self._base = ascii_url(config.base_url)
        parts = urlsplit(self._base)
        self._host, self._root = parts.netloc, f"{parts.scheme}://{parts.netloc}"

    def examine(self) -> Iterator[Finding]:
        """Yield whether tokens arrive, and whether apps for Mastodon find their API."""
        yield look("tokens", self._examine_tokens)
        if self._has_api:
            yield look("apps for Mastodon", self._examine_api)

    def _examine_tokens(self) -> str:
        url = f"{self._base}/micropub?q=config"
        page = self._fetch(url, NOT_HERE)
        if page.status == HTTPStatus.NOT_FOUND:
            raise Ill(f"{url} answers {page.status}; {NOT_HERE}")
        # Without any token the challenge stands alone.
        if page.status == HTTPStatus.UNAUTHORIZED and "invalid_token" not in _challenge(page):
            raise Ill(
                f"{self._base}/ does not get the Authorization header of a request, and so no app"
                " can sign in; have your web server pass it on"
            )
        return "arrive in the Authorization header"

    def _examine_api(self) -> str:
        """Try what apps ask first: people type a host into them, and never a path."""
        url = f"{self._root}/api/v2/instance"
        if _domain(self._fetch(url)) != self._host:
            raise Ill(f"{url} does not describe this server; {_MEND}")
        url = f"{self._root}/oauth/authorize"
        if self._is_builtin and self._fetch(url).url != f"{self._base}/auth":
            raise Ill(f"{url} does not lead to {self._base}/auth; {_MEND}")
        return f"find their API at {self._host}"

    def _fetch(self, url: str, mend: str = _MEND) -> Page:
        try:
            return self._web.get(url, _NO_TOKEN)
        except FetchError as error:
            raise Ill(f"{url} cannot be fetched ({error}); {mend}") from error


def _challenge(page: Page) -> str:
    return page.headers.get("WWW-Authenticate", "")


def _domain(page: Page) -> object:
    try:
        return read_object(page.text).get("domain")
    except ValueError:
        return None
