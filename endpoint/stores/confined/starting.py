"""How helpers are started: bare, and so that they end with us."""

import json
import socket
import subprocess
import sys
import weakref
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock

from endpoint.errors import Unavailable

_HELPER = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]);"
    " from endpoint.stores.confined.helper import main; main()"
)


class Starter:
    """The helper for ``function``: started by the first call, and by the next when it is gone.

    It ends after ``idle_s`` seconds without a call, and always with this process.
    """

    def __init__(self, function: str, idle_s: float) -> None:
        self._function = function
        self._idle_s = idle_s
        self._lock = Lock()
        self._calls: socket.socket | None = None
        self._end: Callable[[], object] = _nothing

    def call(self, files: list[int]) -> None:
        """Hand over the ``files`` of a call; raise Unavailable if no helper can be started."""
        with self._lock:
            if not self._hand_over(files):
                self._start()
                self._hand_over(files)

    def _hand_over(self, files: list[int]) -> bool:
        if self._calls is None:
            return False
        with suppress(OSError):
            return bool(socket.send_fds(self._calls, [b"c"], files))
        return False

    def _start(self) -> None:
        self._end()
        self._calls, theirs = socket.socketpair()
        with theirs:
            try:
                helper = _run(theirs, self._function, str(self._idle_s))
            except OSError as error:
                self._calls.close()
                raise Unavailable(
                    f"The server cannot start a process for this file: {error.strerror};"
                    " try again later"
                ) from error
        self._end = weakref.finalize(self, _end, self._calls, helper)


def _run(calls: socket.socket, *arguments: str) -> "subprocess.Popen[bytes]":
    # Without site and what belongs to this folder: nothing of the machine's that could interfere.
    words = [_interpreter(), "-I", "-S", "-X", "utf8", "-c", _HELPER]
    return subprocess.Popen(  # noqa: S603 - our own interpreter, without a shell
        [*words, json.dumps(_search_path()), *arguments],
        cwd="/",
        env={"LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "2"},
        stdin=calls.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _nothing() -> None:
    """End a helper that there is not."""


def _end(calls: socket.socket, helper: "subprocess.Popen[bytes]") -> None:
    calls.close()
    helper.kill()
    helper.wait()


def _search_path() -> list[str]:
    """Return where a process finds what we find, ourselves last."""
    root = str(Path(__file__).parents[3])
    return [*(str(Path(folder).absolute()) for folder in sys.path), root]


def _interpreter() -> str:
    # Some web servers are the interpreter themselves.
    for path in (Path(sys.executable), Path(sys.prefix, "bin", "python3")):
        if path.name.startswith(("python", "pypy")):
            return str(path)
    return sys.executable
