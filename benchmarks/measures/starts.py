"""A server's beginning: how long until it answers, and what memory it takes then."""

from benchmarks.figures import Key
from benchmarks.run import Run
from benchmarks.servers_under_test import serving

START, IDLE = "start to first answer", "resident memory, idle"


def measure(run: Run) -> None:
    """Start a server on each site in turn, as often as the scale says."""
    for number in range(run.scale.starts):
        run.tell(f"start, round {number + 1} of {run.scale.starts}")
        for posts, site in run.sites.items():
            with serving(site) as server:
                run.figures.add(Key(START, posts), "s", [server.first_answer_s])
                run.figures.add(Key(IDLE, posts), "MB", [server.resident_mb()])
