"""Many values, some at a time: databases take only so many in one statement."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

_AT_ONCE = 500


def batched(values: Iterable[T]) -> Iterator[list[T]]:
    """Yield ``values`` in lists of 500 at most, in their order."""
    left = iter(values)
    while some := list(islice(left, _AT_ONCE)):
        yield some
