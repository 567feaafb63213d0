"""Links, mentions and hashtags in a plain text, and where they are in its bytes."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

_URL = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_TRAILING = frozenset("?!.,:;*_~'\"…")
# Not @ada@social.example, which is somebody of another network.
_MENTION = re.compile(
    r"(?<![\w@./])@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)"
    r"(?![\w@-])",
    re.ASCII | re.IGNORECASE,
)
_TAG = re.compile(r"(?<![\w#&/])#(?!\d+\b)(\w{1,64})(?!\w)")
_LONGEST_PATH = 15
_CUT_PATH = 12


@dataclass(frozen=True)
class Facet:
    """A stretch of a text, ``start`` to ``end`` in characters, that leads somewhere.

    ``value`` is the URL of a ``link``, the handle of a ``mention``, the word of a ``tag``.
    """

    start: int
    end: int
    kind: Literal["link", "mention", "tag"]
    value: str


def find_facets(text: str) -> list[Facet]:
    """Return all there are in ``text``, in their order; none lies in another."""
    found = list(find_links(text))
    taken = [(link.start, link.end) for link in found]
    for kind, pattern in (("mention", _MENTION), ("tag", _TAG)):
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end in taken):
                found.append(Facet(*match.span(), kind, match[1]))  # type: ignore[arg-type]
    return sorted(found, key=lambda facet: facet.start)


def find_links(text: str) -> Iterator[Facet]:
    """Yield the URLs in ``text``, without the punctuation of the sentence they end."""
    for match in _URL.finditer(text):
        url = _without_end(match[0])
        if _host(url):
            yield Facet(match.start(), match.start() + len(url), "link", url)


def shorten_links(text: str, facets: Iterable[Facet]) -> tuple[str, list[Facet]]:
    """Return ``text`` with links as host and begin of the path, and where all of it is now."""
    said: list[str] = []
    moved: list[Facet] = []
    end = length = 0
    for facet in facets:
        words = text[facet.start : facet.end]
        shown = _shorten(words) if facet.kind == "link" else words
        said += [text[end : facet.start], shown]
        start = length + facet.start - end
        end, length = facet.end, start + len(shown)
        moved.append(replace(facet, start=start, end=length))
    return "".join([*said, text[end:]]), moved


def byte_span(text: str, facet: Facet) -> tuple[int, int]:
    """Return where ``facet`` begins and ends in the UTF-8 bytes of ``text``."""
    start = len(text[: facet.start].encode())
    return start, start + len(text[facet.start : facet.end].encode())


def _without_end(url: str) -> str:
    """Return ``url`` without punctuation, and closing brackets that it does not open."""
    end, unopened = len(url), url.count(")") - url.count("(")
    while url[end - 1] in _TRAILING or (url[end - 1] == ")" and unopened > 0):
        end -= 1
        unopened -= url[end] == ")"
    return url[:end]


def _shorten(url: str) -> str:
    path = url.partition("://")[2].partition("/")[2]
    short = f"/{path[:_CUT_PATH]}…" if len(path) > _LONGEST_PATH else f"/{path}".rstrip("/")
    return f"{_host(url).removeprefix('www.')}{short}"


def _host(url: str) -> str:
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""
