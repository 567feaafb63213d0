"""How a question reaches the database of the post index."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, Select

from endpoint.stores.database import available
from endpoint.stores.index.queries import STATE
from endpoint.stores.index.rows import AnyRow


class IndexReader:
    """Asks the database; raises Unavailable if it cannot be reached."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def first(self, query: Select[Any]) -> AnyRow | None:
        """Return the first row of the answer, or None."""
        with available(), self._engine.connect() as connection:
            return connection.execute(query).first()

    def all(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> list[AnyRow]:
        """Return every row of the answer; ``values`` are those of the query's parameters."""
        with available(), self._engine.connect() as connection:
            return list(connection.execute(query, values))

    def state(self, now: int) -> AnyRow:
        """Return how things stand at ``now``, in UTC microseconds; ``STATE`` says what that is."""
        with available(), self._engine.connect() as connection:
            return connection.execute(STATE, {"now": now}).one()
