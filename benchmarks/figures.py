"""What was measured: values by name, size of the site and number of clients."""

import math
import statistics
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Key:
    """What a value tells of; ``posts`` is 0 for what has no site."""

    name: str
    posts: int = 0
    clients: int = 1


@dataclass
class Figure:
    """The values of one key, in ``unit``."""

    key: Key
    unit: str
    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def p95(self) -> float:
        """The value that one in twenty is above."""
        ordered = sorted(self.values)
        return ordered[math.ceil(0.95 * len(ordered)) - 1]


class Figures:
    """Every value of a run, in the order in which its keys were first seen."""

    def __init__(self) -> None:
        self._figures: dict[Key, Figure] = {}

    def add(self, key: Key, unit: str, values: Iterable[float]) -> None:
        """Note more values of ``key``, all in the same ``unit``."""
        self._figures.setdefault(key, Figure(key, unit)).values.extend(values)

    def all(self) -> list[Figure]:
        return list(self._figures.values())

    def get(self, name: str, posts: int = 0, clients: int = 1) -> Figure:
        """Return one figure; raise KeyError if it was not measured."""
        return self._figures[Key(name, posts, clients)]

    def median(self, name: str, posts: int = 0, clients: int = 1) -> float:
        return self.get(name, posts, clients).median
