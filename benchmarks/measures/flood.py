"""A flood of mentions: how fast they are taken and read, and how posting fares meanwhile."""

import json
import time
from urllib.parse import quote
from urllib.request import urlopen

from benchmarks.clients import Step
from benchmarks.elsewhere import replying_to
from benchmarks.figures import Key
from benchmarks.run import Run
from benchmarks.servers_under_test import Server, serving, working
from benchmarks.sites import copy_site
from benchmarks.talks import post_long_ago, receive, sign_in

TAKEN, READ = "mentions of a flood taken, rate", "mentions of a flood read, rate"
BEFORE, DURING = "create before a flood", "create during a flood"
_PAUSE_S = 0.1


def measure(run: Run) -> None:
    """Send a site of its own as many mentions as the scale says, and post until all are read."""
    site = copy_site(run.folder / "flood", run.scale.small)
    create, target = post_long_ago(sign_in(site)), site.permalink(0)
    with replying_to(target) as port, serving(site) as server, working(site):
        run.tell("posts before a flood of mentions")
        for _ in range(run.scale.rounds * run.scale.writes):
            _post(run, server, create, BEFORE)
        run.tell(f"{run.scale.mentions:,} mentions")
        began = time.monotonic()
        count = _send(run, server, port, target)
        while _waiting(server):
            _post(run, server, create, DURING)
        run.figures.add(Key(READ), "1/s", [count / (time.monotonic() - began)])


def _send(run: Run, server: Server, port: int, target: str) -> int:
    """Send mentions by pages of two hosts from every client at once, and return how many."""
    clients = max(run.scale.clients)
    times = max(1, run.scale.mentions // clients)
    hosts = [f"http://{host}:{port}/" for host in ("127.0.0.1", "localhost")]
    steps = [receive(TAKEN, quote(hosts[client % 2]), target) for client in range(clients)]
    heard = run.clients.ask(server.port, [(step,) for step in steps], times)
    seconds = max(each.ended for each in heard) - min(each.began for each in heard)
    run.figures.add(Key(TAKEN, clients=clients), "1/s", [times * clients / seconds])
    return times * clients


def _post(run: Run, server: Server, create: Step, name: str) -> None:
    [heard] = run.clients.ask(server.port, [(create,)], 1)
    run.figures.add(Key(name), "ms", heard.times_ms[create.name])
    time.sleep(_PAUSE_S)


def _waiting(server: Server) -> int:
    with urlopen(f"http://127.0.0.1:{server.port}/readyz") as answer:
        return int(json.load(answer)["mentions"]["waiting"])
