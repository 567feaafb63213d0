"""A session of requests, for libraries that bring one: it goes where our own client would go."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from http.cookiejar import DefaultCookiePolicy
from typing import Any

from requests import PreparedRequest, Response, Session
from requests.adapters import BaseAdapter
from requests.cookies import RequestsCookieJar

from endpoint.domain.urls import canonical
from endpoint.stores.http.bodies import Wanted, read_body
from endpoint.stores.http.connections import DialingAdapter
from endpoint.stores.http.deadlines import Deadline
from endpoint.stores.http.fetching import FetchError, RefusedError
from endpoint.stores.http.redirects import same_server

Talk = Callable[[float | None], AbstractContextManager[tuple[DialingAdapter, Deadline]]]
"""Begins a conversation of so many seconds; what goes wrong in it is raised as FetchError."""

_READING = ("GET", "HEAD")


class GuardedSession(Session):
    """A session whose requests raise FetchError or RefusedError, and no other exception.

    A request's ``timeout`` in seconds is its time limit in all, a second one
    of a pair is not looked at. Only what reads is redirected, and a token never
    to another origin. No cookies, no proxies, nothing from the environment.
    """

    def __init__(
        self, talk: Talk, headers: Mapping[str, str], max_bytes: int, verify: bool | str
    ) -> None:
        super().__init__()
        self.trust_env = False
        self.max_redirects = 5
        self.headers.clear()
        self.headers.update(headers)
        self.cookies = RequestsCookieJar(DefaultCookiePolicy(allowed_domains=()))
        self.adapters.clear()
        for scheme in ("http://", "https://"):
            self.mount(scheme, _Adapter(talk, max_bytes, verify))

    def request(self, *args: Any, **options: Any) -> Response:
        """Return the answer, as ``Session.request`` does."""
        try:
            return super().request(*args, **options)
        except (OSError, ValueError) as error:
            # A URL or a header that cannot be sent, and too many redirects.
            raise RefusedError(f"nothing that can be fetched: {type(error).__name__}") from error

    def rebuild_auth(self, prepared_request: PreparedRequest, response: Response) -> None:
        """Keep the token; raise FetchError if the redirect leads to another origin."""
        old, new = response.request.url or "", prepared_request.url or ""
        if "Authorization" in prepared_request.headers and not same_server(old, new):
            raise FetchError("it redirects to another origin, where the token must not go")


class _Adapter(BaseAdapter):
    def __init__(self, talk: Talk, max_bytes: int, verify: bool | str) -> None:
        super().__init__()
        self._talk = talk
        self._max_bytes = max_bytes
        self._verify = verify

    def send(  # type: ignore[override]
        self, request: PreparedRequest, timeout: Any = None, **_: Any
    ) -> Response:
        """Return the answer with its content, which was read within the time limit."""
        _require_fetchable(request.url or "")
        timeout_s = timeout[0] if isinstance(timeout, tuple) else timeout
        with self._talk(timeout_s) as (adapter, deadline):
            left_s = deadline.left_s()
            with adapter.send(
                request, stream=True, timeout=(left_s, left_s), verify=self._verify
            ) as response:
                if response.is_redirect and request.method not in _READING:
                    raise FetchError(f"it redirects elsewhere, with status {response.status_code}")
                # What requests would read later, out of time and without a limit.
                response._content = read_body(response, self._max_bytes, Wanted())
                response._content_consumed = True  # type: ignore[attr-defined]
                deadline.left_s()
                return response

    def close(self) -> None:
        """Nothing is kept open between two requests."""


def _require_fetchable(url: str) -> None:
    try:
        canonical(url)
    except ValueError as error:
        raise RefusedError(str(error)) from error
