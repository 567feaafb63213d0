"""A copy among the posts that q=source lists."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import regex

from endpoint.domain.copies.plain import to_plain
from endpoint.domain.dates import find_date
from endpoint.domain.markup import render
from endpoint.domain.urls import canonical
from endpoint.syndicators import Attachment, Outgoing
from endpoint.syndicators.microblog.writing import write

_SAID = ("content", "name")
_MARGIN = timedelta(minutes=2)
_BLANKS = regex.compile(r"\s+")


@dataclass(frozen=True)
class Found:
    """A post that says what was to be sent, and which files of that it shows."""

    url: str
    files: tuple[Attachment, ...]


def find_copy(item: Any, outgoing: Outgoing, since: datetime) -> Found | None:
    """Return ``item`` if it was made since ``since`` and says what ``outgoing`` does, else None.

    Whether its files could be sent shows there: they may be gone here since.
    """
    there = item.get("properties") if isinstance(item, dict) else None
    if not isinstance(there, dict):
        return None
    # Drafts and pages, which are listed too, may have no date.
    made_at = find_date(str(_first(there, "published")))
    if made_at and made_at < since - _MARGIN:
        return None
    photos = there.get("photo")
    shown = len(photos) if isinstance(photos, list) else 0
    pictures = sum(each.media_type.startswith("image/") for each in outgoing.attachments)
    possible = [True] if shown < pictures else [False, True]
    if shown > pictures or not any(_says(there, outgoing, lacks) for lacks in possible):
        return None
    try:
        url = canonical(str(_first(there, "url")))
    except ValueError:
        return None
    return Found(url, outgoing.attachments if shown == pictures else ())


def _says(there: dict[str, Any], outgoing: Outgoing, is_incomplete: bool) -> bool:
    wanted = write(outgoing, is_incomplete=is_incomplete)
    return all(_words(_first(there, name)) == _words(_first(wanted, name)) for name in _SAID)


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
