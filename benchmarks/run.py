"""A run of the suite: what every measure is given."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.clients import Clients
from benchmarks.figures import Figures
from benchmarks.scale import Scale
from benchmarks.sites import Site


@dataclass(frozen=True)
class Run:
    """``sites`` are by their size, ascending, with an index each once ``indexing`` is through."""

    scale: Scale
    folder: Path
    sites: dict[int, Site]
    clients: Clients
    figures: Figures
    began: float = field(default_factory=time.monotonic)

    def tell(self, what: str) -> None:
        """Print a line of progress."""
        print(f"{time.monotonic() - self.began:5.0f} s  {what}", flush=True)


@contextmanager
def stopwatch(values: list[float]) -> Iterator[None]:
    """Add the milliseconds that the block takes to ``values``."""
    began = time.perf_counter()
    yield
    values.append((time.perf_counter() - began) * 1000)
