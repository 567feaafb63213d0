"""Our functions run on what strangers sent, each call in a process of its own with limits."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import BoundedSemaphore, Event, Timer
from typing import IO, Any, cast

from endpoint import errors
from endpoint.stores import confined_child

_MOST_BYTES = 10_000_000
_ERRORS = (
    errors.InvalidRequest,
    errors.TooLarge,
    errors.UnsupportedMediaType,
    errors.InsufficientStorage,
    errors.Unavailable,
)
_KINDS = {kind.__name__: kind for kind in _ERRORS}


@dataclass(frozen=True)
class Limits:
    """What a process may take: address space, seconds of processor and clock, bytes in a file."""

    memory_bytes: int
    cpu_s: int
    time_s: int
    file_bytes: int


class Overrun(Exception):
    """The process needed more than its limits, or broke down: the input is not to be trusted."""


class Confined:
    """Runs ``function``, called ``module:name``, at most ``at_once`` times at a time.

    It takes and returns what JSON can say. Its process starts anew for each
    call, knows no environment and no open file of ours, and ends with us.
    """

    def __init__(self, function: str, *, at_once: int, patience_s: float) -> None:
        self._function = function
        self._places = BoundedSemaphore(at_once)
        self._patience_s = patience_s

    def run(self, argument: Any, limits: Limits) -> Any:
        """Return what the function returns.

        Raise the EndpointError that it raises; Overrun if it goes beyond
        ``limits`` or crashes; Unavailable if no place gets free in time, or the
        machine cannot start a process, or has no memory left for it.
        """
        request = {
            "function": self._function,
            "argument": argument,
            "limits": asdict(limits),
            "path": _search_path(),
            "parent": os.getpid(),
        }
        with self._place():
            said, status = _ask(json.dumps(request).encode(), limits.time_s)
        return _read(said, status)

    @contextmanager
    def _place(self) -> Iterator[None]:
        # Threads wait here, not in memory.
        if not self._places.acquire(timeout=self._patience_s):
            raise errors.Unavailable("The server is busy with other files; try again later.")
        try:
            yield
        finally:
            self._places.release()


def _ask(request: bytes, time_s: float) -> tuple[bytes, int]:
    """Return what the process said and its exit status."""
    with _started() as process, _deadline(process, time_s) as is_late:
        said = _talk(process, request)
        status = process.wait()
    if is_late.is_set():
        raise Overrun(f"took longer than {time_s} s")
    return said, status


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
    words = [_interpreter(), "-I", "-S", "-X", "utf8", confined_child.__file__]
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
        raise errors.Unavailable(
            f"The server cannot start a process for this file: {error.strerror}; try again later."
        ) from error
    with process:
        yield process


def _kill(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def _read(said: bytes, status: int) -> Any:
    try:
        answer = json.loads(said)
        if "result" in answer:
            return answer["result"]
        if answer["error"] in _KINDS:
            raise _KINDS[answer["error"]](str(answer["description"]))
        if answer["error"] == "MemoryError":
            raise Overrun("took too much memory")
        unforeseen = str(answer["description"])
    except (ValueError, LookupError, TypeError) as error:
        if status == -signal.SIGKILL:
            # Neither we nor its limits: Linux kills when the machine has no memory left.
            raise errors.Unavailable("The server lacks memory for now; try again later.") from error
        raise Overrun(f"ended with status {status} and no answer") from error
    raise RuntimeError(f"a confined process failed:\n{unforeseen}")


def _interpreter() -> str:
    # Some web servers are the interpreter themselves.
    for path in (Path(sys.executable), Path(sys.prefix, "bin", "python3")):
        if path.name.startswith(("python", "pypy")):
            return str(path)
    return sys.executable


def _search_path() -> list[str]:
    root = str(Path(confined_child.__file__).parents[2])
    return [*(str(Path(folder).absolute()) for folder in sys.path), root]
