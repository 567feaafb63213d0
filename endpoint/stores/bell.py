"""The bell that wakes the worker; the rows in the database say what is to be done."""

import logging
import sys
from collections.abc import Callable
from importlib import import_module
from threading import Event
from time import monotonic
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import structlog

from endpoint.errors import ConfigError, Unavailable

_log = structlog.get_logger()
_NAP_S = 0.2
_SWEEP_S = 5.0


class Bell:
    """Rings for the worker, in this process or another, through huey's queue.

    What was rung together is answered together. ``name`` is that of a clone,
    whose worker alone hears it. Raise ConfigError if ``url`` is neither
    ``sqlite:///PATH`` nor ``redis://…``, or cannot be opened.
    """

    def __init__(self, url: str, name: str) -> None:
        logging.getLogger("huey").setLevel(logging.ERROR)
        self._huey = _open(url, name)
        self._ring = self._huey.task(name="ring")(_nothing)

    def ring(self) -> None:
        """Wake the worker, without waiting for the work.

        A bell that fails is logged and no more: what it rings for is committed,
        and the next sweep finds it.
        """
        try:
            # What waits in the queue is heard before the work; a second ring would say no more.
            if not self._huey.pending_count():
                self._ring()
        except Exception as error:
            _log.warning("bell", reason=str(error))

    def depth(self) -> int:
        """Return how many rings wait for a worker; Unavailable is raised if nobody can tell."""
        try:
            return int(self._huey.pending_count())
        except Exception as error:
            raise Unavailable("The queue cannot be reached; see queue.url.") from error

    def close(self) -> None:
        """Close the connection to the queue."""
        self._huey.storage.close()

    def answer(self, work: Callable[[], None], stop: Event) -> None:
        """Call ``work`` at once, when the bell rings, and every few seconds, until ``stop``."""
        next_sweep = monotonic()
        while not stop.is_set():
            if self._heard() or monotonic() >= next_sweep:
                work()
                next_sweep = monotonic() + _SWEEP_S
            stop.wait(_NAP_S)

    def _heard(self) -> bool:
        try:
            rung = bool(self._huey.pending_count())
            if rung:
                # Before the work, so that a ring during it is heard again.
                self._huey.storage.flush_queue()
        except Exception as error:
            _log.warning("bell", reason=str(error))
            return False
        return rung


def _nothing() -> None:
    """Do nothing: that a ring is in the queue says all."""


def _open(url: str, name: str) -> Any:
    scheme = urlsplit(url).scheme
    try:
        if scheme == "sqlite":
            huey = _import_huey("psycopg", "redis")
            return huey.SqliteHuey(name, filename=url.removeprefix("sqlite:///"), results=False)
        if scheme in ("redis", "rediss", "unix"):
            return _import_huey("psycopg").RedisHuey(name, url=url, results=False)
    except Exception as error:
        raise ConfigError(f"queue.url cannot be used: {error}") from error
    raise ConfigError("queue.url must be sqlite:///PATH or redis://HOST")


def _import_huey(*unused: str) -> ModuleType:
    """Return huey, which takes whatever driver it finds for its storages, without those ``unused``.

    PostgreSQL's, which the queue never uses, would be 9 MB in every process, that of
    Redis 6 MB. A process has one queue, so that none is missed later.
    """
    hidden = [name for name in unused if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        return import_module("huey")
    finally:
        for name in hidden:
            del sys.modules[name]
