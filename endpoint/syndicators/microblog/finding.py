"""A copy among the posts that q=source lists."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import regex

from endpoint.domain.copies.plain import to_plain
from endpoint.domain.dates import find_date
from endpoint.domain.markup import render
from endpoint.domain.posts import Properties
from endpoint.domain.urls import canonical
from endpoint.syndicators.files import File

_MARGIN = timedelta(minutes=2)
_BLANKS = regex.compile(r"\s+")


def is_copy(item: Any, properties: Properties, files: Sequence[File], since: datetime) -> str:
    """Return the URL of ``item`` if it was made since ``since`` and says the same, else nothing."""
    there = item.get("properties") if isinstance(item, dict) else None
    if not isinstance(there, dict):
        return ""
    # Drafts and pages, which are listed too, may have no date.
    made_at = find_date(str(_first(there, "published")))
    if made_at and made_at < since - _MARGIN:
        return ""
    is_same = _words(_first(there, "content")) == _words(_first(properties, "content"))
    is_same = is_same and _words(_first(there, "name")) == _words(_first(properties, "name"))
    photos = there.get("photo")
    counted = sum(each.media_type.startswith("image/") for each, _ in files)
    is_same = is_same and counted == (len(photos) if isinstance(photos, list) else 0)
    try:
        return canonical(str(_first(there, "url"))) if is_same else ""
    except ValueError:
        return ""


def _first(properties: dict[str, Any], name: str) -> Any:
    values = properties.get(name)
    return (values[0] if values else "") if isinstance(values, list) else values or ""


def _words(content: Any) -> str:
    """Return what a content says, whatever language it is written in."""
    match content:
        case {"html": str(html)}:
            text = to_plain(html, "")
        case {"markdown": str(markdown)} | str(markdown):
            text = to_plain(render(markdown, html=True), "")
        case _:
            text = ""
    return _BLANKS.sub("", unicodedata.normalize("NFC", text))
