"""The file of a page's mentions: a list in JSON that templates read and owners may edit.

docs/webmentions.md describes it. Text stands there as it is read, escaped once by JSON.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from endpoint.domain.sanitizing import sanitize
from endpoint.domain.urls import canonical
from endpoint.domain.webmentions.mention import KINDS, Author, Mention

Entry = dict[str, Any]
"""A mention as the file has it; what is empty is left out."""

_DEEPEST = 8


def read(data: bytes | None) -> list[Entry]:
    """Return the entries of a file, none for None; raise ValueError if it is no list of them."""
    if not data:
        return []
    try:
        entries = json.loads(data)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError("it is no list of mentions")
    return entries


def write(entries: Iterable[Entry]) -> bytes | None:
    """Return the file of ``entries``, oldest first; None, for no file, if there are none."""
    ordered = in_order(entries)
    if not ordered:
        return None
    return json.dumps(ordered, ensure_ascii=False, indent=2).encode(errors="replace") + b"\n"


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return ``entries`` as they came, oldest first; a page's of one second stay as they stand."""
    return sorted(
        entries, key=lambda entry: (str(entry.get("received", "")), str(entry.get("target", "")))
    )


def source_of(entry: Entry) -> str:
    """Return what identifies an entry among those of its page: its source."""
    return str(entry.get("source") or entry.get("url") or "")


def to_entry(mention: Mention, source: str, target: str, received: datetime, photo: str) -> Entry:
    """Return ``mention`` as the file of the page at ``target`` has it.

    ``photo`` is the path, on this site, of its author's picture, or empty.
    """
    author = {"name": mention.author.name, "url": mention.author.url, "photo": photo}
    return _filled(
        {
            "source": source,
            "target": target,
            "kind": mention.kind,
            "url": mention.url or source,
            "author": _filled(author),
            "published": mention.published,
            "received": received.isoformat(timespec="seconds"),
            "name": mention.name,
            "content": mention.text,
            "html": mention.html,
            "rsvp": mention.rsvp,
            "in_reply_to": list(mention.in_reply_to),
            "syndication": list(mention.syndication),
        }
    )


def to_mention(entry: Entry, photo: str) -> Mention:
    """Return what ``to_entry`` wrote, or an owner by hand; what is no text or URL is left out.

    ``photo`` is the URL of the author's picture.
    """
    author = entry.get("author")
    author = author if isinstance(author, dict) else {}
    kind = _text(entry, "kind")
    return Mention(
        kind=kind if kind in KINDS else "mention",
        url=web_url(entry.get("url")) or web_url(entry.get("source")),
        author=Author(_text(author, "name"), web_url(author.get("url")), photo),
        published=_text(entry, "published"),
        name=_text(entry, "name"),
        html=sanitize(_text(entry, "html")),
        text=_text(entry, "content"),
        rsvp=_text(entry, "rsvp"),
        in_reply_to=_urls(entry.get("in_reply_to")),
        syndication=_urls(entry.get("syndication")),
    )


def digest(entry: Entry) -> str:
    """Return a hash of what ``to_entry`` has made."""
    return sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()


def thread(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries of one page in their order, each with the ``parent`` that it answers.

    A parent is named by its source and came before, so that no entry is its own
    ancestor; what goes deeper than eight levels stays on the eighth.
    """
    sources: dict[str, str] = {}
    above: dict[str, str] = {}
    depths: dict[str, int] = {}
    threaded = []
    for entry in in_order(entries):
        bare = {key: entry[key] for key in entry if key != "parent"}
        source, parent = source_of(entry), _find_parent(entry, sources)
        if parent:
            bare["parent"] = above[source] = above[parent] if depths[parent] == _DEEPEST else parent
        depths[source] = depths[above[source]] + 1 if parent else 0
        threaded.append(bare)
        for url in (source, entry.get("url")):
            if isinstance(url, str) and url:
                sources.setdefault(url, source)
    return threaded


def _find_parent(entry: Entry, sources: dict[str, str]) -> str:
    found = (sources.get(url, "") for url in _urls(entry.get("in_reply_to")))
    return next(filter(None, found), "")


def merge(base: bytes | None, ours: bytes | None, theirs: bytes | None) -> bytes | None:
    """Return ``theirs`` with the entries that ``ours`` added to ``base``, changed or dropped.

    Raise ValueError if one of them cannot be read.
    """
    before, mine, other = (_by_place(read(side)) for side in (base, ours, theirs))
    for place in before.keys() | mine.keys():
        if mine.get(place) == before.get(place):
            continue
        if place in mine:
            other[place] = mine[place]
        else:
            other.pop(place, None)
    return write(other.values())


def _by_place(entries: Iterable[Entry]) -> dict[tuple[str, str], Entry]:
    return {(str(entry.get("target", "")), source_of(entry)): entry for entry in entries}


def _filled(entry: Entry) -> Entry:
    return {key: value for key, value in entry.items() if value}


def _text(values: Entry, key: str) -> str:
    value = values.get(key)
    if not isinstance(value, str):
        return ""
    # PostgreSQL keeps no NUL, and no database half a surrogate pair.
    return value.encode(errors="replace").decode().replace("\0", "\ufffd")


def web_url(value: Any) -> str:
    """Return ``value`` if it is an http or https URL that can be kept, else nothing."""
    try:
        return value if isinstance(value, str) and canonical(value) and value.encode() else ""
    except ValueError:
        return ""


def _urls(value: Any) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(url for url in map(web_url, values) if url)
