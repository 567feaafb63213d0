"""How long to wait before a source is looked at again."""

from collections.abc import Callable, Sequence
from datetime import timedelta

AFTER_FAILURE = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(days=1),
)
"""After what may be better soon: a server that is down or busy. Some three days in all."""

AFTER_NOT_FOUND = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=2),
    timedelta(days=4),
)
"""After a page that was not found: it may not be there yet, or be there again. A week in all."""

_SPREAD = 0.2


def next_wait(
    waits: Sequence[timedelta],
    attempts: int,
    asked: timedelta | None,
    random: Callable[[], float],
) -> timedelta | None:
    """Return how long to wait after so many ``attempts``, the last included; None to give up.

    No shorter than the server ``asked``. ``random()`` lies between 0 and 1, and
    spreads what failed together over a fifth of the wait, up and down.
    """
    if attempts > len(waits):
        return None
    usual = waits[attempts - 1] * (1 - _SPREAD + 2 * _SPREAD * random())
    return max(usual, asked or timedelta())
