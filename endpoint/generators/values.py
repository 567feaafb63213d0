"""The shape a property's values have in front matter, and back: tags, photos, dates, drafts."""

import re
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from endpoint.domain.dates import format_date, parse_date
from endpoint.generators.cleaning import clean
from endpoint.generators.encoders import encode
from endpoint.generators.frontmatter.format import match_items
from endpoint.generators.keys import VOCABULARY

_BLANK_OFFSET = re.compile(r"\s+(?=(?:[+-]\d\d:?\d\d|Z|UTC)$)")
_YEARS = range(1000, 9999)


@dataclass(frozen=True)
class Shapes:
    """How one generator writes values.

    ``draft`` is what its draft key holds for a draft; ``splits_tags`` whether a
    string of tags is divided at blanks; ``naive_zone`` the zone of a native
    timestamp without an offset, ``zone`` that of any other time.
    """

    zone: tzinfo
    draft: bool = True
    splits_tags: bool = False
    naive_zone: tzinfo | None = None

    def decode(self, name: str, raw: Any) -> list[Any]:
        """Return the values of the property ``name`` that front matter holds as ``raw``.

        An empty list if that is no value: the key is then the site's own. Raise
        ValueError if it is a date that nobody can read.
        """
        match name:
            case "name" | "summary" | "visibility":
                return [_to_text(item) for item in _to_list(raw) if item not in (None, "")][:1]
            case "category":
                return self._decode_tags(raw)
            case "rsvp":
                return [_decode_answer(item) for item in _decode_list(raw)]
            case "published" | "updated":
                moment = self.decode_date(name, raw)
                return [format_date(moment)] if moment else []
            case "photo" | "video" | "audio":
                return [value for item in _to_list(raw) for value in _decode_media(item)]
            case "post-status":
                words = ("draft", str(self.draft).lower())
                return ["draft"] if str(raw).lower() in words else []
        return _decode_list(raw) if isinstance(raw, list) or name in VOCABULARY else []

    def decode_date(self, name: str, raw: Any) -> datetime | None:
        """Return the aware time in ``raw``; None if it holds none, or Hugo's zero date."""
        match raw:
            case date() if raw.year not in _YEARS:
                return None
            case datetime():
                return raw if raw.tzinfo else raw.replace(tzinfo=self.naive_zone or self.zone)
            case date():
                return datetime(raw.year, raw.month, raw.day, tzinfo=self.zone)
            case str() if raw.strip() and not raw.startswith("0001-01-01"):
                return _parse(name, raw, self.zone)
        return None

    def encode(self, name: str, values: list[Any], old: Any = None) -> Any:
        """Return ``values`` as front matter holds them, or None if they do not fit.

        What does not fit would not be read back exactly. ``old`` is what the
        file has now: items that stay are kept as they are written there.
        """
        if name == "post-status":
            return self.draft if values == ["draft"] else None
        fresh = encode(name, values)
        if not isinstance(fresh, list) or not old:
            return fresh
        if not isinstance(old, list):
            return fresh[0] if _was_bare(name, fresh) else fresh
        places = match_items([self.decode(name, [item]) for item in old], [[v] for v in values])
        return [
            item if place is None else old[place] for place, item in zip(places, fresh, strict=True)
        ]

    def _decode_tags(self, raw: Any) -> list[Any]:
        if isinstance(raw, str) and self.splits_tags:
            return raw.split()
        return [_to_text(item) for item in _to_list(raw) if item not in (None, "")]


def _to_list(raw: Any) -> list[Any]:
    return raw if isinstance(raw, list) else [raw]


def _to_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(clean(value))


def _decode_list(raw: Any) -> list[Any]:
    if isinstance(raw, list):
        return [clean(item) for item in raw if item is not None]
    return [] if raw in (None, "") else [clean(raw)]


def _decode_answer(item: Any) -> Any:
    """Return what a YAML 1.1 writer made of an unquoted ``yes`` or ``no``."""
    return ("yes" if item else "no") if isinstance(item, bool) else item


def _decode_media(item: Any) -> list[Any]:
    """Return the URL, or the URL with its alternative text, that ``item`` names."""
    match item:
        case "" | None | bool() | {"url": "" | None} | {"value": "" | None}:
            return []
        case {"url": str(url)} | {"value": str(url)} | {"src": str(url)}:
            alt = item.get("alt")
            return [clean(url if alt is None else {"value": url, "alt": str(alt)})]
    return [clean(item)]


def _parse(name: str, text: str, zone: tzinfo) -> datetime:
    try:
        return parse_date(_BLANK_OFFSET.sub("", text.strip().replace("UTC", "Z")), zone)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"The date of {name} in the front matter cannot be read") from error


def _was_bare(name: str, fresh: list[Any]) -> bool:
    """Return whether a value that stands without a list may go on doing so."""
    return (
        name in VOCABULARY - _LISTS
        and len(fresh) == 1
        and isinstance(fresh[0], str)
        and bool(fresh[0])
    )


_LISTS = frozenset(("category", "photo", "video", "audio", "rsvp"))
