"""The index: made from nothing, and made again while readers ask."""

import subprocess
import time

from benchmarks.clients import Step
from benchmarks.figures import Key
from benchmarks.programs import ENDPOINT, endpoint
from benchmarks.run import Run
from benchmarks.servers_under_test import serving
from benchmarks.sites import Site

FIRST, REBUILD = "index from nothing", "index rebuild beside a server"
DURING = "/feed.json during a rebuild"
_FEED = Step(DURING, "GET", "/feed.json")


def measure(run: Run) -> None:
    """Measure a first index of each site, then one made anew beside a server."""
    for site in run.sites.values():
        run.tell(f"index of {site.posts:,} posts")
        began = time.monotonic()
        endpoint("index", "rebuild", "--config", str(site.config))
        run.figures.add(Key(FIRST, site.posts), "s", [time.monotonic() - began])
    _rebuild_beside(run, run.sites[run.scale.large])


def _rebuild_beside(run: Run, site: Site) -> None:
    run.tell(f"index of {site.posts:,} posts again, with readers")
    command = [ENDPOINT, "index", "rebuild", "--config", str(site.config)]
    with serving(site) as server:
        began = time.monotonic()
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as rebuilding:
            while True:
                [heard] = run.clients.ask(server.port, [(_FEED,)], 5)
                key = Key(DURING, site.posts)
                run.figures.add(key, "ms", heard.times_ms[DURING])
                if rebuilding.poll() is not None:
                    break
                time.sleep(0.05)
        run.figures.add(Key(REBUILD, site.posts), "s", [time.monotonic() - began])
    if rebuilding.returncode:
        raise SystemExit("endpoint index rebuild failed")
