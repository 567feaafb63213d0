"""A page of somebody else as a tree, and the microformats of its elements.

Only processes with limits import this, because it brings along a parser that
pages can keep busy, and two more of HTML.
"""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urljoin

import mf2py
from lxml import etree

from endpoint.domain.html import find_base, parse_html

Properties = dict[str, list[Any]]

_POSTS = frozenset("h-entry hentry h-event vevent h-review hreview h-recipe hrecipe".split())
_CARDS = frozenset({"h-card", "vcard"})
_CLASSIC_ROOTS = frozenset("hentry hfeed hrecipe hreview vcard vevent".split())
_ROOT = re.compile(r"h-[a-z0-9-]+", re.ASCII)
_MAX_CHARACTERS = 200_000
_MAX_DEPTH = 150
_MAX_ROOTS = 500
# What is embedded is read once for each object around it, and classic microformats are copied.
_MAX_NESTED = 10
_MAX_CLASSIC = 1_000


@dataclass(frozen=True)
class HtmlPage:
    """A document at ``url``, whose links are relative to ``base``."""

    root: etree._Element
    url: str
    base: str

    @classmethod
    def of(cls, text: str, url: str) -> Self | None:
        """Return the page that ``text`` is, however malformed; None if it is empty."""
        root = parse_html(text)
        return None if root is None else cls(root, url, find_base(root, url))

    def properties_of(
        self, element: etree._Element, max_characters: int = _MAX_CHARACTERS
    ) -> Properties:
        """Return the mf2 properties of ``element``; none if it is made to keep a parser busy.

        Only the element itself is parsed for them, because a page may have
        thousands of others; and of that its first ``max_characters``.
        """
        return _parse(_html_of(element, max_characters), self.base)

    def authors_of(self, element: etree._Element) -> list[Any]:
        """Return the ``author`` that ``element`` is of a post or feed around it."""
        html = _html_of(element, _MAX_CHARACTERS)
        return _parse(f'<div class="h-entry">{html}</div>', self.base).get("author", [])

    def links(self, rel: str) -> Iterator[str]:
        """Yield the URL of each link of relation ``rel``, in document order."""
        for element in self.root.iter("link", "a"):
            href = element.get("href")
            if href is not None and rel in (element.get("rel") or "").lower().split():
                yield from _joined(self.base, href)


def classes(element: etree._Element) -> frozenset[str]:
    """Return the classes of ``element``."""
    return frozenset((element.get("class") or "").split())


def is_root(element: etree._Element) -> bool:
    """Tell whether ``element`` is a microformat of its own, or a classic one."""
    return bool(_CLASSIC_ROOTS & classes(element)) or _is_named(element)


def _is_named(element: etree._Element) -> bool:
    return any(map(_ROOT.fullmatch, classes(element)))


def is_post(element: etree._Element) -> bool:
    """Tell whether ``element`` is an h-entry or something else that is posted."""
    return bool(_POSTS & classes(element))


def posts(root: etree._Element) -> Iterator[etree._Element]:
    """Yield each h-entry, and what else is posted, in document order."""
    return filter(is_post, root.iter(etree.Element))


def cards(root: etree._Element) -> Iterator[etree._Element]:
    """Yield each h-card in document order."""
    return (element for element in root.iter(etree.Element) if _CARDS & classes(element))


def _joined(base: str, href: str) -> Iterator[str]:
    with suppress(ValueError):
        yield urljoin(base, href.strip())


def _html_of(element: etree._Element, max_characters: int) -> str:
    html = _spelled(element)
    if len(html) > max_characters:
        # Up to a tag: of half a URL nobody should be told. In attributes this is escaped.
        html = html[: html.rfind("<", 0, max_characters)]
    root = parse_html(html, _MAX_DEPTH)
    return _spelled(root) if root is not None and _is_modest(root) else ""


def _spelled(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", method="html", with_tail=False)


def _is_modest(element: etree._Element) -> bool:
    """Tell whether mf2py reads ``element`` in a second or so."""
    roots = nested = classic = in_classic = 0
    for event, each in etree.iterwalk(element, events=("start", "end")):
        step = 1 if event == "start" else -1
        if is_root(each):
            nested += step
            roots += step == 1
            classic += 0 if _is_named(each) else step
        in_classic += step == 1 and classic > 0
        if nested > _MAX_NESTED or roots > _MAX_ROOTS:
            return False
        if in_classic > _MAX_CLASSIC:
            return False
    return True


def _parse(html: str, url: str) -> Properties:
    try:
        [item, *_] = mf2py.parse(doc=html, url=url, html_parser="lxml", filter_roots=True)["items"]
    except Exception:
        # Pages made to break a parser break this one in ways that nobody has listed.
        return {}
    properties: Properties = item["properties"]
    return properties
