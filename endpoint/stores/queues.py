"""How much waits in a table for a worker."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Queue:
    """How many rows are ``waiting``, since when the first of them, and when the next is due."""

    waiting: int
    since: datetime | None
    next_attempt_at: datetime | None = None
