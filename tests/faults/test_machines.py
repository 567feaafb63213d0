"""Two machines with clones of one remote, sharing PostgreSQL and Redis, post at once."""

import shutil
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
import requests
from clients import Client
from conftest import Installation
from databases import run_postgresql, run_redis
from examining import require_answers, require_posts, require_single_commits, require_whole
from programs import wait_for
from remotes import Hosting, git
from servers import Server

_APP = "https://app.example/"
_POSTS = 25
_BUILD = "sh -c 'echo begin >>../builds; sleep 0.1; echo end >>../builds; : {output}'"


@pytest.fixture
def databases() -> Iterator[dict[str, dict[str, str]]]:
    with run_postgresql() as postgresql, run_redis() as redis:
        yield {"database": {"url": postgresql.make_database()}, "queue": {"url": redis}}


@pytest.fixture
def hosting(installation, tmp_path) -> Hosting:
    return Hosting.of(installation.folder / "site.git", tmp_path)


@pytest.fixture
def machines(installation, hosting, databases, tmp_path) -> list[Installation]:
    installation.configure(
        repository={"remote": str(hosting.bare), "poll_s": 1},
        site={"build": _BUILD},
        limits={"enabled": False},
        **databases,
    )
    shutil.copytree(installation.folder, tmp_path / "second")
    return [installation, Installation(tmp_path / "second")]


@pytest.fixture
def bearer(machines) -> dict[str, str]:
    """A token of the first machine, which the second one knows too."""
    words = ["token", "create", "--scope", "create update delete undelete", "--client-id", _APP]
    done = subprocess.run(
        [Path(sys.executable).with_name("endpoint"), *words],
        cwd=machines[0].folder,
        capture_output=True,
        text=True,
        check=True,
    )
    return {"Authorization": f"Bearer {done.stdout.strip()}"}


@pytest.fixture
def servers(machines) -> Iterator[list[list[Server]]]:
    """Two servers with their workers on each of both machines."""
    with ExitStack() as stack:
        running = [
            [stack.enter_context(Server(machine.folder)) for _ in range(2)] for machine in machines
        ]
        for server in [server for pair in running for server in pair]:
            server.start()
        for server in [server for pair in running for server in pair]:
            server.wait_until_up()
        yield running


def test_all_posts_arrive_everywhere_once(machines, servers, hosting, bearer):
    stop = threading.Event()
    clients = [
        Client(f"m{n}", tuple(server.url for server in servers[n % 2]), bearer, n, stop)
        for n in range(4)
    ]
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    for thread in threads:
        thread.start()

    wait_for(lambda: sum(len(client.posts) for client in clients) >= 4 * _POSTS)
    stop.set()
    for thread in threads:
        thread.join(60)
    posts = [post for client in clients for post in client.posts]
    bares = [hosting.bare, *(machine.folder / "site.git" for machine in machines)]
    checkouts = [machine.folder / "site" for machine in machines]
    wait_for(lambda: len({git(place, "rev-parse", "main") for place in (*bares, *checkouts)}) == 1)

    assert [client.failure for client in clients] == [None] * len(clients)
    assert max(Counter(post.url for post in posts).values()) == 1
    for pair in servers:
        require_answers(pair[0].url, bearer, posts)
    for bare in bares:
        require_posts(bare, posts)
        require_single_commits(bare, posts)
        require_whole(bare)
    for machine in machines:
        _require_one_build_at_a_time(machine)


def test_a_retry_at_the_other_machine_makes_no_second_post(servers, hosting, bearer):
    headers = {**bearer, "Idempotency-Key": "once"}

    def post(server: Server) -> requests.Response:
        return requests.post(
            f"{server.url}/micropub", data={"content": "Hello"}, headers=headers, timeout=30
        )

    first, *_ = [post(pair[0]) for pair in servers]
    wait_for(lambda: post(servers[1][0]).ok)
    again = post(servers[1][0])

    assert first.status_code == again.status_code == 201
    assert again.headers["Location"] == first.headers["Location"]
    assert hosting.subjects().count("note: Hello") == 1


def _require_one_build_at_a_time(machine: Installation) -> None:
    lines = (machine.folder / "builds").read_text().split()
    assert lines
    assert all(one != other for one, other in pairwise(lines))
