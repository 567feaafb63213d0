"""The bell that wakes the worker; the rows in the database say what is to be done."""

import logging
from collections.abc import Callable
from urllib.parse import urlsplit

import structlog
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from endpoint.errors import ConfigError

_log = structlog.get_logger()
_NAME = "endpoint"
_LONGEST_NAP_S = 1.0


class Bell:
    """Rings for the worker, in this process or another, through huey.

    ``work`` is called once for each ring and every minute besides, so a ring
    that is lost costs a minute. Raise ConfigError if ``url`` is neither
    ``sqlite:///PATH`` nor ``redis://…``.
    """

    def __init__(self, url: str, work: Callable[[], None]) -> None:
        logging.getLogger("huey").setLevel(logging.ERROR)
        self._huey = _open(url)
        self._ring = self._huey.task(name="ring")(work)
        self._huey.periodic_task(crontab(minute="*"), name="sweep")(work)

    def ring(self) -> None:
        """Wake the worker, without waiting for the work.

        A bell that fails is logged and no more: what it rings for is committed,
        and the sweep of the next minute finds it.
        """
        try:
            self._ring()
        except Exception as error:
            _log.warning("bell", reason=str(error))

    def close(self) -> None:
        """Close the connection to the queue."""
        self._huey.storage.close()

    def answer(self) -> None:
        """Work whenever the bell rings, until SIGINT or SIGTERM; main thread only."""
        Consumer(self._huey, workers=1, max_delay=_LONGEST_NAP_S, check_worker_health=False).run()


def _open(url: str) -> Huey:
    scheme = urlsplit(url).scheme
    if scheme == "sqlite":
        return SqliteHuey(_NAME, filename=url.removeprefix("sqlite:///"), results=False)
    if scheme in ("redis", "rediss", "unix"):
        return RedisHuey(_NAME, url=url, results=False)
    raise ConfigError("queue.url must be sqlite:///PATH or redis://HOST")
