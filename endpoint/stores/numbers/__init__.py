"""Numbers by which apps know posts, mentions, people and files: each is given once, for ever."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, Insert, func, select, text, update
from sqlalchemy.dialects import sqlite

from endpoint.stores.batches import batched
from endpoint.stores.database import available, writing
from endpoint.stores.numbers.rows import MOST, Nameless, Numbered, key_of, numbers, place_of

_GIVING = 0x656E646E  # the number of PostgreSQL's advisory lock: "endn"
_SAME_MOMENT = 1 << 16
_KEPT = (numbers.c.id, numbers.c.family, numbers.c.name, numbers.c.content)


class NumberStore:
    """The numbers of an installation, whatever machine gave them.

    Every method raises Unavailable if the database cannot be reached.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def give(
        self, wanted: Iterable[Nameless], now: datetime, *, relaxed: bool = False
    ) -> dict[str, int]:
        """Return the number of each, by ``key``, having given one to those that had none.

        It outlives a power cut, unless it is ``relaxed``.
        """
        by_key = {each.key: each for each in wanted}
        known = self.ask(by_key)
        missing = [each for key, each in by_key.items() if key not in known]
        for some in batched(missing):
            known |= self._add(some, now, relaxed)
        return known

    def ask(self, keys: Iterable[str]) -> dict[str, int]:
        """Return the number of each of ``keys`` that has one."""
        with available(), self._engine.connect() as connection:
            return _ask(connection, keys)

    def find(self, number: int) -> Numbered | None:
        """Return what has the number, or None."""
        with available(), self._engine.connect() as connection:
            row = connection.execute(select(*_KEPT).where(numbers.c.id == number)).first()
        return Numbered(*row) if row else None

    def at(self, urls: Iterable[str]) -> list[Numbered]:
        """Return what is at each of ``urls`` and has a number."""
        places = {place_of(url) for url in urls} - {""}
        found: list[Numbered] = []
        with available(), self._engine.connect() as connection:
            for some in batched(places):
                query = select(*_KEPT).where(numbers.c.place.in_(some)).order_by(numbers.c.id)
                found += [Numbered(*row) for row in connection.execute(query)]
        return found

    def find_all(self, ids: Iterable[int]) -> list[Numbered]:
        """Return what has each of the numbers."""
        found: list[Numbered] = []
        with available(), self._engine.connect() as connection:
            for some in batched(ids):
                query = select(*_KEPT).where(numbers.c.id.in_(some))
                found += [Numbered(*row) for row in connection.execute(query)]
        return found

    def between(
        self, family: str, above: int, below: int, limit: int, *, up: bool
    ) -> list[Numbered]:
        """Return those of a family between two numbers, without them; the least first if ``up``."""
        order = numbers.c.id if up else numbers.c.id.desc()
        within = numbers.c.family == family, numbers.c.id > above, numbers.c.id < below
        query = select(*_KEPT).where(*within).order_by(order).limit(limit)
        with available(), self._engine.connect() as connection:
            return [Numbered(*row) for row in connection.execute(query)]

    def note(self, contents: Mapping[int, str]) -> None:
        """Let the content of each number be another."""
        if not contents:
            return
        with available(), writing(self._engine) as connection:
            # In one order: of two who began at different ends each would wait for the other.
            for number, content in sorted(contents.items()):
                this = update(numbers).where(numbers.c.id == number)
                connection.execute(this.values(content=content))

    def rename(self, family: str, old: str, new: str, name: str) -> None:
        """Let the one with the identity ``old`` be ``new``, called ``name``, unless that is one."""
        keys = key_of(family, old), key_of(family, new)
        with available(), writing(self._engine) as connection:
            known = _ask(connection, keys)
            if keys[0] in known and keys[1] not in known:
                this = update(numbers).where(numbers.c.key == keys[0])
                connection.execute(this.values(key=keys[1], place=place_of(name), name=name))

    def _add(self, missing: Sequence[Nameless], now: datetime, relaxed: bool) -> dict[str, int]:
        known: dict[str, int] = {}
        with available(), writing(self._engine, relaxed=relaxed) as connection:
            if connection.dialect.name == "postgresql":
                # As on SQLite one at a time gives numbers, lest two wait for each other.
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _GIVING})
            # Another machine may have taken a number, or given one to the same, before.
            while left := [each for each in missing if each.key not in known]:
                rows = [_row(each, number, now) for each, number in _choose(connection, left)]
                connection.execute(_insert(connection), rows)
                known |= _ask(connection, [each.key for each in left])
        return known


def _choose(connection: Connection, missing: Sequence[Nameless]) -> Iterator[tuple[Nameless, int]]:
    """Yield each with a number that is free as far as this transaction sees."""
    wanted = [(each, min(max(each.least, 2), MOST - 2 * _SAME_MOMENT)) for each in missing]
    query = select(numbers.c.id).where(numbers.c.id.in_({least for _, least in wanted}))
    # Few share their moment with others, and only these have to look for room behind them.
    free = {least: _first_free(connection, least) for least in connection.scalars(query).all()}
    for each, least in wanted:
        number = free.get(least, least)
        free[least] = number + 1
        yield each, number


def _first_free(connection: Connection, least: int) -> int:
    within = numbers.c.id >= least, numbers.c.id < least + _SAME_MOMENT
    newest = connection.scalar(select(func.max(numbers.c.id)).where(*within))
    following = least if newest is None else newest + 1
    # So many pages without a date may be there that they fill their moment.
    return following if following < least + _SAME_MOMENT else _first_free(connection, following)


def _insert(connection: Connection) -> Insert:
    if connection.dialect.name == "postgresql":
        # It takes megabytes, which SQLite's users do not need.
        from sqlalchemy.dialects import postgresql

        return postgresql.insert(numbers).on_conflict_do_nothing()
    return sqlite.insert(numbers).on_conflict_do_nothing()


def _row(each: Nameless, number: int, now: datetime) -> dict[str, object]:
    return {
        "id": number,
        "family": each.family,
        "key": each.key,
        "place": place_of(each.url),
        "name": each.name,
        "content": each.content,
        "made_at": now,
    }


def _ask(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    known: dict[str, int] = {}
    for some in batched(keys):
        query = select(numbers.c.key, numbers.c.id).where(numbers.c.key.in_(some))
        known |= {row.key: row.id for row in connection.execute(query)}
    return known
