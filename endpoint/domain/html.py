"""Other people's HTML as a tree, and where its relative URLs begin."""

import re
from contextlib import suppress
from itertools import islice
from typing import Any, cast
from urllib.parse import urljoin

from lxml import etree

_MEDIA_TYPES = frozenset({"text/html", "application/xhtml+xml"})
_PIECE_BYTES = 16_384
_MAX_DEPTH = 500
_MAX_ATTRIBUTES = 200
# The parser looks through all open elements for the one that an end tag closes.
_MAX_LOOKS = 100_000_000
_NAME = re.compile(r"[a-z_][\w.:-]*", re.ASCII | re.IGNORECASE)
_UNFIT = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def is_html(media_type: str) -> bool:
    """Return whether ``media_type``, without parameters, is one of HTML; none at all is not."""
    return media_type in _MEDIA_TYPES


def parse_html(html: str, max_depth: int = _MAX_DEPTH) -> etree._Element | None:
    """Return the root of a document, however malformed; None if it is empty.

    Elements deeper than ``max_depth`` stand beside each other instead of within,
    as in browsers. Some time per megabyte is never exceeded: of a tag's
    attributes the first 200 count, because a tree costs the square of their
    number; and of a page that is made to keep a parser busy the rest is left out.
    """
    builder = _Builder(max_depth, _MAX_LOOKS // (html.count("</") + 1))
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, target=cast(Any, builder))
    content = html.encode("utf-8", "replace")
    with suppress(etree.XMLSyntaxError, _TooDeepError):
        # In pieces, because the parser hears of an exception at the end of one.
        for start in range(0, len(content), _PIECE_BYTES):
            parser.feed(content[start : start + _PIECE_BYTES])
        parser.close()
    return builder.root


def find_base(root: etree._Element, url: str) -> str:
    """Return the URL that a document at ``url`` resolves its links against (HTML §4.2.3)."""
    for element in root.iter("base"):
        if href := element.get("href"):
            try:
                return urljoin(url, href.strip())
            except ValueError:
                return url
    return url


class _TooDeepError(Exception):
    """More elements are open than the parser should have to look through."""


class _Builder:
    """Builds the tree of what the parser reports; its ``root`` is there after ``close``."""

    def __init__(self, max_depth: int, max_open: int) -> None:
        self.root: etree._Element | None = None
        self._tree: Any = etree.TreeBuilder(parser=etree.HTMLParser())
        self._open: list[str] = []
        self._max_depth = max_depth
        self._max_open = max_open

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= self._max_open:
            raise _TooDeepError
        if len(attributes) > _MAX_ATTRIBUTES:
            attributes = dict(islice(attributes.items(), _MAX_ATTRIBUTES))
        try:
            self._tree.start(tag, attributes)
        except ValueError:
            tag, attributes = _spell(tag, attributes)
            self._tree.start(tag, attributes)
        self._open.append(tag)
        if len(self._open) > self._max_depth:
            self._tree.end(tag)

    def end(self, _tag: str) -> None:
        if len(self._open) == 1:
            return  # What follows the root belongs to it, as in browsers.
        tag = self._open.pop()
        if len(self._open) < self._max_depth:
            self._tree.end(tag)

    def data(self, text: str) -> None:
        self._tree.data(_UNFIT.sub(" ", text))

    def close(self) -> None:
        for tag in reversed(self._open[: self._max_depth]):
            self._tree.end(tag)
        with suppress(etree.XMLSyntaxError):
            self.root = self._tree.close()


def _spell(tag: str, attributes: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return of an element what a tree can hold."""
    kept = {
        name: _UNFIT.sub(" ", value) for name, value in attributes.items() if _NAME.fullmatch(name)
    }
    return tag if _NAME.fullmatch(tag) else "unknown", kept
