"""The worker is killed again and again while it copies posts: one copy of each afterwards."""

import os
import random
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from mastodon_servers import mastodon_server
from networks import Publisher, install_kind
from programs import wait_for

from endpoint.services.syndication.following import COPIES

TESTS = Path(__file__).parents[1]

_KILLS = int(os.environ.get("KILLS") or 8)
_LEAST = 3  # written before each kill, however busy the machine is
_MOST = 30
"""Fewer posts than a network shows on one page."""
_SEED = int(os.environ.get("SEED") or 20251122)
_WORKER = """
import sys
from pathlib import Path
from endpoint.assembly import assemble
from endpoint.config import load
parts = assemble(load(Path(sys.argv[1])))
with parts.clone.engine.begin() as connection:
    # Otherwise it would wait a minute for the killed worker's lease, and for what failed.
    connection.exec_driver_sql("UPDATE followers SET lease_until = NULL")
    connection.exec_driver_sql("UPDATE syndications SET lease_until = NULL")
    due = "UPDATE syndications SET next_attempt_at = asked_at WHERE next_attempt_at IS NOT NULL"
    connection.exec_driver_sql(due)
print("up", flush=True)
while True:
    parts.live.hear(parts.repository.head())
    parts.following.work("live")
    parts.following.work("syndicate")
"""


@pytest.fixture
def run(installation, tmp_path):
    """Return a function that runs a worker."""
    install_kind(tmp_path / "packages")
    where = os.pathsep.join([str(tmp_path / "packages"), str(TESTS)])

    with (tmp_path / "worker.log").open("ab") as log:

        def run():
            config = installation.folder / "config.toml"
            return subprocess.Popen(
                [sys.executable, "-c", _WORKER, config],
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, "PYTHONPATH": where},
            )

        yield run


def test_each_post_is_copied_once_to_a_slow_network(
    configure, start_publisher, network, run, monkeypatch
):
    moments, do = random.Random(_SEED), network._do

    def do_slowly(*arguments):
        time.sleep(moments.uniform(0, 0.02))
        done = do(*arguments)
        time.sleep(moments.uniform(0, 0.02))
        return done

    monkeypatch.setattr(network, "_do", do_slowly)
    configure()
    publisher = start_publisher()

    wanted = _write_while_workers_die(publisher, run, moments)

    said = Counter(re.sub("<[^>]*>", "", text).strip() for text in network.texts)
    assert said == Counter(wanted.values())
    for permalink in wanted:
        [link] = publisher.source(permalink)["syndication"]
        assert network.posts[link.rpartition("/")[2]]["permalink"] == permalink


def test_each_post_is_copied_once_to_mastodon(installation, start_publisher, run, tmp_path):
    with mastodon_server(tmp_path) as server:
        target = server.target(uid="small", permalink="never")
        installation.configure(
            syndication=[target.model_dump(exclude_defaults=True)],
            site={"build": ""},
            fetch={"allow_hosts": ["127.0.0.1"]},
        )
        publisher = start_publisher()

        wanted = _write_while_workers_die(publisher, run, random.Random(_SEED))

        statuses = server.statuses()
        said = Counter(re.sub("<[^>]*>", "", status["content"]) for status in statuses)
        assert said == Counter(wanted.values())
        assert {publisher.source(permalink)["syndication"][0] for permalink in wanted} == {
            status["url"] for status in statuses
        }


def _write_while_workers_die(
    publisher: Publisher, run: Callable[[], subprocess.Popen[bytes]], moments: random.Random
) -> dict[str, str]:
    """Return what the posts say that are left, by permalink, once no copy waits."""
    wanted: dict[str, str] = {}
    for _ in range(_KILLS):
        with run() as worker:
            assert worker.stdout
            worker.stdout.readline()
            written, until = 0, time.monotonic() + moments.uniform(0.1, 0.6)
            while written < _LEAST or time.monotonic() < until:
                _write(publisher, wanted, moments)
                written += 1
            worker.kill()
    with run() as worker:
        wait_for(lambda: _is_done(publisher, wanted))
        worker.kill()
    assert wanted
    return wanted


def _write(publisher: Publisher, wanted: dict[str, str], moments: random.Random) -> None:
    text = f"Number {moments.getrandbits(64)}"
    chance = moments.random()
    if len(wanted) > _MOST or (len(wanted) > 3 and chance < 0.2):
        permalink = moments.choice(list(wanted))
        publisher.act("delete", permalink)
        del wanted[permalink]
    elif wanted and chance < 0.5:
        permalink = moments.choice(list(wanted))
        publisher.act("update", permalink, replace={"content": [text]})
        wanted[permalink] = text
    else:
        wanted[publisher.post("small", content=text)] = text


def _is_done(publisher: Publisher, wanted: dict[str, str]) -> bool:
    rows = publisher.parts.syndications.page(1000)
    waits = any(row.next_attempt_at or row.began_at or row.link_asked_at for row in rows)
    linked = all(row.linked_url == row.url for row in rows if row.permalink in wanted)
    at_rest = not waits and linked and all(row.state in ("copied", "removed") for row in rows)
    # What was written last may not have been looked at at all.
    followed = publisher.parts.followers.progress(COPIES).done.partition(" ")[0]
    return at_rest and followed == publisher.parts.repository.head()
