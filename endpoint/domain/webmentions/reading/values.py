"""What strangers write as the values of microformats, made fit to keep: short, plain and safe."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import nh3

from endpoint.domain.dates import format_date, parse_date
from endpoint.domain.markup import paragraphs, to_text
from endpoint.domain.sanitizing import is_quick
from endpoint.domain.urls import canonical

MAX_URLS = 10
_MAX_URL = 2_000
_MAX_LINE = 300
_MAX_TEXT = 5_000
_MAX_HTML = 20_000
_NOT_IN_URLS = re.compile(r"[ \"<>`{|}^]")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# Controls, and what turns the direction of the text around it.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TAGS = (
    "a abbr b blockquote br code dd del div dl dt em h1 h2 h3 h4 h5 h6 hr i ins kbd li mark ol p "
    "pre q s small strong sub sup table tbody td th thead tr u ul"
)
_DROPPED = "math object script select style svg template textarea title xmp"
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS.split()),
    clean_content_tags=set(_DROPPED.split()),
    attributes={"a": {"href"}},
    url_schemes={"http", "https"},
    url_relative="deny",
    link_rel="nofollow ugc noopener",
)


def line(value: Any) -> str:
    """Return the plain text of a value on one line, of at most 300 characters."""
    return _capped(" ".join(_plain(value).split()), _MAX_LINE)


def url(value: Any) -> str:
    """Return the http or https URL that a value is, or that an embedded object has; or nothing."""
    return next(urls([value]), "")


def urls(values: list[Any]) -> Iterator[str]:
    """Yield the http and https URLs among ``values`` and of the objects embedded there."""
    for value in values:
        of_object = value.get("properties", {}).get("url", []) if isinstance(value, dict) else []
        for each in (_string(value), *map(_string, of_object)):
            if is_url(each):
                yield _encoded(each)


def is_url(text: str) -> bool:
    """Tell whether ``text`` is an http or https URL that can be kept."""
    try:
        return len(canonical(_encoded(text))) <= _MAX_URL
    except ValueError:
        return False


def _encoded(url: str) -> str:
    # As browsers do, which leaves nothing that could end an attribute.
    return _NOT_IN_URLS.sub(lambda found: quote(found[0]), url.strip())


def date(value: Any) -> str:
    """Return a value as an ISO 8601 time with offset, or as a date; empty if it is neither."""
    text = _string(value).strip()
    if len(text) > _MAX_LINE:
        return ""
    try:
        moment = parse_date(text)
    except ValueError:
        return ""
    return text if _DAY.fullmatch(text) else format_date(moment)


def content(value: Any) -> tuple[str, str]:
    """Return a value as HTML that may stand on the owner's pages, and as text; both capped.

    Pictures, styles and classes are gone: they would be loaded from elsewhere,
    or dress up as a part of the page.
    """
    html = value.get("html") if isinstance(value, dict) else None
    if isinstance(html, str) and is_quick(html):
        clean = _UNWANTED.sub("", _CLEANER.clean(html)).strip()
        text = to_text(clean)
        if len(clean) <= _MAX_HTML and len(text) <= _MAX_TEXT:
            return (clean, text) if text else ("", "")
    else:
        text = _plain(value).strip()
    short = _capped(text, _MAX_TEXT)
    return (paragraphs(short), short) if short else ("", "")


def _plain(value: Any) -> str:
    return _UNWANTED.sub("", _string(value))


def _string(value: Any) -> str:
    """Return a value that is a string, or the plain value of one that is an object."""
    plain = value.get("value") if isinstance(value, dict) else value
    return plain if isinstance(plain, str) else ""


def _capped(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
