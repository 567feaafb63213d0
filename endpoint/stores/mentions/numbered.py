"""The mentions that readers may see, in the order of their numbers."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Column, Engine, and_, exists, func, literal, select

from endpoint.domain.webmentions.deciding.rules import host_of
from endpoint.stores.batches import batched
from endpoint.stores.database import available
from endpoint.stores.memory import Memory
from endpoint.stores.mentions.rows import (
    APPROVED,
    COLUMNS,
    PRESENT,
    Received,
    mentions,
    to_received,
)
from endpoint.stores.numbers.rows import MENTION, key_of, numbers

_SHOWN = and_(
    mentions.c.decision == APPROVED, mentions.c.finding == PRESENT, mentions.c.content != ""
)
_NUMBERED = exists().where(numbers.c.key == literal(key_of(MENTION, "")) + mentions.c.id)
_MOST = 500
_SPARE = timedelta(hours=1)  # by which clocks of several machines may differ, and more


class NumberedMentions:
    """Mentions by number. Every method raises Unavailable if the database cannot be reached."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._since: datetime | None = None
        self._missing = Memory[list[Received]](engine)

    def without_number(self, limit: int) -> list[Received]:
        """Return the newest that are shown and have none yet, at most ``limit``."""
        return self._missing.get(limit, lambda: self._look(limit))

    def _look(self, limit: int) -> list[Received]:
        query = select(*COLUMNS).where(_SHOWN, ~_NUMBERED)
        if self._since:
            changed = select(mentions.c.number).where(mentions.c.changed_at >= self._since)
            # So SQLite begins with the few that have changed, not with all that are shown.
            query = query.where(mentions.c.number.in_(changed))
        newest = select(func.max(mentions.c.changed_at))
        with available(), self._engine.connect() as connection:
            until = connection.scalar(newest)
            found = connection.execute(query.order_by(mentions.c.number.desc()).limit(limit))
            missing = [to_received(row) for row in found]
        if not missing and until:
            # What was shown before has its number, so that it need not be looked through again.
            self._since = until - _SPARE
        return missing

    def find(self, ids: Iterable[str]) -> list[Received]:
        """Return those with one of ``ids`` that are shown."""
        return self._select(mentions.c.id, ids)

    def from_source(self, source: str) -> list[Received]:
        """Return those that came from the page at ``source``, the newest first."""
        here = mentions.c.host == host_of(source)[:255], mentions.c.source == source
        query = select(*COLUMNS).where(*here, _SHOWN).order_by(-mentions.c.number)
        with available(), self._engine.connect() as connection:
            return [to_received(row) for row in connection.execute(query.limit(_MOST))]

    def at(self, addresses: Iterable[str]) -> list[Received]:
        """Return those of the pages at ``addresses``, in the order in which they came."""
        return self._select(mentions.c.address, addresses)

    def count(self, addresses: Iterable[str]) -> dict[str, dict[str, int]]:
        """Return how many of each kind each page has, by its address."""
        counts: dict[str, dict[str, int]] = {}
        columns = mentions.c.address, mentions.c.kind, func.count().label("many")
        with available(), self._engine.connect() as connection:
            for some in batched(dict.fromkeys(addresses)):
                query = select(*columns).where(mentions.c.address.in_(some), _SHOWN)
                for row in connection.execute(query.group_by(*columns[:2])):
                    counts.setdefault(row.address, {})[row.kind] = row.many
        return counts

    def _select(self, column: Column[str], values: Iterable[str]) -> list[Received]:
        found: list[Received] = []
        with available(), self._engine.connect() as connection:
            for some in batched(dict.fromkeys(values)):
                query = select(*COLUMNS).where(column.in_(some), _SHOWN)
                found += map(to_received, connection.execute(query))
        # In this order SQLite would look for them among all that are shown.
        return sorted(found, key=lambda received: received.number)

    def between(
        self, above: int, below: int, limit: int, *, up: bool
    ) -> list[tuple[int, Received]]:
        """Return those between two numbers, without them; the least first if ``up``."""
        order = numbers.c.id if up else numbers.c.id.desc()
        query = (
            select(numbers.c.id.label("given"), *COLUMNS)
            .join_from(numbers, mentions, mentions.c.id == numbers.c.name)
            .where(numbers.c.family == MENTION, numbers.c.id > above, numbers.c.id < below, _SHOWN)
        )
        with available(), self._engine.connect() as connection:
            rows = connection.execute(query.order_by(order).limit(limit)).all()
        return [(row.given, to_received(row)) for row in rows]
