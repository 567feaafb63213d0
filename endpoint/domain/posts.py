"""A post: an h-entry (or another mf2 object) with its place on the site."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from endpoint.domain.dates import parse_date

Properties = dict[str, list[Any]]
"""mf2 properties: each name with its list of values, ``{"category": ["a", "b"]}``."""


@dataclass(frozen=True)
class Post:
    """An mf2 object with its place on the site.

    ``permalink`` is the absolute URL readers see, settled at creation; ``path``
    the file's path from the repository root. ``kind`` is the post type found at
    creation (``note``, ``like``, …). ``channels`` are uids, kept beside the
    properties because ``mp-channel`` is a command; ``old_urls`` are the addresses
    that the page had before, as its front matter says.
    """

    type: str
    kind: str
    properties: Properties
    permalink: str
    path: str
    channels: tuple[str, ...] = ()
    old_urls: tuple[str, ...] = ()

    @property
    def published(self) -> datetime | None:
        """The aware time of ``published``; None on a page without a date."""
        values = self.properties.get("published")
        return parse_date(values[0]) if values else None

    @property
    def status(self) -> str:
        """``published`` or ``draft``."""
        return str(self.properties.get("post-status", ["published"])[0])

    @property
    def visibility(self) -> str:
        """``public`` or ``unlisted``."""
        return str(self.properties.get("visibility", ["public"])[0])

    @property
    def language(self) -> str:
        """Its BCP 47 tag, as ``language`` or ``lang``; empty if it names none."""
        for name in ("language", "lang"):
            for value in self.properties.get(name, []):
                if isinstance(value, str) and value.strip():
                    return value.strip()
        return ""

    def is_out(self, now: datetime) -> bool:
        """Whether its page is up for readers: it is no draft, and its time has come."""
        return self.status == "published" and (self.published is None or self.published <= now)
