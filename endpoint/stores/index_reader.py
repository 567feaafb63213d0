"""How a question reaches the database of the post index."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Select
from sqlalchemy.exc import SQLAlchemyError

from endpoint.errors import Unavailable
from endpoint.stores.index_queries import STATE
from endpoint.stores.index_rows import AnyRow


class IndexReader:
    """Asks the database; raises Unavailable if it cannot be reached."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def first(self, query: Select[Any]) -> AnyRow | None:
        """Return the first row of the answer, or None."""
        with reaching(), self._engine.connect() as connection:
            return connection.execute(query).first()

    def all(self, query: Select[Any]) -> list[AnyRow]:
        """Return every row of the answer."""
        with reaching(), self._engine.connect() as connection:
            return list(connection.execute(query))

    def state(self, now: int) -> AnyRow:
        """Return how things stand at ``now``, in UTC microseconds; ``STATE`` says what that is."""
        with reaching(), self._engine.connect() as connection:
            return connection.execute(STATE, {"now": now}).one()


@contextmanager
def reaching() -> Iterator[None]:
    """Turn what the database refuses into Unavailable."""
    try:
        yield
    except SQLAlchemyError as error:
        raise Unavailable("The post index cannot be reached; try again in a while") from error
