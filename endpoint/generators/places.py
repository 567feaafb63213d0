"""Where posts live: path patterns in the repository, URL patterns on the site."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

_FIELD = re.compile(r"\{(\w+)\}")
_PATTERNS = {
    "year": r"\d{4}",
    "month": r"\d{2}",
    "day": r"\d{2}",
    "hour": r"\d{2}",
    "minute": r"\d{2}",
    "second": r"\d{2}",
    "type": r"[a-z][a-z-]*",
    "slug": r"[^/]+",
}

FOLDERS: Mapping[str, str] = {
    "note": "notes",
    "article": "articles",
    "photo": "photos",
    "video": "videos",
    "audio": "audio",
    "reply": "replies",
    "like": "likes",
    "repost": "reposts",
    "bookmark": "bookmarks",
    "rsvp": "rsvps",
    "event": "events",
    "checkin": "checkins",
    "review": "reviews",
    "read": "reads",
    "listen": "listens",
    "watch": "watches",
    "eat": "food",
    "drink": "drinks",
    "card": "cards",
    "cite": "cites",
}
"""The folder of each kind of post, unless the owner says otherwise."""


@dataclass(frozen=True)
class Place:
    """Where the posts of a kind go: patterns of their path and of their URL on the site.

    Both may hold ``{year} {month} {day} {hour} {minute} {second}``, in the site's
    zone and padded with zeros, ``{slug}`` and ``{type}``.
    """

    path: str
    url: str

    def match(self, path: str) -> dict[str, str] | None:
        """Return the fields that ``path`` has by this place's pattern, or None."""
        found = _compile(self.path).fullmatch(path)
        return found.groupdict() if found else None

    @property
    def folder(self) -> str:
        """The static beginning of the path pattern, with a slash at its end."""
        return self.path.partition("{")[0].rpartition("/")[0] + "/"


def fill(pattern: str, fields: Mapping[str, str]) -> str | None:
    """Return ``pattern`` with its fields filled in; None if one is not known."""
    try:
        return _FIELD.sub(lambda found: fields[found[1]], pattern)
    except KeyError:
        return None


def time_fields(moment: datetime) -> dict[str, str]:
    """Return the fields of a time that is in the site's zone already."""
    return {
        "year": f"{moment.year:04}",
        "month": f"{moment.month:02}",
        "day": f"{moment.day:02}",
        "hour": f"{moment.hour:02}",
        "minute": f"{moment.minute:02}",
        "second": f"{moment.second:02}",
    }


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str]:
    pieces, seen = [], set()
    for number, part in enumerate(_FIELD.split(pattern)):
        if not number % 2:
            pieces.append(re.escape(part))
        elif part in seen:
            pieces.append(f"(?P={part})")
        else:
            seen.add(part)
            pieces.append(f"(?P<{part}>{_PATTERNS.get(part, '[^/]+')})")
    return re.compile("".join(pieces))
