"""What a command says that talks with another host: not for ever, and not more than is read."""

import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress

from endpoint.errors import Unavailable

_AT_ONCE = 65536
_KEPT = 65536
_MOST = 64 * 1024 * 1024
_GRACE_S = 2


class Hanging(Unavailable):
    """The remote takes longer than anybody waits."""


class _Excerpt:
    """The first and the last of what is added; what was between them is forgotten."""

    def __init__(self) -> None:
        self._first = b""
        self._last = b""
        self._size = 0

    def add(self, part: bytes) -> None:
        self._size += len(part)
        room = _KEPT - len(self._first)
        self._first += part[:room]
        self._last = (self._last + part[room:])[-_KEPT:]
        if self._size > _MOST:
            raise Unavailable("The remote says more than anybody would read.")

    def read(self) -> bytes:
        is_whole = self._size == len(self._first) + len(self._last)
        return self._first + (b"" if is_whole else b"\n[...]\n") + self._last


def hear_out(process: "subprocess.Popen[bytes]", timeout_s: float) -> tuple[bytes, bytes]:
    """Return what ``process`` says on its output and as errors, 128 KiB of each at most.

    Raise Hanging if it goes on for longer than ``timeout_s``, Unavailable if it
    says over 64 MiB; it is ended then.
    """
    try:
        return _listen(process, time.monotonic() + timeout_s)
    except subprocess.TimeoutExpired as error:
        end(process)
        raise Hanging(f"The remote did not come to an end within {timeout_s:g} seconds.") from error
    except BaseException:
        end(process)
        raise


def end(process: "subprocess.Popen[bytes]") -> None:
    """End ``process`` and what it has started: first asked, so that git removes its locks."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)


def _listen(process: "subprocess.Popen[bytes]", deadline: float) -> tuple[bytes, bytes]:
    output, errors = _Excerpt(), _Excerpt()
    with selectors.DefaultSelector() as selector:
        for stream, excerpt in ((process.stdout, output), (process.stderr, errors)):
            if stream:
                selector.register(stream, selectors.EVENT_READ, excerpt)
        while selector.get_map():
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise subprocess.TimeoutExpired(process.args, left_s)
            _hear(selector, left_s)
    process.wait(max(0.0, deadline - time.monotonic()))
    return output.read(), errors.read()


def _hear(selector: selectors.BaseSelector, timeout_s: float) -> None:
    for key, _ in selector.select(timeout_s):
        if part := os.read(key.fd, _AT_ONCE):
            key.data.add(part)
        else:
            selector.unregister(key.fileobj)
