"""How much is measured: sizes of sites, rounds, and requests in each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """``sizes`` are posts in a site, ascending; counts are for each round and client."""

    name: str
    sizes: tuple[int, ...]
    rounds: int
    writes: int
    reads: int
    starts: int
    posts_in_memory: int
    mentions: int
    pushed: int = 20
    clients: tuple[int, ...] = (1, 8)

    @property
    def small(self) -> int:
        """The size that costs are compared with."""
        return self.sizes[0]

    @property
    def large(self) -> int:
        """The size whose costs are compared."""
        return self.sizes[-1]


FULL = Scale(
    "full",
    (100, 10_000, 100_000),
    rounds=8,
    writes=6,
    reads=60,
    starts=5,
    posts_in_memory=10_000,
    mentions=10_000,
)
QUICK = Scale(
    "quick",
    (100, 3_000),
    rounds=2,
    writes=4,
    reads=40,
    starts=1,
    posts_in_memory=600,
    mentions=300,
)
TINY = Scale(
    "tiny",
    (20,),
    rounds=1,
    writes=2,
    reads=4,
    starts=1,
    posts_in_memory=20,
    mentions=40,
    pushed=3,
    clients=(1, 2),
)
"""Whether it runs at all; its figures mean nothing."""

SCALES = {scale.name: scale for scale in (FULL, QUICK, TINY)}
