"""Answers of others, remembered for a while: one question at a time, and not too many."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """Values by key, each for its own time, ``max_entries`` at most; safe for threads."""

    def __init__(self, clock: Callable[[], datetime], max_entries: int = 1000) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._entries: OrderedDict[str, tuple[T, datetime]] = OrderedDict()
        self._asking: dict[str, Future[T]] = {}
        self._guard = threading.Lock()

    def get(self, key: str, ask: Callable[[], tuple[T, timedelta]]) -> T:
        """Return the value of ``key``, from ``ask()`` if it is not known.

        ``ask`` returns the value and how long it holds. While one thread asks,
        the others who want the same key wait and share what comes back, an
        exception too. An exception is not remembered.
        """
        with self._guard:
            if (known := self._entries.get(key)) and self._clock() < known[1]:
                return known[0]
            others = self._asking.get(key)
            mine = others or self._asking.setdefault(key, Future())
        return others.result() if others else self._ask(key, mine, ask)

    def drop(self, key: str) -> None:
        """Forget the value of ``key``."""
        with self._guard:
            self._entries.pop(key, None)

    def _ask(self, key: str, answer: Future[T], ask: Callable[[], tuple[T, timedelta]]) -> T:
        try:
            value, lifetime = ask()
            self._keep(key, value, lifetime)
        except BaseException as error:
            self._done(key)
            answer.set_exception(error)
            raise
        self._done(key)
        answer.set_result(value)
        return value

    def _keep(self, key: str, value: T, lifetime: timedelta) -> None:
        with self._guard:
            self._entries[key] = (value, self._clock() + lifetime)
            self._entries.move_to_end(key)
            if len(self._entries) > self._max_entries:
                self._entries.popitem(last=False)

    def _done(self, key: str) -> None:
        with self._guard:
            del self._asking[key]
