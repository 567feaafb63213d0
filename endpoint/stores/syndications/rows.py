"""The rows of wanted and made copies, and what one row tells."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, ColumnElement, Index, Integer, Row, String, Table, Text

from endpoint.stores.database import Moment, metadata

WAITING, COPIED, REFUSED, UNFIT, GIVEN_UP, REMOVED, STOPPED = (
    "waiting",
    "copied",
    "refused",
    "unfit",
    "given up",
    "removed",
    "stopped",
)
"""The states of a row; all but the first are final until the post changes or is asked again.

What its owner has stopped waits for that owner alone.
"""

GONE = "gone"
"""The version of a post that is not there any more."""

syndications = Table(
    "syndications",
    metadata,
    Column("permalink", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("state", String(16), nullable=False, default=WAITING),
    Column("asked_at", Moment, nullable=False),
    Column("content", Text, nullable=False, default=""),
    Column("version", String(64), nullable=False, default=""),
    Column("sent_version", String(64), nullable=False, default=""),
    Column("key", String(32), nullable=False, default=""),
    Column("began_at", Moment),
    Column("attempted", Text, nullable=False, default=""),
    Column("url", Text, nullable=False, default=""),
    Column("remote_id", Text, nullable=False, default=""),
    Column("copied_at", Moment),
    Column("linked_url", Text, nullable=False, default=""),
    Column("page_link", Text, nullable=False, default=""),
    Column("link_asked_at", Moment),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment),
    Column("holder", String(32), nullable=False, default=""),
    Column("lease_until", Moment),
    Column("last_error", Text, nullable=False, default=""),
    Column("looks", Integer, nullable=False, default=0),
    Column("next_look_at", Moment),
)
Index("syndications_by_next_attempt_at", syndications.c.next_attempt_at)
Index("syndications_by_next_look_at", syndications.c.next_look_at)
Index("syndications_by_link_asked_at", syndications.c.link_asked_at)
Index("syndications_by_holder", syndications.c.holder)

syndication_pauses = Table(
    "syndication_pauses",
    metadata,
    Column("target", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("credentials", String(64), nullable=False, default=""),
    Column("paused_at", Moment, nullable=False),
    Column("mailed_at", Moment),
)


@dataclass(frozen=True)
class Syndication:
    """A copy that is wanted, on its way, or there.

    ``target`` is the uid of a ``[[syndication]]`` table; ``content`` the text for
    this very copy, or empty. ``version`` is another one whenever readers see
    another post, and ``sent_version`` is that of what the copy says. ``began_at``
    is set while nobody knows what came of an attempt, ``attempted`` is what the post
    said then, and ``key`` is that of all attempts at one copy. ``url`` and
    ``remote_id`` are those of the copy, empty if there is none; ``linked_url`` is what
    the post names, ``page_link`` what the network wants it to link to, and since
    ``link_asked_at`` the post has yet to be told of either. ``next_look_at`` is when
    the network is asked next who answered: first when there is a copy.
    """

    permalink: str
    target: str
    state: str
    asked_at: datetime
    content: str
    version: str
    sent_version: str
    key: str
    began_at: datetime | None
    attempted: str
    url: str
    remote_id: str
    copied_at: datetime | None
    linked_url: str
    page_link: str
    link_asked_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    last_error: str
    looks: int
    next_look_at: datetime | None

    @property
    def is_there(self) -> bool:
        """Whether there is a copy; not every network tells where."""
        return bool(self.url or self.remote_id)

    @property
    def may_be_there(self) -> bool:
        """Whether there is a copy, or may be one that nobody knows of."""
        return self.is_there or self.began_at is not None


COLUMNS = tuple(syndications.c[name] for name in Syndication.__dataclass_fields__)
"""What ``to_syndication`` needs of a row."""


def is_of(permalink: str, target: str) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of the row of one post and target alone."""
    return syndications.c.permalink == permalink, syndications.c.target == target


def to_syndication(row: Row[*tuple[object, ...]]) -> Syndication:
    """Return a row of ``syndications`` as a value."""
    return Syndication(**row._mapping)
