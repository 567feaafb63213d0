"""The rows of Webmentions that came in, of rules about them, and what one row tells."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Column, Index, Integer, Row, String, Table, Text

from endpoint.domain.webmentions.deciding import policies
from endpoint.domain.webmentions.mention import Mention
from endpoint.stores.database import Moment, metadata

PRESENT, ABSENT, MISSING, FAILED, UNKNOWN = "present", "absent", "missing", "failed", ""
"""What looking at the source has found: the link; none (or 410); a 404, for now; nothing at all."""

APPROVED, REJECTED, SPAM = policies.APPROVED, policies.REJECTED, policies.SPAM
UNDECIDED, OWNER, POLICY = policies.UNDECIDED, policies.OWNER, policies.POLICY

mentions = Table(
    "mentions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("permalink", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("host", String(255), nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("next_look_at", Moment),
    Column("attempts", Integer, nullable=False, default=0),
    Column("holder", String(32), nullable=False, default=""),
    Column("lease_until", Moment),
    Column("last_error", Text, nullable=False, default=""),
    Column("looked_at", Moment),
    Column("finding", String(16), nullable=False, default=UNKNOWN),
    Column("kind", String(16), nullable=False, default=""),
    Column("author", Text, nullable=False, default=""),
    Column("content", Text, nullable=False, default=""),
    Column("decision", String(16), nullable=False, default=UNDECIDED),
    Column("decided_by", String(16), nullable=False, default=""),
    Column("decided_at", Moment),
    Column("kept", String(64), nullable=False, default=""),
    Column("origin", Text, nullable=False, default=""),
)
Index("mentions_by_next_look_at", mentions.c.next_look_at, mentions.c.host, mentions.c.lease_until)
Index(
    "mentions_by_address",
    mentions.c.address,
    mentions.c.decision,
    mentions.c.finding,
    mentions.c.received_at,
    mentions.c.number,
)
Index("mentions_by_decision", mentions.c.decision, mentions.c.finding, mentions.c.number)
Index("mentions_by_host", mentions.c.host)
Index("mentions_by_changed_at", mentions.c.changed_at)

mention_rules = Table(
    "mention_rules",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("action", String(8), nullable=False),
    Column("subject", String(8), nullable=False),
    Column("pattern", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
)


@dataclass(frozen=True)
class Received:
    """A Webmention that came in.

    ``target`` is the URL that the source has, ``asked`` the one that was sent last,
    ``permalink`` that of the page both mean, and ``address`` what all spellings of
    that share. ``next_look_at`` is None where nothing is to be looked at;
    ``finding`` and ``decision`` are constants of this module; ``mention`` is what
    the source said when it was last read, and ``kept`` a hash of what the
    repository has of it, empty for nothing. ``origin`` is the uid of the
    ``[[syndication]]`` table whose network it was found on, and empty for what came
    as a Webmention.
    """

    number: int
    id: str
    source: str
    target: str
    asked: str
    permalink: str
    address: str
    host: str
    received_at: datetime
    changed_at: datetime
    next_look_at: datetime | None
    attempts: int
    last_error: str
    looked_at: datetime | None
    finding: str
    decision: str
    decided_by: str
    decided_at: datetime | None
    kept: str
    origin: str
    mention: Mention | None

    @property
    def key(self) -> str:
        """What tells the pair of source and page from all others."""
        return key_of(self.source, self.address)

    @property
    def is_shown(self) -> bool:
        """Whether readers may see it."""
        return self.finding == PRESENT and self.decision == APPROVED

    @property
    def state(self) -> str:
        """One word for the status page: what it is to whoever sent it."""
        if self.decision in (REJECTED, SPAM):
            return "rejected"
        match self.finding:
            case "present":
                return "approved" if self.decision == APPROVED else "verified"
            case "absent" | "missing":
                return "removed"
        return "failed" if self.finding == FAILED else "pending"


def key_of(source: str, address: str) -> str:
    """Return what tells a pair of source and target from all others."""
    return sha256(f"{source}\n{address}".encode()).hexdigest()


def to_received(row: Row[*tuple[object, ...]]) -> Received:
    """Return a row of ``mentions`` as a value."""
    values = {name: row._mapping[name] for name in _SAME}
    content = str(row._mapping["content"])
    return Received(**values, mention=Mention.from_json(content) if content else None)


_SAME = tuple(name for name in Received.__dataclass_fields__ if name != "mention")
COLUMNS = (*(mentions.c[name] for name in _SAME), mentions.c.content)
"""What ``to_received`` needs of a row."""
