"""A time limit for a whole conversation, however slowly it drips."""

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self


class Deadline:
    """A time from now on, after which the watched connection is cut.

    Timeouts of a socket start anew with each packet; a server that drips a
    byte a second outlives them and does not outlive this.
    """

    def __init__(self, timeout_s: float) -> None:
        self._end = time.monotonic() + timeout_s
        self._timer = threading.Timer(timeout_s, self._cut)
        self._timer.daemon = True
        self._watched: socket.socket | None = None
        self._guard = threading.Lock()

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        self._watch(None)

    @property
    def is_over(self) -> bool:
        """Whether the time has come."""
        return time.monotonic() >= self._end

    def left_s(self) -> float:
        """Return the seconds that are left; raise TimeoutError if there are none."""
        left_s = self._end - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        return left_s

    def watch(self, connection: socket.socket) -> None:
        """Cut ``connection`` at the deadline, and no longer the one before it.

        A duplicate is kept, because TLS takes the connection itself over.
        """
        self._watch(connection.dup())
        if self.is_over:
            # The timer went off while the connection was being opened.
            self._cut()

    def _watch(self, connection: socket.socket | None) -> None:
        with self._guard:
            if self._watched:
                self._watched.close()
            self._watched = connection

    def _cut(self) -> None:
        with self._guard, suppress(OSError):
            if self._watched:
                self._watched.shutdown(socket.SHUT_RDWR)
