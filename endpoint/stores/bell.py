"""The bell that wakes the worker; the rows in the database say what is to be done."""

import logging
import sys
from collections.abc import Callable
from threading import Event
from time import monotonic
from urllib.parse import urlsplit

import structlog

from endpoint.errors import ConfigError, Unavailable

# huey takes whatever driver it finds for its storages; PostgreSQL's, which the queue never
# uses, would be 9 MB in every process. None in this place says that there is no such module.
_hidden = sys.modules.setdefault("psycopg", None)  # type: ignore[arg-type]
from huey import Huey, RedisHuey, SqliteHuey  # noqa: E402

if _hidden is None:
    del sys.modules["psycopg"]

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


def _open(url: str, name: str) -> Huey:
    scheme = urlsplit(url).scheme
    try:
        if scheme == "sqlite":
            return SqliteHuey(name, filename=url.removeprefix("sqlite:///"), results=False)
        if scheme in ("redis", "rediss", "unix"):
            return RedisHuey(name, url=url, results=False)
    except Exception as error:
        raise ConfigError(f"queue.url cannot be used: {error}") from error
    raise ConfigError("queue.url must be sqlite:///PATH or redis://HOST")
