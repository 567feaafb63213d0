"""Notifications that the owner does not want to see again."""

from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import BigInteger, Boolean, Column, Engine, Table, delete, insert, select
from sqlalchemy.exc import IntegrityError

from endpoint.stores.database import available, metadata, writing

dismissals = Table(
    "dismissals",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("is_until", Boolean, nullable=False),
)


@dataclass(frozen=True)
class Dismissed:
    """Those with a number up to ``until``, and those with one of ``ids``."""

    until: int = 0
    ids: frozenset[int] = frozenset()

    def has(self, number: int) -> bool:
        """Whether this one is."""
        return number <= self.until or number in self.ids


class Dismissals:
    """The dismissed, by number. Every method raises Unavailable without the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> Dismissed:
        """Return which are dismissed."""
        with available(), self._engine.connect() as connection:
            rows = connection.execute(select(dismissals)).all()
        until = max((row.id for row in rows if row.is_until), default=0)
        return Dismissed(until, frozenset(row.id for row in rows if not row.is_until))

    def add(self, number: int) -> None:
        """Dismiss one."""
        self._put(number, is_until=False)

    def add_until(self, number: int) -> None:
        """Dismiss it and all before it."""
        self._put(number, is_until=True)

    def _put(self, number: int, *, is_until: bool) -> None:
        covered = dismissals.c.id <= number if is_until else dismissals.c.id == number
        # Whoever put the same there in the same moment said the same.
        with available(), suppress(IntegrityError), writing(self._engine) as connection:
            connection.execute(delete(dismissals).where(covered))
            connection.execute(insert(dismissals).values(id=number, is_until=is_until))
