"""The numbers by which apps know posts: a worker gives them to a site that was there before."""

import json
import time
from urllib.request import urlopen

from benchmarks.figures import Key
from benchmarks.run import Run
from benchmarks.servers_under_test import Server, serving, working

NUMBERING = "numbers of all posts"


def measure(run: Run) -> None:
    """Wait until every post of the largest site has its number, with a server to ask."""
    site = run.sites[run.scale.large]
    run.tell(f"numbers of {site.posts:,} posts")
    with serving(site) as server:
        began = time.monotonic()
        with working(site):
            while _is_behind(server):
                time.sleep(0.05)
            run.figures.add(Key(NUMBERING, site.posts), "s", [time.monotonic() - began])


def _is_behind(server: Server) -> bool:
    with urlopen(f"http://127.0.0.1:{server.port}/readyz") as answer:
        return bool(json.load(answer)["followers"]["numbers"]["behind"])
