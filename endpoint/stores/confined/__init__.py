"""Our functions run on what strangers sent, each call in a process of its own with limits."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from threading import BoundedSemaphore
from typing import Any

from endpoint import errors
from endpoint.stores.confined.overruns import Overrun
from endpoint.stores.confined.process import Processes

__all__ = ["Confined", "Limits", "Overrun"]

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


class Confined:
    """Runs ``function``, called ``module:name``, at most ``at_once`` times at a time.

    It takes and returns what JSON can say. Each call has a process of its own,
    which knows no other call, no environment and no open file of ours, and ends
    with us. It is the copy of one that has imported the module, and that stays
    for ``idle_s`` seconds after the last call.
    """

    def __init__(
        self, function: str, *, at_once: int, patience_s: float, idle_s: float = 10
    ) -> None:
        self._processes = Processes(function, idle_s)
        self._slots = BoundedSemaphore(at_once)
        self._patience_s = patience_s

    def run(self, argument: Any, limits: Limits) -> Any:
        """Return what the function returns.

        Raise the EndpointError that it raises; Overrun if it goes beyond
        ``limits`` or crashes; Unavailable if no slot gets free in time, or the
        machine cannot start a process, or has no memory left for it.
        """
        request = json.dumps({"argument": argument, "limits": asdict(limits)}).encode()
        with self._slot():
            said, status = self._processes.ask(request, limits.time_s)
        return _read(said, status)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        # Threads wait here, not in memory.
        if not self._slots.acquire(timeout=self._patience_s):
            raise errors.Unavailable("The server is busy with other files; try again later")
        try:
            yield
        finally:
            self._slots.release()


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
            raise errors.Unavailable("The server lacks memory for now; try again later") from error
        raise Overrun(f"ended with status {status} and no answer") from error
    raise RuntimeError(f"a confined process failed:\n{unforeseen}")
