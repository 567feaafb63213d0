"""Processes that are asked once: copies of a helper, talked with, and killed when time is over."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Event, Timer
from typing import IO

from endpoint.errors import Unavailable
from endpoint.stores.confined.overruns import Overrun
from endpoint.stores.confined.starting import Starter

_MOST_BYTES = 10_000_000
_ATTEMPTS = 3


class Processes:
    """Processes for ``function``, each a fresh copy of a helper that has imported its module."""

    def __init__(self, function: str, idle_s: float) -> None:
        self._starter = Starter(function, idle_s)

    def ask(self, request: bytes, time_s: float) -> tuple[bytes, int]:
        """Return what a new process says to ``request``, and its exit status.

        Raise Overrun if it takes longer than ``time_s`` seconds or says too much,
        Unavailable if it cannot be started, or its helper is killed.
        """
        for _ in range(_ATTEMPTS):
            said, ending = self._ask_once(request, time_s)
            begun, _, status = ending.partition(" ")
            if status:
                return said, int(status)
            if begun:
                raise Unavailable("The process for this file was killed; try again later")
            # A helper that was about to go has not seen the call.
        raise Unavailable("The server cannot start a process for this file; try again later")

    def _ask_once(self, request: bytes, time_s: float) -> tuple[bytes, str]:
        with ExitStack() as files:
            asked, to = _pipe(files)
            heard, answer = _pipe(files)
            line, end = map(files.enter_context, socket.socketpair())
            self._starter.call([asked.fileno(), answer.fileno(), end.fileno()])
            for theirs in (asked, answer, end):
                theirs.close()
            # Whatever happens here, to hang up ends the process.
            with _deadline(line, time_s) as is_late:
                said = _talk(request, to, heard)
                ending = _listen(line)
        if is_late.is_set():
            raise Overrun(f"took longer than {time_s} s")
        return said, ending


def _pipe(files: ExitStack) -> tuple[IO[bytes], IO[bytes]]:
    reading, writing = os.pipe()
    return (
        files.enter_context(os.fdopen(reading, "rb")),
        files.enter_context(os.fdopen(writing, "wb")),
    )


def _talk(request: bytes, to: IO[bytes], heard: IO[bytes]) -> bytes:
    # All of the request is read before anything is said.
    with suppress(BrokenPipeError), to:
        to.write(request)
    said = heard.read(_MOST_BYTES + 1)
    if len(said) > _MOST_BYTES:
        raise Overrun("said too much")
    return said


def _listen(line: socket.socket) -> str:
    """Return what the helper tells of the process, when that has ended."""
    said = b""
    with suppress(OSError):
        while word := line.recv(64):
            said += word
    return said.decode()


@contextmanager
def _deadline(line: socket.socket, time_s: float) -> Iterator[Event]:
    """Hang up in ``time_s`` seconds, and tell so."""
    is_late = Event()

    def hang_up() -> None:
        is_late.set()
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = Timer(time_s, hang_up)
    timer.start()
    try:
        yield is_late
    finally:
        timer.cancel()
