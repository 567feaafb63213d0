"""Which sources are to be looked at, and who does: the rows of mentions as a queue."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, func, or_, select, update

from endpoint.stores.database import available, writing
from endpoint.stores.mentions.inbox import be_alone
from endpoint.stores.mentions.rows import COLUMNS, Received, mentions, to_received
from endpoint.stores.queues import Queue

_LONGEST_LEASE = timedelta(minutes=10)

Judge = Callable[[Received], dict[str, Any]]
"""Returns the new values of columns, for a row as it stands."""


class Looks:
    """Mentions whose source is to be looked at, each given to one holder for a while.

    Every method raises Unavailable if the database cannot be reached.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def queue(self, now: datetime) -> Queue:
        """Return how much is to be looked at by ``now``."""
        query = select(func.count(), func.min(mentions.c.next_look_at))
        with available(), self._engine.connect() as connection:
            waiting, since = connection.execute(query.where(mentions.c.next_look_at <= now)).one()
        return Queue(waiting, since)

    def has_due(self, now: datetime) -> bool:
        """Say whether there is a source to be looked at, and nobody does."""
        query = select(mentions.c.number).where(_is_due(now)).limit(1)
        with available(), self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def take(
        self, holder: str, now: datetime, until: datetime, most: int, busy: Collection[str]
    ) -> list[Received]:
        """Give ``holder`` at most ``most`` mentions to look at, those that wait longest first.

        Sources at hosts that are ``busy`` are left out, and there is one of each
        host. Nobody else is given them before ``until``.
        """
        with available(), writing(self._engine, relaxed=True) as connection:
            be_alone(connection)
            numbers = _choose(connection, now, most, busy)
            chosen = mentions.c.number.in_(numbers)
            leasing = update(mentions).where(chosen, _is_due(now))
            connection.execute(leasing.values(holder=holder, lease_until=until))
            rows = connection.execute(select(*COLUMNS).where(chosen, mentions.c.holder == holder))
            return [to_received(row) for row in rows]

    def renew(self, holder: str, until: datetime) -> None:
        """Let ``holder`` keep what it has until ``until``."""
        renewing = update(mentions).where(mentions.c.holder == holder, mentions.c.holder != "")
        with available(), writing(self._engine, relaxed=True) as connection:
            connection.execute(renewing.values(lease_until=until))

    def note(self, holder: str, taken: Received, now: datetime, judge: Judge) -> Received | None:
        """Give ``taken`` back, with what ``judge`` makes of the row; return it as it is then.

        The row may have changed since, by the owner's hand: ``judge`` gets it as
        it is. If it was sent again meanwhile, it is looked at once more. None if
        ``holder`` has lost it to another.
        """
        mine = (mentions.c.number == taken.number) & (mentions.c.holder == holder)
        with available(), writing(self._engine, relaxed=True) as connection:
            row = connection.execute(select(*COLUMNS).where(mine).with_for_update()).first()
            if row is None:
                return None
            received = to_received(row)
            values = judge(received)
            if received.next_look_at != taken.next_look_at:
                values = {**values, "next_look_at": received.next_look_at, "attempts": 0}
            free = {"holder": "", "lease_until": None, "looked_at": now}
            connection.execute(update(mentions).where(mine).values(**values, **free))
            number = mentions.c.number == taken.number
            return to_received(connection.execute(select(*COLUMNS).where(number)).one())


def _is_due(now: datetime) -> ColumnElement[bool]:
    lease = mentions.c.lease_until
    # A lease that is longer than any was noted before the clock went back.
    is_free = or_(lease.is_(None), lease <= now, lease > now + _LONGEST_LEASE)
    return (mentions.c.next_look_at <= now) & is_free


def _choose(connection: Connection, now: datetime, most: int, busy: Collection[str]) -> list[int]:
    numbers: list[int] = []
    hosts = set(busy)
    while len(numbers) < most:
        query = select(mentions.c.number, mentions.c.host).where(
            _is_due(now), mentions.c.host.not_in(hosts)
        )
        first = connection.execute(query.order_by(mentions.c.next_look_at).limit(1)).first()
        if first is None:
            break
        numbers.append(first.number)
        hosts.add(first.host)
    return numbers
