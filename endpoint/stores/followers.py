"""What each follower of the repository has done, and when it may try again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    String,
    Table,
    Text,
    insert,
    or_,
    select,
    update,
)

from endpoint.stores.database import Moment, available, metadata, writing

followers = Table(
    "followers",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("done", Text, nullable=False, default=""),
    Column("tried", Text, nullable=False, default=""),
    Column("holder", String(32), nullable=False, default=""),
    Column("state", String(16), nullable=False, default="idle"),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment),
    Column("lease_until", Moment),
    Column("last_error", Text, nullable=False, default=""),
)

_FIRST_WAIT = timedelta(seconds=5)
_LONGEST_WAIT = timedelta(hours=1)
# Longer than any, so that whoever read a clock a moment before another does not take it for wrong.
_LONGEST_LEASE = timedelta(minutes=10)


@dataclass(frozen=True)
class Progress:
    """How far a follower is: the version it has done, and what went wrong since.

    ``wanted`` is the version it should have done, None where that is not asked
    or cannot be told for now.
    """

    name: str
    done: str = ""
    state: str = "idle"
    attempts: int = 0
    last_error: str = ""
    next_attempt_at: datetime | None = None
    wanted: str | None = None

    @property
    def is_done(self) -> bool | None:
        """Whether nothing is left to do; None if that cannot be told."""
        return None if self.wanted is None else self.wanted == self.done


class Followers:
    """A row for each follower; a lease keeps two workers from doing the same work."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def progress(self, name: str) -> Progress:
        """Return how far the follower ``name`` is."""
        columns = (
            followers.c.done,
            followers.c.state,
            followers.c.attempts,
            followers.c.last_error,
            followers.c.next_attempt_at,
        )
        with available(), self._engine.connect() as connection:
            row = connection.execute(select(*columns).where(followers.c.name == name)).first()
        return Progress(name, *row) if row else Progress(name)

    def take(self, name: str, version: str, now: datetime, lease: timedelta) -> str | None:
        """Take the lease on ``name`` for ``version``; return what its holder shows with the rest.

        None while another has it, or while the wait after this version's last
        failure is not over; another version may succeed, and does not wait. What
        should last longer than it may was noted before the clock went back.
        """
        holder = uuid4().hex
        free = or_(
            followers.c.lease_until.is_(None),
            followers.c.lease_until <= now,
            followers.c.lease_until > now + _LONGEST_LEASE,
        )
        due = or_(
            followers.c.next_attempt_at.is_(None),
            followers.c.next_attempt_at <= now,
            followers.c.next_attempt_at > now + _LONGEST_WAIT,
            followers.c.tried != version,
        )
        taking = (
            update(followers)
            .where(followers.c.name == name, free, due)
            .values(state="working", tried=version, holder=holder, lease_until=now + lease)
        )
        with available(), writing(self._engine) as connection:
            _ensure(connection, name)
            return holder if connection.execute(taking).rowcount == 1 else None

    def renew(self, name: str, holder: str, lease_until: datetime) -> None:
        """Keep the lease on ``name`` while its work goes on."""
        self._set(name, holder, lease_until=lease_until)

    def finish(self, name: str, holder: str, done: str) -> None:
        """Note that ``name`` has done the version ``done``, and give the lease back."""
        self._set(
            name,
            holder,
            done=done,
            state="idle",
            attempts=0,
            last_error="",
            next_attempt_at=None,
            lease_until=None,
        )

    def fail(
        self,
        name: str,
        holder: str,
        reason: str,
        now: datetime,
        longest_wait: timedelta = _LONGEST_WAIT,
    ) -> None:
        """Note what went wrong, and wait longer each time before the next try."""
        attempts = self.progress(name).attempts + 1
        wait = min(_FIRST_WAIT * 2 ** min(attempts - 1, 20), longest_wait)
        self._set(
            name,
            holder,
            state="failed",
            attempts=attempts,
            last_error=reason,
            next_attempt_at=now + wait,
            lease_until=None,
        )

    def settle(self, name: str, done: str | None) -> None:
        """Note that ``name`` needs no more waiting, and has ``done`` if somebody else did that."""
        finished = {"done": done, "state": "idle", "attempts": 0, "last_error": ""}
        values = finished if done is not None else {}
        with available(), writing(self._engine) as connection:
            _ensure(connection, name)
            connection.execute(
                update(followers)
                .where(followers.c.name == name)
                .values(next_attempt_at=None, **values)
            )

    def _set(self, name: str, holder: str, **values: object) -> None:
        with available(), self._engine.begin() as connection:
            connection.execute(
                update(followers)
                .where(followers.c.name == name, followers.c.holder == holder)
                .values(**values)
            )


def _ensure(connection: Connection, name: str) -> None:
    known = select(followers.c.name).where(followers.c.name == name)
    if connection.execute(known).first() is None:
        connection.execute(insert(followers).values(name=name))
