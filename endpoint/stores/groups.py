"""Actions of many threads, done in groups: whoever finds nobody at work does all that waits."""

from collections import deque
from collections.abc import Callable, Iterator
from itertools import chain
from threading import Condition
from typing import Any, Generic, TypeVar

T = TypeVar("T")
Tool = TypeVar("Tool")

_MOST = 64
"""How many actions one group has at most, so that the first need not wait long for the last."""


class Later(Exception):
    """An action cannot be in this group, and is to be the first of the next."""


class Groups(Generic[Tool]):
    """Hands what waits, as one ``Group``, to ``work``; one group at a time.

    Nobody waits for a group to grow: it has what came while the one before was at work.
    """

    def __init__(self, work: Callable[["Group[Tool]"], None]) -> None:
        self._work = work
        self._waiting: deque[_Entry] = deque()
        self._changed = Condition()
        self._is_busy = False

    def do(self, action: Callable[[Tool], T]) -> T:
        """Return what ``action`` returns once the work of its group is done, or raise as it does.

        Another thread may run it. If ``work`` raises, that is raised in every
        thread whose action is in the group.
        """
        entry = _Entry(action)
        with self._changed:
            self._waiting.append(entry)
            while not entry.is_done:
                if self._is_busy:
                    self._changed.wait()
                else:
                    self._lead()
        result: T = entry.outcome()
        return result

    def _lead(self) -> None:
        """Do the work of one group; the others are let in meanwhile."""
        self._is_busy = True
        self._changed.release()
        group: Group[Tool] = Group(self._waiting)
        try:
            self._work(group)
        except BaseException as error:
            group.fail(error)
        finally:
            self._changed.acquire()
            self._waiting.extendleft(group.finish())
            self._is_busy = False
            self._changed.notify_all()


class Group(Generic[Tool]):
    """The actions that are done together, in the order in which they came."""

    def __init__(self, waiting: "deque[_Entry]") -> None:
        self._waiting = waiting
        self._taken: list[_Entry] = []

    def run(self, attempt: Callable[[Callable[[Tool], Any]], Any]) -> None:
        """Give each action to ``attempt``, whatever becomes of the others.

        Those that were run before are run again, and then what came meanwhile.
        """
        for entry in chain(tuple(self._taken), self._take()):
            entry.run(attempt)

    def fail(self, error: BaseException) -> None:
        """Let every action fail with ``error``, unless it has failed for itself."""
        self._taken = self._taken or list(self._take())
        for entry in self._taken:
            entry.error = entry.error or error

    def finish(self) -> "list[_Entry]":
        """Note which actions are done; return those that come in the next group, last first."""
        later = [entry for entry in self._taken if isinstance(entry.error, Later)]
        for entry in self._taken:
            entry.is_done = not isinstance(entry.error, Later)
        return later[::-1]

    def _take(self) -> "Iterator[_Entry]":
        while self._waiting and len(self._taken) < _MOST:
            self._taken.append(self._waiting.popleft())
            yield self._taken[-1]


class _Entry:
    """An action, and what became of it."""

    def __init__(self, action: Callable[[Any], Any]) -> None:
        self._action = action
        self._result: Any = None
        self.error: BaseException | None = None
        self.is_done = False

    def run(self, attempt: Callable[[Callable[[Any], Any]], Any]) -> None:
        self.error = None
        try:
            self._result = attempt(self._action)
        except BaseException as error:
            self.error = error

    def outcome(self) -> Any:
        if self.error:
            raise self.error
        return self._result
