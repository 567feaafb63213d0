"""Which copies are to be looked at for what others did with them, and when."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, Update, func, select, update

from endpoint.stores.database import available, writing
from endpoint.stores.queues import Queue
from endpoint.stores.syndications.rows import (
    COLUMNS,
    COPIED,
    Syndication,
    is_of,
    syndications,
    to_syndication,
)


class SyndicationLooks:
    """The copies that are there, of targets that are listened to.

    Every method raises Unavailable if the database cannot be reached.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def queue(self, targets: Iterable[str], now: datetime) -> Queue:
        """Return how many copies on ``targets`` are to be looked at by ``now``."""
        query = select(func.count(), func.min(syndications.c.next_look_at))
        with available(), self._engine.connect() as connection:
            return Queue(*connection.execute(query.where(*_due(targets, now))).one())

    def is_due(self, targets: Iterable[str], now: datetime) -> bool:
        """Say whether a copy on one of ``targets`` is to be looked at."""
        query = select(syndications.c.target).where(*_due(targets, now)).limit(1)
        with available(), self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def take(self, targets: Iterable[str], now: datetime, until: datetime) -> Syndication | None:
        """Return the copy that waits longest for a look; nobody else gets it before ``until``."""
        due = select(*COLUMNS).where(*_due(targets, now)).order_by(syndications.c.next_look_at)
        with available(), writing(self._engine, relaxed=True) as connection:
            row = connection.execute(due.limit(1).with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            taken = to_syndication(row)
            connection.execute(_same(taken).values(next_look_at=until))
        return taken

    def note(self, taken: Syndication, next_look_at: datetime | None) -> None:
        """Note that ``taken`` was looked at, and when that is done again; None for never."""
        values = {"looks": taken.looks + 1, "next_look_at": next_look_at}
        with available(), writing(self._engine, relaxed=True) as connection:
            connection.execute(_same(taken).values(**values))


def _due(targets: Iterable[str], now: datetime) -> tuple[ColumnElement[bool], ...]:
    columns = syndications.c
    return (
        columns.next_look_at <= now,
        columns.state == COPIED,
        columns.target.in_(list(targets)),
    )


def _same(taken: Syndication) -> Update:
    is_same_copy = syndications.c.remote_id == taken.remote_id
    return update(syndications).where(*is_of(taken.permalink, taken.target), is_same_copy)
