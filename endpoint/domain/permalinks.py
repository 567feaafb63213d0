"""When two URLs are the permalink of the same page."""

import re
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from endpoint.domain.urls import canonical

_LONGEST_KEPT = 1_000


def address(url: str) -> str:
    """Return the one spelling, plain ASCII, of all URLs that lead to the page at ``url``.

    Beyond ``canonical()`` the percent-encoding is settled (RFC 3986 §6.2.2),
    and neither a fragment nor slashes at the end count. What is no absolute
    http or https URL has no address: "".
    """
    return _remember(url) if len(url) <= _LONGEST_KEPT else _find(url)


@lru_cache(maxsize=512)
def _remember(url: str) -> str:
    # A page of statuses asks a dozen times for each of its URLs.
    return _find(url)


def _find(url: str) -> str:
    try:
        parts = urlsplit(canonical(url))
    except ValueError:
        return ""
    path = _settle(parts.path).rstrip("/")
    query = quote(parts.query, safe="%/?:@!$&'()*+,;=", errors="replace")
    return urlunsplit((parts.scheme, parts.netloc, path, query, ""))


def _settle(path: str) -> str:
    # An encoded slash, percent sign or question mark would be another path decoded.
    pieces = re.split("(%(?:2[Ff]|25|3[Ff]|23))", path)
    return "".join(
        piece.upper() if index % 2 else quote(unquote(piece), "/!$&'()*+,;=:@~", errors="replace")
        for index, piece in enumerate(pieces)
    )
