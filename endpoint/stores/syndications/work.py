"""The wanted copies as who makes them takes them: for a while, and one attempt at a time."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, Engine, case, or_, select, update

from endpoint.stores.database import available, writing
from endpoint.stores.syndications.rows import (
    COLUMNS,
    STOPPED,
    WAITING,
    Syndication,
    is_of,
    syndication_pauses,
    syndications,
    to_syndication,
)

_GUARDED = {"state", "attempts", "next_attempt_at"}
"""What a newer wish, or a newer version of the post, has settled otherwise by then."""

_BEGUN = {"key", "began_at", "attempted", "sent_version"}
"""What changes when an attempt begins."""


class SyndicationWork:
    """The rows that are due; any machine that shares the database may take them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_due(self, targets: Iterable[str], now: datetime) -> bool:
        """Say whether there is something to do now for one of ``targets`` that is not paused."""
        query = select(syndications.c.target).where(*_due(targets, now)).limit(1)
        with available(), self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def take(
        self, targets: Iterable[str], now: datetime, most: int, lease: timedelta
    ) -> tuple[str, list[Syndication]]:
        """Return a holder's name and up to ``most`` rows that are due, its own for ``lease``."""
        holder, columns = uuid4().hex, syndications.c
        # What has failed often comes last, so that it keeps nothing else from its turn.
        order = (columns.attempts, columns.asked_at, columns.permalink, columns.target)
        due = select(columns.permalink, columns.target).where(*_due(targets, now))
        with available(), writing(self._engine) as connection:
            # Another machine may be about to take some.
            locking = due.order_by(*order).limit(most).with_for_update(skip_locked=True)
            for permalink, target in connection.execute(locking).all():
                taking = update(syndications).where(*is_of(permalink, target))
                connection.execute(taking.values(holder=holder, lease_until=now + lease))
            rows = select(*COLUMNS).where(columns.holder == holder).order_by(*order)
            return holder, [to_syndication(row) for row in connection.execute(rows)]

    def renew(self, holder: str, lease_until: datetime) -> None:
        """Keep what ``holder`` has taken a while longer."""
        keeping = update(syndications).where(syndications.c.holder == holder)
        with available(), self._engine.begin() as connection:
            connection.execute(keeping.values(lease_until=lease_until))

    def release(self, holder: str) -> None:
        """Give back what ``holder`` has left as it was."""
        giving = update(syndications).where(syndications.c.holder == holder)
        with available(), self._engine.begin() as connection:
            connection.execute(giving.values(holder="", lease_until=None))

    def postpone(self, target: str, until: datetime) -> None:
        """Let nothing that waits for ``target`` be due before ``until``."""
        columns = syndications.c
        waiting = update(syndications).where(
            columns.target == target,
            columns.next_attempt_at < until,
            columns.lease_until.is_(None),
        )
        with available(), self._engine.begin() as connection:
            connection.execute(waiting.values(next_attempt_at=until))

    def begin(self, row: Syndication, holder: str, now: datetime) -> Syndication | None:
        """Note, durably, that an attempt at the copy of ``row`` begins.

        The row that comes back has the key of all attempts at this copy; it is None
        if others have it by now.
        """
        begun = replace(row, key=row.key or uuid4().hex, began_at=row.began_at or now)
        noting = update(syndications).where(*_held(row, holder))
        with available(), writing(self._engine) as connection:
            values = {name: getattr(begun, name) for name in _BEGUN}
            return begun if connection.execute(noting.values(**values)).rowcount == 1 else None

    def note(self, before: Syndication, after: Syndication, holder: str) -> None:
        """Note what became of ``before``, which ``holder`` has taken, and give it back.

        If the post has changed meanwhile, or more was asked for, there is still something to do.
        """
        old, new = asdict(before), asdict(after)
        columns = syndications.c
        values = {name: new[name] for name in new if new[name] != old[name] or name in _BEGUN} | {
            name: case((_unchanged(before), new[name]), else_=columns[name]) for name in _GUARDED
        }
        if after.is_there:
            # A copy that is there is copied, whatever its owner said meanwhile.
            stopped = columns.state == STOPPED
            values["state"] = case((stopped, after.state), else_=values["state"])
        noting = update(syndications).where(*_held(before, holder))
        with available(), writing(self._engine) as connection:
            connection.execute(noting.values(**values, holder="", lease_until=None))


def _due(targets: Iterable[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    columns = syndications.c
    return (
        columns.next_attempt_at <= now,
        or_(columns.lease_until.is_(None), columns.lease_until <= now),
        columns.target.in_(list(targets)),
        columns.target.not_in(select(syndication_pauses.c.target)),
    )


def _held(row: Syndication, holder: str) -> tuple[ColumnElement[bool], ...]:
    return *is_of(row.permalink, row.target), syndications.c.holder == holder


def _unchanged(row: Syndication) -> ColumnElement[bool]:
    columns = syndications.c
    same = (columns.version == row.version) & (columns.asked_at == row.asked_at)
    return same & (columns.state == WAITING)
