"""What memory a server takes, with its worker, as posts go through it."""

from benchmarks.clients import Step
from benchmarks.figures import Key
from benchmarks.run import Run
from benchmarks.servers_under_test import Server, serving
from benchmarks.sites import copy_site
from benchmarks.talks import post_long_ago, sign_in

WITH_WORKER = "resident memory, idle, with a worker"
WARM = "resident memory, after a tenth of the posts"
LATER = "resident memory, after all posts"
_PORTION = 10


def measure(run: Run) -> None:
    """Post to a site of its own, and read the server's memory before, early on, and after."""
    site = copy_site(run.folder / "memory", run.scale.small)
    most = run.scale.posts_in_memory
    create = post_long_ago(sign_in(site))  # which also makes the database, as a first start would
    with serving(site, with_worker=True) as server:
        run.figures.add(Key(WITH_WORKER, site.posts), "MB", [server.resident_mb()])
        clients = max(run.scale.clients)
        for name, until in ((WARM, most // 10), (LATER, most - most // 10)):
            run.tell(f"memory, {until:,} posts more")
            _post(run, server, create, clients, until)
            run.figures.add(Key(name), "MB", [server.resident_mb()])


def _post(run: Run, server: Server, create: Step, clients: int, posts: int) -> None:
    for _ in range(max(1, posts // (clients * _PORTION))):
        run.clients.ask(server.port, [(create,)] * clients, _PORTION)
