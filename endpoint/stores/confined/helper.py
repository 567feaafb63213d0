"""A process that has imported a function, and for each call makes a copy of itself to run it.

Its arguments are where to look for modules, the function, and the seconds it
waits for a call. Calls come by the socket that is its standard input. Each is
three files: the request, the answer, and a line on which the helper says that
the call has begun and how it has ended. Whoever hangs up there ends the call.
"""

import ctypes
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
from contextlib import suppress

from endpoint.stores.confined.call import run

_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_DIE_WITH_PARENT = 1
_FILES_OF_A_CALL = 3
_MOST_FILES = 256


def main() -> None:
    """Serve calls until nobody has called for a while, or nobody can any more."""
    _path, function, idle_s = sys.argv[1:]
    with suppress(Exception):
        # What fails here fails in the call again, and is told there.
        importlib.import_module(function.partition(":")[0])
    # To look for garbage is to write: copies would share less memory with their helper.
    gc.freeze()
    with socket.socket(fileno=os.dup(0)) as calls, selectors.DefaultSelector() as selector:
        Helper(function, calls, selector).serve(float(idle_s))


class Helper:
    """Runs ``function`` for each call that comes by ``calls``."""

    def __init__(
        self, function: str, calls: socket.socket, selector: selectors.BaseSelector
    ) -> None:
        self._function = function
        self._calls = calls
        self._selector = selector
        self._lines: dict[int, socket.socket] = {}

    def serve(self, idle_s: float) -> None:
        """Return when nobody has called for ``idle_s`` seconds, or all who could are gone."""
        endings = _note_endings()
        self._selector.register(self._calls, selectors.EVENT_READ)
        self._selector.register(endings, selectors.EVENT_READ)
        is_wanted = True
        while is_wanted:
            ready = self._selector.select(None if self._lines else idle_s)
            is_wanted = bool(ready or self._lines)
            for key, _ in ready:
                if key.fd == endings:
                    os.read(endings, _MOST_FILES)
                elif key.fileobj is self._calls:
                    is_wanted = self._begin()
                else:
                    self._selector.unregister(key.fileobj)
                    _kill(key.data)
            self._tell_endings()
        for pid in self._lines:
            _kill(pid)

    def _begin(self) -> bool:
        """Start the call that has come, and return whether there was one."""
        said, files, _, _ = socket.recv_fds(self._calls, 1, _FILES_OF_A_CALL)
        if not said:
            return False
        request, answer, line = files
        with suppress(OSError):
            # Where it cannot be started, whoever called sees the line go dead.
            pid = _copy(self._function, request, answer)
            self._lines[pid] = socket.socket(fileno=os.dup(line))
            self._selector.register(self._lines[pid], selectors.EVENT_READ, pid)
            _say(self._lines[pid], "begun ")
        for file in files:
            os.close(file)
        return True

    def _tell_endings(self) -> None:
        while self._lines:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            # What it has started ends with it.
            _kill(pid)
            with self._lines.pop(pid) as line:
                with suppress(KeyError):
                    self._selector.unregister(line)
                _say(line, str(os.waitstatus_to_exitcode(status)))


def _note_endings() -> int:
    """Return a file that can be read when a call has ended."""
    endings, noting = os.pipe()
    os.set_blocking(endings, False)
    os.set_blocking(noting, False)
    signal.set_wakeup_fd(noting, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return endings


def _copy(function: str, request: int, answer: int) -> int:
    """Return the process that runs the call; it keeps nothing of the helper's but memory."""
    helper = os.getpid()
    pid = os.fork()
    if pid == 0:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.setpgid(0, 0)
        _end_with(helper)
        os.dup2(request, 0)
        os.dup2(answer, 1)
        os.closerange(3, _MOST_FILES)
        run(function)
    with suppress(OSError):
        # Whichever of the two comes first, so that it can be ended from now on.
        os.setpgid(pid, pid)
    return pid


def _end_with(helper: int) -> None:
    """Ask Linux to kill this process as soon as its helper is gone; others wait for the alarm."""
    if _LIBC:
        _LIBC.prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != helper:
            os._exit(1)


def _say(line: socket.socket, word: str) -> None:
    with suppress(OSError):
        line.sendall(word.encode())


def _kill(group: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)
