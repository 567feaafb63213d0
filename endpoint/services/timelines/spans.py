"""Pages of what has numbers: which part of a list is asked for, and how it is gathered."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from endpoint.stores.numbers.rows import MOST

T = TypeVar("T")
U = TypeVar("U")
_MOST_STEPS = 10
_STEP = 200


@dataclass(frozen=True)
class Span:
    """Which part of a timeline: at most ``limit`` of what lies between two numbers.

    Those with a number below ``max_id`` and above ``since_id``, the newest of
    them; with ``min_id`` the oldest above that instead. None of the three
    is in the answer itself, which begins with the newest in any case.
    """

    limit: int = 20
    max_id: int = MOST
    since_id: int = 0
    min_id: int | None = None

    @property
    def above(self) -> int:
        """The number that all have to exceed."""
        return max(self.since_id, self.min_id or 0)

    @property
    def is_up(self) -> bool:
        """Whether those are wanted that come right after a number."""
        return self.min_id is not None


@dataclass(frozen=True)
class Slice(Generic[T]):
    """A page of a timeline, newest first.

    ``next`` is the ``max_id`` of the older page, None if there is none; ``previous``
    the ``min_id`` of the newer one. A page may have fewer than were asked for, and
    yet a ``next``: where much is passed over, the search goes on there.
    """

    items: tuple[T, ...] = ()
    next: str | None = None
    previous: str | None = None

    def showing(self, items: Iterable[U]) -> "Slice[U]":
        """Return the page with ``items`` in the place of what it is made of."""
        return Slice(tuple(items), self.next, self.previous)


Numberwise = list[tuple[int, T]]
"""Things, each with its number, in one order or the other."""


def walk(span: Span, load: Callable[[int, int, int], tuple[Numberwise[T], int | None]]) -> Slice[T]:
    """Return the page that ``load`` gives in steps.

    It gets two numbers and a limit, and returns what lies between, in the
    direction of ``span``, and where to go on, None at the end.
    """
    above, below, step = span.above, span.max_id, span.limit + 1
    found: Numberwise[T] = []
    for _ in range(_MOST_STEPS):
        some, edge = load(above, below, step)
        found += some
        if edge is None or len(found) > span.limit:
            break
        above, below, step = (edge, below, _STEP) if span.is_up else (above, edge, _STEP)
    return _slice(span, found, edge)


def _slice(span: Span, found: Numberwise[T], edge: int | None) -> Slice[T]:
    """Return the page that begins with ``found``; the search for more has come to ``edge``."""
    page, has_more = found[: span.limit], len(found) > span.limit
    if span.is_up:
        newer = page[-1][0] if page else edge
        return Slice(
            tuple(item for _, item in page[::-1]), _text(page and page[0][0]), _text(newer)
        )
    older = page[-1][0] if has_more else edge
    return Slice(tuple(item for _, item in page), _text(older), _text(page and page[0][0]))


def _text(number: object) -> str | None:
    return str(number) if number else None
