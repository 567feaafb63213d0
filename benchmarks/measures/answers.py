"""Requests, with one client and with several, on every size of site in turn."""

import os
from collections.abc import Callable
from contextlib import ExitStack

from benchmarks.baselines import Clone, Disk
from benchmarks.clients import Heard
from benchmarks.figures import Key
from benchmarks.run import Run, stopwatch
from benchmarks.servers_under_test import Server, serving, serving_nothing
from benchmarks.talks import EMPTY_TALK, Talk, make_reads, make_writes, sign_in

GIT = "git add && git commit"
DISK = "write and fsync"
DISK_AT_ONCE = "write and fsync, one file"


def measure(run: Run) -> None:
    """Measure every kind of request, beside plain git, the disk, and an empty view."""
    headers = {posts: sign_in(site) for posts, site in run.sites.items()}
    with ExitStack() as stack:
        empty = stack.enter_context(serving_nothing())
        servers = {posts: stack.enter_context(serving(site)) for posts, site in run.sites.items()}
        clones = {
            posts: Clone(site, run.folder / f"clone-{posts}") for posts, site in run.sites.items()
        }
        for number in range(run.scale.rounds):
            run.tell(f"requests, round {number + 1} of {run.scale.rounds}")
            _ask_all(run, headers, servers, empty)
            for posts, clone in clones.items():
                disk = Disk(run.sites[posts].bare, run.folder / f"disk-{posts}-{number}")
                _store(run, posts, clone, disk)


def _ask_all(run: Run, headers: dict[int, str], servers: dict[int, Server], empty: Server) -> None:
    writes = [make_writes(site, headers[posts]) for posts, site in run.sites.items()]
    _ask_alike(run, writes, servers, empty)
    reads = [
        make_reads(site, headers[posts], servers[posts].port) for posts, site in run.sites.items()
    ]
    _ask_alike(run, reads, servers, empty)


def _ask_alike(
    run: Run, talks: list[list[Talk]], servers: dict[int, Server], empty: Server
) -> None:
    for alike in zip(*talks, strict=True):
        for clients in run.scale.clients:
            for (posts, server), talk in zip(servers.items(), alike, strict=True):
                _ask(run, server, posts, talk, clients)
            # As often as all the others, because what a machine is worth changes by the second.
            _ask(run, empty, 0, EMPTY_TALK, clients)


def _ask(run: Run, server: Server, posts: int, talk: Talk, clients: int) -> None:
    times = run.scale.reads
    if talk.is_write:
        times = run.scale.writes
        os.sync()  # nobody waits for what another has left to be written
    talks = [talk.steps(client) for client in range(clients)]
    heard = run.clients.ask(server.port, talks, times)
    seconds = max(each.ended for each in heard) - min(each.began for each in heard)
    for name in heard[0].times_ms:
        key = Key(name, posts, clients)
        values = [value for each in heard for value in each.times_ms[name]]
        run.figures.add(key, "ms", values)
        run.figures.add(Key(rate_of(name), posts, clients), "1/s", [_count(heard) / seconds])


def rate_of(name: str) -> str:
    """Return the name under which the requests per second of ``name`` are kept."""
    return f"{name}, rate"


def _count(heard: list[Heard]) -> int:
    return sum(len(values) for each in heard for values in each.times_ms.values())


def _store(run: Run, posts: int, clone: Clone, disk: Disk) -> None:
    ways: dict[str, Callable[[], None]] = {
        GIT: clone.add_and_commit,
        DISK: disk.store,
        DISK_AT_ONCE: disk.store_at_once,
    }
    for _ in range(run.scale.writes):
        for name, store in ways.items():
            if name == GIT:
                clone.write()
            os.sync()
            values: list[float] = []
            with stopwatch(values):
                store()
            run.figures.add(Key(name, posts), "ms", values)
