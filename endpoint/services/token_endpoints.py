"""The owner's token endpoint: where it is, and what it says about a token."""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

from endpoint.domain.discovery import find_rel
from endpoint.domain.introspection import Claim, read_introspection, read_verification
from endpoint.domain.metadata import Endpoints, read_metadata
from endpoint.errors import Unavailable
from endpoint.stores.cache import Cache
from endpoint.stores.web import FetchError, Page, Web

_DISCOVERED_FOR = timedelta(hours=1)
_NO = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})
_JSON = {"Accept": "application/json"}
_JSON_OR_FORM = {"Accept": "application/json, application/x-www-form-urlencoded;q=0.8"}


class TokenEndpoints:
    """Asks about tokens where ``configured`` says, else where ``me`` does."""

    def __init__(
        self,
        web: Web,
        me: str,
        configured: Endpoints,
        introspection_token: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._web = web
        self._me = me
        self._configured = configured
        self._introspection_token = introspection_token
        self._discovered: Cache[Endpoints] = Cache(clock)

    def ask(self, bearer: str) -> Claim | None:
        """Return what the endpoint says about a token, None for a plain no.

        Raise Unavailable if it cannot be found or reached, or answers neither
        yes nor no.
        """
        endpoints = self._find()
        try:
            if endpoints.introspection:
                return self._introspect(endpoints.introspection, bearer)
            return self._verify(endpoints.token, bearer)
        except (FetchError, ValueError) as error:
            # It may have moved: look again the next time.
            self._discovered.drop(self._me)
            raise Unavailable(
                f"The token endpoint of {_ascii(self._me)} could not be asked; try again soon"
            ) from error

    def _introspect(self, endpoint: str, bearer: str) -> Claim | None:
        """Ask as RFC 7662 §2 has it, with a token of our own or the one in question."""
        own = self._introspection_token
        headers = {**_JSON, "Authorization": f"Bearer {own or bearer}"}
        page = self._web.post(endpoint, {"token": bearer}, headers)
        if page.status in _NO and not own:
            return None
        return read_introspection(_text(page))

    def _verify(self, endpoint: str, bearer: str) -> Claim | None:
        """Ask as IndieAuth had it before introspection: GET with the token."""
        page = self._web.get(endpoint, {**_JSON_OR_FORM, "Authorization": f"Bearer {bearer}"})
        if page.status in _NO:
            return None
        return read_verification(_text(page), page.media_type)

    def _find(self) -> Endpoints:
        if self._configured != Endpoints():
            return self._configured
        return self._discovered.get(self._me, lambda: (self._discover(), _DISCOVERED_FOR))

    def _discover(self) -> Endpoints:
        """Return what ``me`` declares, its metadata document first (IndieAuth §4.1)."""
        try:
            endpoints = self._read_profile()
        except (FetchError, ValueError) as error:
            raise Unavailable(
                f"The profile page {_ascii(self._me)} could not be read; try again soon"
            ) from error
        if endpoints == Endpoints():
            raise Unavailable(
                f"The profile page {_ascii(self._me)} names no token_endpoint;"
                " link one there or set auth.token_endpoint"
            )
        return endpoints

    def _read_profile(self) -> Endpoints:
        page = self._web.get(self._me)
        html = _text(page) if "html" in page.media_type else ""
        metadata = find_rel("indieauth-metadata", page.headers, html, page.url)
        declared = self._read_metadata(metadata) if metadata else Endpoints()
        if declared != Endpoints():
            return declared
        return Endpoints(token=find_rel("token_endpoint", page.headers, html, page.url) or "")

    def _read_metadata(self, url: str) -> Endpoints:
        page = self._web.get(url, _JSON)
        return read_metadata(_text(page), page.url)


def _text(page: Page) -> str:
    """Return the text of an answer of 200; raise ValueError for any other status."""
    if page.status != HTTPStatus.OK:
        raise ValueError(f"{page.url} answered {page.status}")
    return page.text


def _ascii(url: str) -> str:
    return url.encode("ascii", "backslashreplace").decode("ascii").replace("\\", "")
