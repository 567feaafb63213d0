"""Measure what the program costs: ``python -m benchmarks``, or ``make bench``."""

import argparse
import tempfile
from pathlib import Path

from benchmarks import machine, report
from benchmarks.clients import ready_clients
from benchmarks.figures import Figures
from benchmarks.goals import judge
from benchmarks.measures import (
    answers,
    apps,
    copies,
    flood,
    foreign,
    indexing,
    memory,
    notifications,
    numbering,
    pushes,
    starts,
)
from benchmarks.run import Run
from benchmarks.scale import SCALES, Scale
from benchmarks.sites import copy_site

_HERE = Path(__file__).parent
_PAGE = _HERE.parent / "docs" / "benchmarks.md"

# Indexing first: the others find an index that is ready. Apps find numbers that are given.
_MEASURES = (
    indexing,
    starts,
    answers,
    foreign,
    pushes,
    numbering,
    apps,
    notifications,
    copies,
    flood,
    memory,
)


def main() -> None:
    """Run every measure, print the tables, and keep them in ``benchmarks/results``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--folder", type=Path, help="on the disk to measure; default: the system's")
    parser.add_argument("--results", type=Path, default=_HERE / "results")
    parser.add_argument("--docs", action="store_true", help=f"also into {_PAGE.name}")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder, prefix="endpoint-bench-") as folder:
        figures, about = Figures(), machine.describe(Path(folder))
        measure(SCALES[arguments.scale], Path(folder), figures)
    goals = judge(figures, SCALES[arguments.scale])
    markdown = report.write_markdown(about, figures, goals)
    report.keep(arguments.results, markdown, report.write_json(about, figures, goals))
    if arguments.docs:
        report.put_into(_PAGE, markdown)
    print(f"\n{markdown}")


def measure(scale: Scale, folder: Path, figures: Figures) -> None:
    """Fill ``figures`` with what every measure says of sites in ``folder``."""
    with ready_clients(max(scale.clients)) as clients:
        sites = {posts: copy_site(folder / f"site-{posts}", posts) for posts in scale.sizes}
        run = Run(scale, folder, sites, clients, figures)
        for each in _MEASURES:
            each.measure(run)


if __name__ == "__main__":
    main()
