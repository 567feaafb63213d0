"""What is asked of the public list of mentions, and what stands in it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from endpoint.domain.webmentions.mention import Mention

MAX_TARGETS = 50
MAX_LIMIT = 1_000
ORDERS = ("created", "updated", "published", "rsvp")
RSVPS = ("no", "interested", "maybe", "yes")
"""Answers to an invitation, in the order in which a list goes up."""


@dataclass(frozen=True)
class Listed:
    """A mention that readers may see; ``target`` is the permalink of the page it means.

    ``number`` grows with each one that arrives; the times are aware, and
    ``changed_at`` is when what readers see of it last became another.
    """

    number: int
    source: str
    target: str
    received_at: datetime
    changed_at: datetime
    mention: Mention

    def with_photo(self, urls: Mapping[str, str]) -> "Listed":
        """Return it with the photo at another URL, if ``urls`` has one for its author's."""
        author = self.mention.author
        shown = replace(author, photo=urls.get(author.photo, author.photo))
        return replace(self, mention=replace(self.mention, author=shown))


@dataclass(frozen=True)
class Wanted:
    """Which mentions: those that lead to one of ``addresses`` (None: to any page).

    And to none of those that are ``hidden``.

    Of these the ``kinds`` (None: all), that arrived after ``since`` and after the
    one numbered ``since_id``; ``limit`` of them from ``offset`` on, by one of
    ``ORDERS``, the greatest first unless it goes ``up``.
    """

    addresses: tuple[str, ...] | None = None
    kinds: frozenset[str] | None = None
    since: datetime | None = None
    since_id: int = 0
    order: str = "created"
    up: bool = False
    limit: int = 20
    offset: int = 0
    hidden: frozenset[str] = frozenset()
