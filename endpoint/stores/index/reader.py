"""How a question reaches the database of the post index."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Engine, Select

from endpoint.stores.database import available
from endpoint.stores.index.queries import STATE, TAGS
from endpoint.stores.index.rows import AnyRow
from endpoint.stores.memory import Look, Memory


class IndexReader:
    """Asks the database; raises Unavailable if it cannot be reached."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._memory = Memory[Any](engine)

    def first(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> AnyRow | None:
        """Return the first row of the answer, or None; ``values`` as with ``all``."""
        with available(), self._engine.connect() as connection:
            return connection.execute(query, values).first()

    def all(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> list[AnyRow]:
        """Return every row of the answer; ``values`` are those of the query's parameters."""
        with available(), self._engine.connect() as connection:
            return list(connection.execute(query, values))

    def state(self, now: int) -> AnyRow:
        """Return how things stand at ``now``, in UTC microseconds; ``STATE`` says what that is."""
        return self._state(self._memory.look(), now)

    def tags(self, now: int) -> tuple[AnyRow, list[str]]:
        """Return how things stand at ``now``, and every tag in use, sorted."""
        look = self._memory.look()
        state = self._state(look, now)
        return state, look.get(TAGS, lambda: _sort_labels(row.label for row in self.all(TAGS)))

    def _state(self, look: Look[Any], now: int) -> AnyRow:
        def ask() -> AnyRow:
            with available(), self._engine.connect() as connection:
                return connection.execute(STATE, {"now": now}).one()

        def is_good(state: AnyRow) -> bool:
            return bool(state.asked <= now and (state.due is None or now < state.due))

        return look.get(STATE, ask, is_good)  # type: ignore[no-any-return]


def _sort_labels(labels: Iterable[str]) -> list[str]:
    """Return ``labels`` as a person would look for one, whatever their case."""
    return sorted(labels, key=lambda label: (label.casefold(), label))
