"""Other people's HTML as a tree, and where its relative URLs begin."""

import re
from contextlib import suppress
from itertools import islice
from urllib.parse import urljoin

from lxml import etree

_MAX_DEPTH = 500
_MAX_ATTRIBUTES = 200
# The parser looks through all open elements for the one that an end tag closes.
_MAX_COMPARISONS = 100_000_000
_PIECE_BYTES = 16_384
_NAME = re.compile(r"[a-z_][\w.:-]*", re.ASCII | re.IGNORECASE)
_UNWANTED = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def parse_html(html: str, max_depth: int = _MAX_DEPTH) -> etree._Element | None:
    """Return the root of a document, however malformed; None if it is empty.

    What lies deeper than ``max_depth`` elements stands beside each other, as in
    browsers, and of a tag the first 200 attributes count, because a tree costs
    the square of them. Only of a page that is made to keep a parser busy the
    rest is left out.
    """
    builder = _Builder(max_depth, _MAX_COMPARISONS // (html.count("</") + 1))
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, target=builder)
    content = _UNWANTED.sub("\ufffd", html).encode()
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
    """More elements are open than a parser should have to look through."""


class _Builder:
    """Builds a tree of what a parser reports; ``root`` is there once it is closed."""

    def __init__(self, max_depth: int, max_open: int) -> None:
        self.root: etree._Element | None = None
        self._tree = etree.TreeBuilder(parser=etree.HTMLParser())
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
            return  # What comes after the end of the root belongs to it, as in browsers.
        tag = self._open.pop()
        if len(self._open) < self._max_depth:
            self._tree.end(tag)

    def data(self, text: str) -> None:
        self._tree.data(_UNWANTED.sub("\ufffd", text))

    def close(self) -> None:
        for tag in reversed(self._open[: self._max_depth]):
            self._tree.end(tag)
        with suppress(etree.XMLSyntaxError):
            self.root = self._tree.close()


def _spell(tag: str, attributes: dict[str, str]) -> tuple[str, dict[str, str]]:
    """Return of an element what a tree can hold."""
    kept = {
        name: _UNWANTED.sub("\ufffd", value)
        for name, value in attributes.items()
        if _NAME.fullmatch(name)
    }
    return tag if _NAME.fullmatch(tag) else "unknown", kept
