"""The server is killed again and again while apps post: what it has promised, it keeps."""

import os
import random
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from clients import Client
from conftest import Installation, make_bearer
from examining import (
    require_answers,
    require_posts,
    require_single_commits,
    require_whole,
)
from leases import make_free
from programs import wait_for
from remotes import Hosting, git
from servers import Server

from endpoint.assembly import assemble

_CLIENTS = 4
_KILLS = int(os.environ.get("KILLS") or 15)
_SEED = int(os.environ.get("SEED") or 20251122)


@pytest.fixture
def hosting(installation, tmp_path) -> Hosting:
    hosting = Hosting.of(installation.folder / "site.git", tmp_path)
    installation.configure(
        repository={"remote": str(hosting.bare), "poll_s": 2},
        site={"build": ""},
        limits={"enabled": False},
    )
    return hosting


@pytest.fixture
def server(installation):
    with Server(installation.folder) as server:
        yield server


@pytest.fixture
def parts(installation, hosting):
    parts = assemble(installation.config)
    yield parts
    parts.close()


def test_nothing_promised_is_lost_or_doubled(installation, hosting, parts, server, capsys):
    moments, bearer = random.Random(_SEED), make_bearer(parts)
    stop = threading.Event()
    clients = [
        Client(f"c{number}", (server.url,), bearer, _SEED + number, stop)
        for number in range(_CLIENTS)
    ]
    work = [*(client.run for client in clients), lambda: _push_by_hand(hosting, stop)]
    threads = [threading.Thread(target=each, daemon=True) for each in work]
    began = time.monotonic()
    for thread in threads:
        thread.start()

    for _ in range(_KILLS):
        server.start()
        if moments.random() < 0.85:
            server.wait_until_up()
            time.sleep(moments.uniform(0, 0.6))
        else:
            time.sleep(moments.uniform(0, 0.8))
        server.kill()
    make_free(parts.engine)
    server.start()
    server.wait_until_up()
    stop.set()
    for thread in threads:
        thread.join(120)
    posts = [post for client in clients for post in client.posts]
    wait_for(lambda: _has_settled(installation, hosting))
    require_answers(server.url, bearer, posts)
    ended = server.stop()

    with capsys.disabled():
        _tell(clients, time.monotonic() - began)
    assert [client.failure for client in clients] == [None] * _CLIENTS
    assert ended == 0
    assert len(posts) > _KILLS
    for repository in (installation.folder / "site.git", hosting.bare):
        require_posts(repository, posts)
        require_single_commits(repository, posts)
        require_whole(repository)
    require_whole(installation.folder / "site")
    assert git(installation.folder / "site", "status", "--porcelain") == ""
    _require_swept(installation)


def _tell(clients: list[Client], seconds: float) -> None:
    asked, repeated, posts = (
        sum(each)
        for each in zip(*((c.asked, c.repeated, len(c.posts)) for c in clients), strict=True)
    )
    sys.stdout.write(
        f"\n{_KILLS} kills (SEED={_SEED}), {asked} requests, {repeated} of them sent again,"
        f" {posts} posts, {seconds:.0f} s\n"
    )


def _push_by_hand(hosting: Hosting, stop: threading.Event) -> None:
    """Push to the hosting now and then, as its owner does at a desk."""
    number = 0
    while not stop.wait(1.5):
        number += 1
        page = hosting.desk / f"static/desk-{number}.txt"
        page.parent.mkdir(exist_ok=True)
        page.write_text("By hand\n")
        git(hosting.desk, "add", "--all")
        git(hosting.desk, "commit", "--quiet", "-m", f"By hand {number}")
        for _ in range(20):
            git(hosting.desk, "pull", "--quiet", "--rebase", "origin", "main")
            words = ["push", "--quiet", "origin", "HEAD:main"]
            pushed = subprocess.run(
                ["git", "-C", str(hosting.desk), *words], capture_output=True, check=False
            )
            if pushed.returncode == 0:
                break


def _has_settled(installation: Installation, hosting: Hosting) -> bool:
    places = (installation.folder / "site.git", hosting.bare, installation.folder / "site")
    heads = ("for-each-ref", "--format=%(objectname)", "refs/heads/main")
    return len({git(place, *heads) for place in places}) == 1


def _require_swept(installation: Installation) -> None:
    """What the killed left is gone once it is old: here it is made older than it is."""
    state = installation.folder / "state"
    left = [path for name in ("incoming", "media") for path in (state / name).iterdir()]
    for path in left:
        os.utime(path, (0, 0))
    parts = assemble(installation.config)
    parts.media.removal.sweep(timedelta(days=30))
    parts.media.sweeper.act()
    parts.close()
    assert list((state / "incoming").iterdir()) == []
    assert list((state / "media").glob("*.draft")) == []
