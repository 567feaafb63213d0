"""Mentions by the thousand, from many who send at once: all are kept, and posting stays quick."""

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from mention_sources import Crowd, entry
from servers import Server

_MANY = int(os.environ.get("MENTIONS") or 300)
_QUICK_S = 2.0


@pytest.fixture
def server(installation):
    installation.configure(
        site={"build": ""},
        limits={"enabled": False},
        fetch={"allow_hosts": ["127.0.0.1", "localhost"]},
    )
    with Server(installation.folder) as server:
        server.start()
        server.wait_until_up()
        yield server


def test_a_flood_is_kept_and_worked_off_while_the_owner_posts(server, bearer, parts, capsys):
    target = create(server, bearer)[0]
    with Crowd(entry(target), pause_s=0) as crowd:
        sources = [
            f"http://{('127.0.0.1', 'localhost')[number % 2]}:{crowd.port}/{number}"
            for number in range(_MANY)
        ]

        began = time.monotonic()
        with ThreadPoolExecutor(16) as senders:
            statuses = set(senders.map(lambda source: send(server, source, target), sources))
        sent_s = time.monotonic() - began
        waits = []
        left = _MANY
        while left:
            waits.append(create(server, bearer)[1])
            left = waiting(server)
            assert time.monotonic() - began < _MANY
        worked_s = time.monotonic() - began

    waits.sort()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{_MANY} mentions: {_MANY / sent_s:.0f} a second taken, {_MANY / worked_s:.0f} a"
            f" second read; a post took {waits[len(waits) // 2]:.3f} s, {waits[-1]:.3f} s at most\n"
        )
    assert statuses == {201}
    assert crowd.most["127.0.0.1"] <= 2
    assert crowd.most["localhost"] <= 2
    assert waits[len(waits) // 2] < _QUICK_S
    assert waits[-1] < worked_s / 2
    assert parts.webmentions.moderation.moderating.count_waiting() == _MANY


def create(server, bearer):
    began = time.monotonic()
    answer = requests.post(
        f"{server.url}/micropub", data={"content": "Hello"}, headers=bearer(), timeout=30
    )
    assert answer.status_code == 201
    time.sleep(0.1)
    return answer.headers["Location"], time.monotonic() - began - 0.1


def send(server, source, target):
    data = {"source": source, "target": target}
    return requests.post(f"{server.url}/webmention", data=data, timeout=30).status_code


def waiting(server):
    return requests.get(f"{server.url}/readyz", timeout=30).json()["mentions"]["waiting"]
