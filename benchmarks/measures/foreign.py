"""A commit from elsewhere, which the next request has to take in first."""

import secrets
from contextlib import ExitStack

from benchmarks.clients import Step
from benchmarks.figures import Key
from benchmarks.run import Run
from benchmarks.servers_under_test import serving
from benchmarks.sites import Site, import_commit, write_post

CATCH_UP = "/feed.json after a foreign commit"
_FEED = Step(CATCH_UP, "GET", "/feed.json")


def measure(run: Run) -> None:
    """Bring a commit to each site in turn, and ask for the feed."""
    run.tell("foreign commits")
    with ExitStack() as stack:
        servers = {posts: stack.enter_context(serving(site)) for posts, site in run.sites.items()}
        for _ in range(run.scale.rounds * run.scale.writes // 2):
            for posts, site in run.sites.items():
                _push(site)
                [heard] = run.clients.ask(servers[posts].port, [(_FEED,)], 1)
                run.figures.add(Key(CATCH_UP, posts), "ms", heard.times_ms[CATCH_UP])


def _push(site: Site) -> None:
    import_commit(site.bare, {site.new_path(): write_post(secrets.randbelow(10**6), site.month)})
