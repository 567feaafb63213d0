"""Mentions as their owner looks them over, and what is decided of them."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    and_,
    bindparam,
    func,
    not_,
    select,
    true,
    update,
)

from endpoint.domain.webmentions.deciding.policies import Decision
from endpoint.stores.database import available, writing
from endpoint.stores.mentions.rows import (
    APPROVED,
    COLUMNS,
    PRESENT,
    REJECTED,
    SPAM,
    UNDECIDED,
    Received,
    mentions,
    to_received,
)
from endpoint.stores.queues import Queue

_BATCH = 500
_c = mentions.c
_is_refused = _c.decision.in_((REJECTED, SPAM))
_TRAYS: dict[str, ColumnElement[bool]] = {
    "waiting": and_(_c.decision == UNDECIDED, _c.finding == PRESENT),
    "shown": and_(_c.decision == APPROVED, _c.finding == PRESENT),
    "rejected": _c.decision == REJECTED,
    "spam": _c.decision == SPAM,
    "unseen": and_(not_(_is_refused), _c.finding != PRESENT),
}
TRAYS = tuple(_TRAYS)
"""Where a mention lies; ``unseen`` are those whose source was not read yet, or no longer links."""

Choose = Callable[[Received], Decision]


class Decisions:
    """Asks and notes what is decided. Raise Unavailable if the database cannot be reached."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, mention_id: str) -> Received | None:
        """Return the mention ``mention_id``, or None."""
        found = self._select(_c.id == mention_id, 1)
        return found[0] if found else None

    def page(self, tray: str, below: int | None, limit: int) -> tuple[Received, ...]:
        """Return the newest of a tray, or of those with a number ``below`` another's."""
        return self._select(and_(_TRAYS[tray], _c.number < below if below else true()), limit)

    def count(self) -> dict[str, int]:
        """Return how many lie in each tray."""
        columns = [func.count().filter(condition) for condition in _TRAYS.values()]
        with available(), self._engine.connect() as connection:
            return dict(zip(TRAYS, connection.execute(select(*columns)).one(), strict=True))

    def count_waiting(self) -> int:
        """Return how many wait for a decision."""
        query = select(func.count()).where(_TRAYS["waiting"])
        with available(), self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def change(
        self, ids: tuple[str, ...], choose: Choose, now: datetime
    ) -> tuple[tuple[Received, Decision], ...]:
        """Decide on each of ``ids`` as ``choose`` says; return those it changed, as they were."""
        with available(), writing(self._engine) as connection:
            return _change(connection, _c.id.in_(ids), choose, now)

    def change_all(self, choose: Choose, now: datetime) -> int:
        """Decide on every mention that was read as ``choose`` says; return how many that changed.

        Each batch is a transaction of its own, so that others can write between two.
        """
        changed, above = 0, 0
        while numbers := self._numbers(above):
            within = and_(_c.number > above, _c.number <= numbers[-1], _c.content != "")
            with available(), writing(self._engine) as connection:
                changed += len(_change(connection, within, choose, now))
            above = numbers[-1]
        return changed

    def newest_waiting(self, until: datetime) -> datetime | None:
        """Return when the newest that waits, by the moment ``until``, came to wait."""
        query = select(func.max(_c.changed_at)).where(_TRAYS["waiting"], _c.changed_at <= until)
        with available(), self._engine.connect() as connection:
            newest: datetime | None = connection.execute(query).scalar_one()
        return newest

    def waiting_between(
        self, since: datetime | None, until: datetime, limit: int
    ) -> tuple[Received, ...]:
        """Return the newest of those that came to wait after ``since``, by the moment ``until``."""
        after = _c.changed_at > since if since else true()
        return self._select(and_(_TRAYS["waiting"], after, _c.changed_at <= until), limit)

    def queue(self, since: datetime | None) -> Queue:
        """Return how many came to wait after ``since``, or ever, and still do."""
        after = _c.changed_at > since if since else true()
        query = select(func.count(), func.min(_c.changed_at)).where(_TRAYS["waiting"], after)
        with available(), self._engine.connect() as connection:
            waiting, first = connection.execute(query).one()
        return Queue(waiting, first)

    def _numbers(self, above: int) -> list[int]:
        query = select(_c.number).where(_c.number > above).order_by(_c.number).limit(_BATCH)
        with available(), self._engine.connect() as connection:
            return list(connection.scalars(query))

    def _select(self, condition: ColumnElement[bool], limit: int) -> tuple[Received, ...]:
        query = select(*COLUMNS).where(condition).order_by(_c.number.desc()).limit(limit)
        with available(), self._engine.connect() as connection:
            return tuple(map(to_received, connection.execute(query)))


def _change(
    connection: Connection, condition: ColumnElement[bool], choose: Choose, now: datetime
) -> tuple[tuple[Received, Decision], ...]:
    # Locked, because whoever looks at sources may be at work on the same rows.
    rows = connection.execute(select(*COLUMNS).where(condition).with_for_update())
    changed, values = [], []
    for received in map(to_received, rows.all()):
        before, chosen = Decision(received.decision, received.decided_by), choose(received)
        if chosen != before:
            changed.append((received, before))
            values.append({"changed": received.number, **_values(chosen, now)})
    if values:
        chosen_row = update(mentions).where(_c.number == bindparam("changed"))
        connection.execute(chosen_row, values)
    return tuple(changed)


def _values(chosen: Decision, now: datetime) -> dict[str, object]:
    return {
        "decision": chosen.decision,
        "decided_by": chosen.by,
        "decided_at": now if chosen.decision else None,
        "changed_at": now,
    }
