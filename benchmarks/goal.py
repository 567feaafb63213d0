"""A ratio of figures of one run, or a single figure, with its target."""

from dataclasses import dataclass

from benchmarks.figures import Figures
from benchmarks.scale import Scale


@dataclass(frozen=True)
class Goal:
    """``measured`` is to be at most ``target``, or at least it where ``is_least``."""

    says: str
    target: float
    measured: float
    is_least: bool = False

    @property
    def is_met(self) -> bool:
        return self.measured >= self.target if self.is_least else self.measured <= self.target


def growing(figures: Figures, name: str, scale: Scale, target: float) -> Goal:
    """Return what ``name`` costs on the largest site, to what it costs on the smallest."""
    small, large = scale.small, scale.large
    ratio = figures.median(name, large) / figures.median(name, small)
    return Goal(f"{name}, {large:,} posts to {small:,}", target, ratio)
