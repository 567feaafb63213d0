"""Where a redirect leads, and what may go along."""

from http import HTTPStatus
from urllib.parse import urljoin, urlsplit

from requests import Request, Response

from endpoint.domain.urls import origin
from endpoint.stores.http.fetching import FetchError

# Servers that moved from http to https say 301, and what was posted there is to arrive.
_KEEP_METHOD = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)
_REDIRECTS = _KEEP_METHOD | {HTTPStatus.FOUND, HTTPStatus.SEE_OTHER}


def follow(request: Request, response: Response) -> Request | None:
    """Return the request that a redirect asks for next, or None if it is none.

    A status of 301, 307 or 308 repeats a POST, the others go on with a GET
    (RFC 9110 §15.4 leaves 301 to us). Raise FetchError if a token would go to another origin:
    without it the answer there would be a no that means nothing.
    """
    location = response.headers.get("Location")
    if response.status_code not in _REDIRECTS or location is None:
        return None
    url = _resolve(response.url, location)
    if "Authorization" in request.headers and not same_server(response.url, url):
        raise FetchError("it redirects to another origin, where the token must not go")
    if request.method == "POST" and response.status_code in _KEEP_METHOD:
        return Request("POST", url, headers=request.headers, data=request.data)
    return Request("GET", url, headers=request.headers)


def _resolve(url: str, location: str) -> str:
    # Bytes beyond ASCII arrive as Latin-1 and are UTF-8 nearly always.
    text = location.encode("latin-1", "replace").decode("utf-8", "replace").strip()
    return urljoin(url, text.replace(" ", "%20"))


def same_server(url: str, other: str) -> bool:
    """Return whether ``other`` has the origin of ``url``, or the same with https."""
    try:
        first, second = origin(url), origin(other)
    except ValueError:
        return False
    # A server that moves its visitors from http to https is still the same one.
    return second in (first, _secured(first))


def _secured(http_origin: str) -> str:
    parts = urlsplit(http_origin)
    return http_origin if parts.port else f"https://{parts.netloc}"
