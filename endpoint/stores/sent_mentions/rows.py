"""The rows of Webmentions that our posts send, and what one row tells."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Column, Index, Integer, Row, String, Table, Text

from endpoint.stores.database import Moment, metadata

WAITING, TOLD, NO_ENDPOINT, FAILED = "waiting", "told", "no endpoint", "failed"
NEEDLESS = "needless"
"""The states of a row; all but the first are final until the post changes."""

UNLINKED, GONE = "", "gone"
"""Versions of a post that a target has nothing of: it links there no more, or is not there."""

_ENDS = (UNLINKED, GONE)

sent_mentions = Table(
    "sent_mentions",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("version", String(64), nullable=False),
    Column("sent_version", String(64), nullable=False),
    Column("state", String(16), nullable=False, default=WAITING),
    Column("endpoint", Text, nullable=False, default=""),
    Column("status", Integer),
    Column("location", Text, nullable=False, default=""),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment),
    Column("holder", String(32), nullable=False, default=""),
    Column("lease_until", Moment),
    Column("last_error", Text, nullable=False, default=""),
    Column("asked_at", Moment, nullable=False),
    Column("sent_at", Moment),
)
Index("sent_mentions_by_next_attempt_at", sent_mentions.c.next_attempt_at)
Index("sent_mentions_by_source", sent_mentions.c.source)


@dataclass(frozen=True)
class Pair:
    """A page of ours and one that it links to, with what ``target`` knows and is to know.

    ``old`` and ``new`` are versions of the post at ``source``, UNLINKED or GONE.
    """

    source: str
    target: str
    old: str
    new: str

    @property
    def key(self) -> str:
        """What tells a pair from all others."""
        return sha256(f"{self.source}\n{self.target}".encode()).hexdigest()


@dataclass(frozen=True)
class Sent:
    """A Webmention on its way, or there.

    ``version`` is what the target is to know and ``sent_version`` what it knows;
    ``status`` is that of the last answer, ``location`` the status page it named.
    """

    key: str
    source: str
    target: str
    version: str
    sent_version: str
    state: str
    endpoint: str
    status: int | None
    location: str
    attempts: int
    next_attempt_at: datetime | None
    last_error: str
    asked_at: datetime
    sent_at: datetime | None

    @property
    def is_gone(self) -> bool:
        """Whether the page at ``source`` is to be gone when the target is told."""
        return self.version == GONE

    @property
    def is_over(self) -> bool:
        """Whether the page at ``source`` links to the target no more."""
        return self.version in _ENDS

    @property
    def has_news(self) -> bool:
        """Whether there is something to tell: nobody hears of the end of what they never had."""
        return not (self.is_over and self.sent_version in _ENDS)

    @property
    def may_be_known(self) -> bool:
        """Whether the target may have heard of the page at ``source``."""
        return self.sent_at is not None or self.sent_version not in _ENDS


@dataclass(frozen=True)
class Answer:
    """What came of telling a target; with WAITING it is tried again at ``next_attempt_at``."""

    state: str
    endpoint: str = ""
    status: int | None = None
    location: str = ""
    reason: str = ""
    next_attempt_at: datetime | None = None


COLUMNS = tuple(sent_mentions.c[name] for name in Sent.__dataclass_fields__)
"""What ``to_sent`` needs of a row."""


def to_sent(row: Row[*tuple[object, ...]]) -> Sent:
    """Return a row of ``sent_mentions`` as a value."""
    return Sent(**row._mapping)
