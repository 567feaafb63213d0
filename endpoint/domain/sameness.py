"""When two values of front matter or properties are the same."""

from typing import Any


def is_same(one: Any, other: Any) -> bool:
    """Return whether two values are equal and of the same types: ``1`` is not ``True``."""
    match one, other:
        case dict(), dict():
            return one.keys() == other.keys() and all(is_same(one[k], other[k]) for k in one)
        case list(), list():
            return len(one) == len(other) and all(map(is_same, one, other))
    return type(one) is type(other) and (one == other or one != one)
