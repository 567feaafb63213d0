"""The bell that wakes the worker; the rows in the database say what is to be done."""

import logging
from collections.abc import Callable
from threading import Event
from time import monotonic
from urllib.parse import urlsplit

import structlog
from huey import Huey, RedisHuey, SqliteHuey

from endpoint.errors import ConfigError

_log = structlog.get_logger()
_NAME = "endpoint"
_NAP_S = 0.2
_SWEEP_S = 5.0


class Bell:
    """Rings for the worker, in this process or another, through huey's queue.

    What was rung together is answered together. Raise ConfigError if ``url``
    is neither ``sqlite:///PATH`` nor ``redis://…``, or cannot be opened.
    """

    def __init__(self, url: str) -> None:
        logging.getLogger("huey").setLevel(logging.ERROR)
        self._huey = _open(url)
        self._ring = self._huey.task(name="ring")(_nothing)

    def ring(self) -> None:
        """Wake the worker, without waiting for the work.

        A bell that fails is logged and no more: what it rings for is committed,
        and the next sweep finds it.
        """
        try:
            self._ring()
        except Exception as error:
            _log.warning("bell", reason=str(error))

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


def _open(url: str) -> Huey:
    scheme = urlsplit(url).scheme
    try:
        if scheme == "sqlite":
            return SqliteHuey(_NAME, filename=url.removeprefix("sqlite:///"), results=False)
        if scheme in ("redis", "rediss", "unix"):
            return RedisHuey(_NAME, url=url, results=False)
    except Exception as error:
        raise ConfigError(f"queue.url cannot be used: {error}") from error
    raise ConfigError("queue.url must be sqlite:///PATH or redis://HOST")
