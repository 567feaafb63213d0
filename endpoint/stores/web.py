"""Other people's web servers: everything that is fetched, fetched with care."""

from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager

from requests import PreparedRequest, Request, RequestException, Session
from urllib3.exceptions import HTTPError

from endpoint import __version__
from endpoint.domain.urls import canonical
from endpoint.stores.http.addresses import resolve as resolve_by_system
from endpoint.stores.http.bodies import ACCEPT_ENCODING, ANY_STATUS, Wanted, read_body
from endpoint.stores.http.connections import DialingAdapter
from endpoint.stores.http.deadlines import Deadline
from endpoint.stores.http.dialing import Dialer, Resolve, expand, spelled
from endpoint.stores.http.fetching import FetchError, Page, RefusedError
from endpoint.stores.http.redirects import follow
from endpoint.stores.http.sessions import GuardedSession

__all__ = ["FetchError", "Page", "RefusedError", "Web"]

_PORTS = ("80", "443", "8080-8443")
_MAX_REDIRECTS = 5
_MAX_HEADER_BYTES = 262_144
_HEADERS = {
    "User-Agent": f"indieweb-endpoint/{__version__}",
    "Accept": "text/html, application/xhtml+xml, application/json;q=0.9, */*;q=0.5",
    "Accept-Encoding": ACCEPT_ENCODING,
}


class Web:
    """The one client for URLs that strangers choose.

    It connects to public addresses and the ``ports`` only, and to any port of
    the exact hosts of ``allow_hosts``; checks every redirect, five at most, as
    it checks the first URL; and gives up after ``timeout_s`` seconds in all or
    ``max_bytes`` bytes of decoded content. No cookies, no proxies, no passwords
    from the environment or the URL. Certificates are checked against the usual
    authorities, or instead those of the PEM file ``authorities``.
    """

    def __init__(
        self,
        allow_hosts: Iterable[str] = (),
        timeout_s: float = 10,
        max_bytes: int = 1_000_000,
        ports: Iterable[str] = _PORTS,
        *,
        resolve: Resolve = resolve_by_system,
        authorities: str | None = None,
    ) -> None:
        self._allow_hosts = frozenset(spelled(host) for host in allow_hosts)
        self._timeout_s = timeout_s
        self._max_bytes = max_bytes
        # Twice, because framing and a bad compression add something, and never that much.
        self._max_wire_bytes = 2 * max_bytes + _MAX_HEADER_BYTES
        self._ports = expand(ports)
        self._resolve = resolve
        self._verify = authorities or True

    def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        is_part_enough: bool = False,
        content_of: Container[int] = ANY_STATUS,
    ) -> Page:
        """Return what ``url`` answers, whatever its status; raise FetchError if it does not.

        RefusedError, a FetchError, says that it is never fetched. A request
        with an ``Authorization`` header is not followed to another origin. Where
        ``is_part_enough``, content that is too long is cut and no error. Of an
        answer whose status is not in ``content_of`` the content is not waited
        for, and empty.
        """
        request = Request("GET", url, headers={**_HEADERS, **(headers or {})})
        return self._fetch(request, Wanted(is_part_enough, content_of))

    def post(
        self,
        url: str,
        data: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        *,
        is_part_enough: bool = False,
        content_of: Container[int] = ANY_STATUS,
    ) -> Page:
        """Return the answer to ``data``, sent form-encoded; otherwise like ``get``.

        A redirect of status 301, 307 or 308 repeats the POST, the others go on
        with a GET (RFC 9110 §15.4).
        """
        request = Request("POST", url, headers={**_HEADERS, **(headers or {})}, data=dict(data))
        return self._fetch(request, Wanted(is_part_enough, content_of))

    def session(self) -> Session:
        """Return a session for libraries that bring their own requests, guarded as ``get`` is.

        It raises FetchError too. The limit in seconds holds for each request,
        unless that names another ``timeout``.
        """
        return GuardedSession(self._talk, _HEADERS, self._max_bytes, self._verify)

    def _fetch(self, request: Request, wanted: Wanted) -> Page:
        with self._talk() as (adapter, deadline):
            return self._follow(adapter, request, deadline, wanted)

    @contextmanager
    def _talk(self, timeout_s: float | None = None) -> Iterator[tuple[DialingAdapter, Deadline]]:
        with Deadline(timeout_s or self._timeout_s) as deadline:
            dialer = Dialer(self._allow_hosts, self._ports, self._resolve, deadline)
            with closing(DialingAdapter(dialer.dial, self._max_wire_bytes)) as adapter:
                try:
                    yield adapter, deadline
                except (RequestException, HTTPError, OSError, ValueError) as error:
                    # Cut off at the deadline, a connection fails in any of these ways.
                    name = "it took too long" if deadline.is_over else type(error).__name__
                    raise FetchError(f"no proper answer: {name}") from error

    def _follow(
        self, adapter: DialingAdapter, request: Request, deadline: Deadline, wanted: Wanted
    ) -> Page:
        for _ in range(_MAX_REDIRECTS + 1):
            prepared = _prepare(request)
            left_s = deadline.left_s()
            with adapter.send(
                prepared, stream=True, timeout=(left_s, left_s), verify=self._verify
            ) as response:
                onward = follow(request, response)
                if onward is None:
                    content = read_body(response, self._max_bytes, wanted)
                    # A body that was cut off at the deadline may look complete.
                    deadline.left_s()
                    url = prepared.url or ""
                    return Page(url, response.status_code, response.headers, content)
                request = onward
        raise FetchError("too many redirects")


def _prepare(request: Request) -> PreparedRequest:
    """Return the request as it goes out; raise RefusedError if its URL may not be fetched.

    Host and port are checked where the connection is opened, so that no two
    readings of a URL can disagree about them.
    """
    try:
        request.url = canonical(request.url.partition("#")[0])
    except ValueError as error:
        raise RefusedError(str(error)) from error
    try:
        return request.prepare()
    except ValueError as error:
        raise RefusedError("the URL or a header holds what cannot be sent") from error
