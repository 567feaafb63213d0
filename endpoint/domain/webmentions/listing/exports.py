"""The mentions that webmention.io has, as its API gives them: JF2, or ``links`` from before."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from endpoint.domain.dates import parse_date
from endpoint.domain.webmentions.listing.jf2 import PROPERTIES
from endpoint.domain.webmentions.listing.listed import RSVPS
from endpoint.domain.webmentions.mention import Author, Mention
from endpoint.domain.webmentions.reading import values

Entry = Mapping[str, Any]

_KINDS = {name: kind for kind, name in PROPERTIES.items()}


@dataclass(frozen=True)
class Exported:
    """A mention as another service has it, sanitised; nobody has checked source and target."""

    source: str
    target: str
    mention: Mention
    is_private: bool = False


def read_entries(text: str) -> list[Entry]:
    """Return the entries of an export, as JSON has them, whatever they are wrapped in.

    A feed has them as ``children``, the older form as ``links``; what makes
    backups may write the bare list. Raise ValueError if it is none of these.
    """
    try:
        content = json.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if isinstance(content, dict):
        content = content.get("children", content.get("links"))
    if not isinstance(content, list):
        raise ValueError("it has neither children nor links")
    return [entry for entry in content if isinstance(entry, dict)]


def read_entry(entry: Entry) -> Exported:
    """Return what an entry says; what it does not say is empty."""
    said = _to_jf2(entry) if isinstance(entry.get("data"), dict) else entry
    relation = _first(said, "wm-property")
    target = _first(said, "wm-target") or _first(said, relation) or _first(said, "in-reply-to")
    return Exported(
        _first(said, "wm-source") or _first(said, "url"),
        target,
        _read_mention(said, _KINDS.get(relation, "mention")),
        is_private=bool(said.get("wm-private")),
    )


def received_at(entry: Entry) -> datetime | None:
    """Return when an entry arrived there, as an aware time; None if it does not say."""
    try:
        return parse_date(_first(entry, "wm-received") or _first(entry, "verified_date"))
    except ValueError:
        return None


def _to_jf2(link: Entry) -> Entry:
    """Return an entry of the older form as JF2."""
    data = link["data"]
    kind = _first(_part(link, "activity"), "type")
    return {
        **{name: data.get(name) for name in ("author", "url", "name", "published", "rsvp")},
        "content": {"html": data.get("content")},
        "wm-source": link.get("source"),
        "wm-target": link.get("target"),
        "wm-private": link.get("private"),
        "wm-property": PROPERTIES.get(kind, ""),
    }


def _read_mention(said: Entry, kind: str) -> Mention:
    author = _part(said, "author")
    html, text = _read_content(said)
    answer = _first(said, "rsvp").lower()
    syndication = said.get("syndication")
    return Mention(
        kind=kind,
        url=values.url(_first(said, "url")) or values.url(_first(said, "wm-source")),
        author=Author(
            values.line(_first(author, "name")),
            values.url(_first(author, "url")),
            values.url(_first(author, "photo")),
        ),
        published=values.date(_first(said, "published")),
        name=values.line(_first(said, "name")),
        html=html,
        text=text,
        rsvp=answer if kind == "rsvp" and answer in RSVPS else "",
        syndication=tuple(values.urls(syndication if isinstance(syndication, list) else [])),
    )


def _read_content(said: Entry) -> tuple[str, str]:
    content = said.get("content")
    if not isinstance(content, dict):
        return values.content(content)
    plain = content.get("text") or content.get("value")
    return values.content({"html": content.get("html"), "value": plain})


def _part(entry: Entry, name: str) -> Entry:
    value = entry.get(name)
    return value if isinstance(value, dict) else {}


def _first(entry: Entry, name: str) -> str:
    """Return a value that is a string, the first of a list; else an empty one."""
    value = entry.get(name)
    first = value[0] if isinstance(value, list) and value else value
    return first.strip() if isinstance(first, str) else ""
