"""The server is killed again and again while mentions come in: what it took, it looks at, once."""

import itertools
import json
import os
import random
import sys
import threading
import time
from collections import Counter
from contextlib import suppress

import pytest
import requests
from conftest import make_bearer
from mention_sources import Crowd, entry
from programs import wait_for
from remotes import git
from servers import Server

from endpoint.assembly import assemble

_SENDERS = 4
_KILLS = int(os.environ.get("KILLS") or 10)
_SEED = int(os.environ.get("SEED") or 20251122)


@pytest.fixture
def target(installation):
    """A post that the server has, and that everybody mentions."""
    installation.configure(
        site={"build": ""},
        limits={"enabled": False},
        fetch={"allow_hosts": ["127.0.0.1", "localhost"]},
        webmention={"approve": ["all"]},
    )
    parts = assemble(installation.config)
    bearer = make_bearer(parts)
    parts.close()
    with Server(installation.folder) as server:
        server.start()
        server.wait_until_up()
        made = requests.post(f"{server.url}/micropub", data={"content": "Hello"}, headers=bearer)
        server.stop()
    return made.headers["Location"]


@pytest.fixture
def crowd(target):
    with Crowd(entry(target), pause_s=0) as crowd:
        yield crowd


class Sender:
    """Sends mentions without pause, each until it is taken, and remembers which were."""

    def __init__(self, url, crowd, target, name):
        self.url = url
        self.target = target
        host = random.Random(name).choice(["127.0.0.1", "localhost"])
        self.root = f"http://{host}:{crowd.port}/{name}"
        self.promised = {}
        self.until = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        for number in itertools.count():
            source = f"{self.root}/{number}"
            while source not in self.promised:
                with suppress(requests.RequestException):
                    data = {"source": source, "target": self.target}
                    answer = requests.post(f"{self.url}/webmention", data=data, timeout=30)
                    if answer.status_code == 201:
                        self.promised[source] = answer.headers["Location"]
                if self.until.wait(0.05):
                    return


def test_no_mention_is_lost_or_doubled(installation, crowd, target, capsys):
    moments = random.Random(_SEED)
    with Server(installation.folder) as server:
        senders = [Sender(server.url, crowd, target, f"s{number}") for number in range(_SENDERS)]
        for sender in senders:
            sender.thread.start()

        for _ in range(_KILLS):
            server.start()
            if moments.random() < 0.85:
                server.wait_until_up()
            time.sleep(moments.uniform(0, 1.5))
            server.kill()
        server.start()
        server.wait_until_up()
        for sender in senders:
            sender.until.set()
            sender.thread.join(60)
        promised = {source for sender in senders for source in sender.promised}
        # A killed worker's lease on its work lasts a minute.
        wait_for(lambda: _waiting(server) == 0, 150)
        wait_for(lambda: promised <= _kept(installation).keys(), 150)
        shown = _shown(server, target)
        ended = server.stop()

    with capsys.disabled():
        sys.stdout.write(f"\n{_KILLS} kills (SEED={_SEED}), {len(promised)} mentions\n")
    assert ended == 0
    assert len(promised) > _KILLS
    assert promised <= shown.keys()
    assert set(shown.values()) == {1}
    assert set(_kept(installation).values()) == {1}


def _waiting(server):
    return requests.get(f"{server.url}/readyz", timeout=30).json()["mentions"]["waiting"]


def _shown(server, target):
    """Return how often each source is in the public list."""
    found = Counter()
    for page in itertools.count():
        query = {"target": target, "per-page": 100, "page": page}
        answer = requests.get(f"{server.url}/webmention/mentions", params=query, timeout=30)
        children = answer.json()["children"]
        found.update(child["wm-source"] for child in children)
        if not children:
            break
    return found


def _kept(installation):
    """Return how often each source is in the repository."""
    bare = installation.folder / "site.git"
    paths = git(bare, "ls-tree", "-r", "--name-only", "main").splitlines()
    found = Counter()
    for path in paths:
        if path.endswith("webmentions.json"):
            found.update(entry["source"] for entry in json.loads(git(bare, "show", f"main:{path}")))
    return found
