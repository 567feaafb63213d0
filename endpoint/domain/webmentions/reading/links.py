"""Whether a page links to another: an exact link, of what its media type calls one (§3.2.2)."""

import json
import re
from collections.abc import Collection, Iterator
from typing import Any
from urllib.parse import quote, urljoin

from lxml import etree

from endpoint.domain.html import is_html
from endpoint.domain.urls import canonical
from endpoint.domain.webmentions.reading.pages import HtmlPage

_LINKING = {
    **dict.fromkeys(("a", "area", "link"), "href"),
    **dict.fromkeys(("audio", "img", "source", "video"), "src"),
}
# Their content is text, or not of this page; older parsers look into some of them.
_CLOSED = {"iframe", "noembed", "noframes", "plaintext", "script", "style", "template"}
_CLOSED |= {"textarea", "title", "xmp"}
_IGNORED_IN_URLS = re.compile(r"[\t\n\r]")
_URL_IN_TEXT = re.compile(r"https?://[^\s<>\"'`\\^{|}]+", re.IGNORECASE)
_ENDING_TEXT = ".,;:!?*_~)]"
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_KEPT_IN_URLS = "%/?#[]@!$&'()*+,;=:~-._"


def find_link(media_type: str, text: str, url: str, targets: Collection[str]) -> bool:
    """Return whether the page at ``url`` links to one of ``targets``.

    ``text`` is its content, ``media_type`` what that is, without parameters. In
    HTML the attribute of a linking element counts, in JSON a string at any
    depth, in plain text the URL; other media types have no links. URLs are the
    same if a browser would ask for the same, fragment included.
    """
    wanted = spellings(targets)
    if is_html(media_type):
        page = HtmlPage.of(text, url)
        return page is not None and next(linking(page, wanted), None) is not None
    if media_type == "application/json" or media_type.endswith("+json"):
        return any(spelling(value) in wanted for value in _strings(text))
    if media_type == "text/plain":
        return any(_ends_in(found[0], wanted) for found in _URL_IN_TEXT.finditer(text))
    return False


def linking(page: HtmlPage, wanted: Collection[str]) -> Iterator[etree._Element]:
    """Yield the elements of ``page`` that link to one of the ``wanted`` spellings, in order."""
    for element in page.root.iter(*_LINKING):
        href = element.get(_LINKING[str(element.tag)])
        if href is None or (element.tag == "link" and not (element.get("rel") or "").split()):
            continue
        if spelling(href, page.base) in wanted and not _is_closed(element):
            yield element


def spellings(urls: Collection[str]) -> frozenset[str]:
    """Return ``urls`` in the spelling that ``linking`` compares."""
    return frozenset(filter(None, map(spelling, urls)))


def spelling(url: str, base: str = "") -> str:
    """Return ``url``, relative to ``base``, as all its equals are spelled; empty if it is none."""
    try:
        full = urljoin(base, _IGNORED_IN_URLS.sub("", url).strip()).replace(" ", "%20")
        quoted = quote(canonical(full), safe=_KEPT_IN_URLS)
    except ValueError:
        return ""
    return _ESCAPE.sub(lambda found: found[0].upper(), quoted)


def _is_closed(element: etree._Element) -> bool:
    return any(above.tag in _CLOSED for above in element.iterancestors())


def _strings(text: str) -> Iterator[str]:
    try:
        waiting = [json.loads(text, parse_constant=_refuse)]
    except (ValueError, RecursionError):
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _ends_in(url: str, wanted: Collection[str]) -> bool:
    """Whether ``url`` is wanted as it is, or without the punctuation of the sentence it ends."""
    return spelling(url) in wanted or spelling(url.rstrip(_ENDING_TEXT)) in wanted
