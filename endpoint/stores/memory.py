"""What was read from the database, kept as long as nothing at all was committed to it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Engine

from endpoint.stores.watches import Seen, watch

V = TypeVar("V")

_MOST = 1000
"""Values that are kept at most; what comes after them is read each time."""


class Memory(Generic[V]):
    """Values by key; any thread may ask.

    SQLite tells whether another connection, of any process, has committed since
    the last time, for a hundredth of what a query costs. Other databases do
    not, and there every value is read each time.
    """

    def __init__(self, engine: Engine) -> None:
        self._watch = watch(engine)
        self._kept: tuple[Seen | None, dict[Hashable, V]] = (None, {})

    def get(self, key: Hashable, read: Callable[[], V]) -> V:
        """Return what ``read()`` gives, or gave while the database was as it is now.

        What ``read`` raises is raised; None is not kept.
        """
        return self.look().get(key, read)

    def look(self) -> "Look[V]":
        """Look at the database once, for several values as of this moment or later."""
        seen = self._watch.look() if self._watch else None
        if seen is None:
            return Look({})
        # It was asked for before anything is read: what is kept with it may be newer,
        # never older. One assignment, so that threads need no lock.
        kept, values = self._kept
        if kept != seen:
            values = {}
            self._kept = seen, values
        return Look(values)


@dataclass(frozen=True)
class Look(Generic[V]):
    """What is kept of the database as it was at one moment."""

    _values: dict[Hashable, V]

    def get(
        self, key: Hashable, read: Callable[[], V], is_good: Callable[[V], bool] | None = None
    ) -> V:
        """Return the value kept as ``key``; read it if there is none, or none that is good."""
        value = self._values.get(key)
        if value is None or (is_good and not is_good(value)):
            value = read()
            if len(self._values) < _MOST:
                self._values[key] = value
        return value
