"""What pages and answers say: where they link to, and where a copy is."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urljoin

from endpoint.domain.html import find_base, parse_html
from endpoint.domain.urls import canonical
from endpoint.stores.web import Page
from endpoint.syndicators.answers import read_object

_MAX_URL = 2_000


def links_of(html: str, url: str) -> set[str]:
    """Return the canonical URL of each link of a page at ``url``."""
    root = parse_html(html)
    if root is None:
        return set()
    hrefs = [str(element.get("href", "")) for element in root.iter("a")]
    return set(map(spell, _resolve(find_base(root, url), hrefs)))


def spell(url: str) -> str:
    """Return the canonical spelling of ``url``, empty if it is no web page."""
    try:
        return canonical(url)
    except ValueError:
        return ""


def find_copy(page: Page) -> str:
    """Return where the copy is that an answer of success tells of; empty if it says nothing.

    Who answers 202 has yet to make it.
    """
    if page.status == HTTPStatus.ACCEPTED:
        return ""
    named = filter(None, [page.headers.get("Location")])
    location = next(_resolve(page.url, named), "")
    return _web_url(read_json(page).get("url")) or _web_url(location)


def find_known_copy(page: Page) -> str:
    """Return where the copy is that a place refuses to make again, as Bridgy Publish says it."""
    original = read_json(page).get("original")
    return _web_url(original.get("url")) if isinstance(original, dict) else ""


def read_json(page: Page) -> Mapping[str, Any]:
    """Return the object that an answer holds, empty if it is none."""
    return read_object(page.text) if page.media_type.endswith("json") else {}


def _resolve(base: str, hrefs: Iterable[str]) -> Iterator[str]:
    for href in hrefs:
        with suppress(ValueError):
            yield urljoin(base, href.strip())


def _web_url(url: object) -> str:
    return url if isinstance(url, str) and len(url) <= _MAX_URL and spell(url) else ""
