"""A process that is asked once: started bare, talked with, and killed when its time is over."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Timer
from typing import IO, cast

from endpoint.errors import Unavailable
from endpoint.stores.confined import child
from endpoint.stores.confined.overruns import Overrun

_MOST_BYTES = 10_000_000


def ask(request: bytes, time_s: float) -> tuple[bytes, int]:
    """Return what a new process says to ``request``, and its exit status.

    Raise Overrun if it takes longer than ``time_s`` seconds or says too much,
    Unavailable if it cannot be started.
    """
    with _started() as process, _deadline(process, time_s) as is_late:
        said = _talk(process, request)
        status = process.wait()
    if is_late.is_set():
        raise Overrun(f"took longer than {time_s} s")
    return said, status


def search_path() -> list[str]:
    """Return where a process finds what we find, ourselves last."""
    root = str(Path(child.__file__).parents[3])
    return [*(str(Path(folder).absolute()) for folder in sys.path), root]


def _talk(process: "subprocess.Popen[bytes]", request: bytes) -> bytes:
    stdin, stdout = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
    # All of the request is read before anything is said.
    with suppress(BrokenPipeError), stdin:
        stdin.write(request)
    said = stdout.read(_MOST_BYTES + 1)
    if len(said) > _MOST_BYTES:
        raise Overrun("said too much")
    return said


@contextmanager
def _deadline(process: "subprocess.Popen[bytes]", time_s: float) -> Iterator[Event]:
    """Kill ``process`` at the end of the block, or in ``time_s`` seconds and tell so."""
    is_late = Event()

    def end() -> None:
        is_late.set()
        _kill(process)

    timer = Timer(time_s, end)
    timer.start()
    try:
        yield is_late
    finally:
        timer.cancel()
        _kill(process)


@contextmanager
def _started() -> "Iterator[subprocess.Popen[bytes]]":
    # Run as a file and without site: no folder but the standard library's until limits stand.
    words = [_interpreter(), "-I", "-S", "-X", "utf8", child.__file__]
    try:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter, without a shell
            words,
            cwd="/",
            env={"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable(
            f"The server cannot start a process for this file: {error.strerror}; try again later"
        ) from error
    with process:
        yield process


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _interpreter() -> str:
    # Some web servers are the interpreter themselves.
    for path in (Path(sys.executable), Path(sys.prefix, "bin", "python3")):
        if path.name.startswith(("python", "pypy")):
            return str(path)
    return sys.executable
