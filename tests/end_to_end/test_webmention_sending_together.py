"""Many to be told at once, hosts that are slow, and workers that end in the middle."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock

import pytest
from programs import wait_for
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Response

from endpoint.stores.sent_mentions import TOLD, Answer, Pair


@dataclass
class SlowEndpoint:
    """An endpoint that notes how many are there at the same time; ``gate`` lets them go."""

    here: int = 0
    most: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    lock: Lock = field(default_factory=Lock)

    def __call__(self, _request):
        with self.lock:
            self.here += 1
            self.most = max(self.most, self.here)
        self.gate.wait(0.1)
        with self.lock:
            self.here -= 1
        return Response(status=202)


@pytest.fixture(scope="module")
def threaded_server():
    with HTTPServer(host="127.0.0.1", threaded=True) as server:
        yield server


@pytest.fixture
def httpserver(threaded_server):
    """A server that answers many at once, as others do."""
    yield threaded_server
    threaded_server.clear()


@pytest.fixture
def slow(targets):
    endpoint = SlowEndpoint()
    targets.pages["/endpoint/slow"] = endpoint
    return endpoint


def link_to_slow(targets, count):
    html = '<link rel="webmention" href="/endpoint/slow">'
    return " ".join(targets.put(f"/{number}", html) for number in range(count))


def test_two_at_most_are_at_one_host(author, targets, slow):
    author.post(content=link_to_slow(targets, 12))

    author.deploy()

    assert slow.most == 2
    assert len(targets.told) == 12


def test_hundreds_are_told_each_once(author, targets):
    source = author.post(content=" ".join(targets.put(f"/{number}") for number in range(150)))

    author.deploy()

    assert len(targets.told) == len(set(targets.told)) == 150
    assert {said for said, _ in targets.told} == {source}
    assert {row.state for row in author.sent().values()} == {"told"}


def test_two_workers_share_the_work(author, targets, start):
    other = start().webmentions.outgoing.sending
    source = author.post(content=" ".join(targets.put(f"/{number}") for number in range(60)))
    author.parts.live.hear(author.parts.repository.head())
    author.parts.following.work("live")

    with ThreadPoolExecutor(2) as pool:
        sendings = (author.parts.webmentions.outgoing.sending, other)
        list(pool.map(lambda sending: sending.send(), sendings))

    assert Counter(targets.told).most_common(1)[0][1] == 1
    assert len(targets.told) == 60
    assert {said for said, _ in targets.told} == {source}


def test_what_a_killed_worker_had_in_hand_is_sent_by_the_next(author, targets, clock):
    target = targets.put("/post")
    source = author.post(content=f"See {target}")
    author.parts.live.hear(author.parts.repository.head())
    author.parts.following.work("live")
    sent = author.parts.webmentions.outgoing.sent
    holder, [row] = sent.take(clock.now, 10, timedelta(minutes=3))
    author.work()
    early = list(targets.told)
    clock.forward(minutes=4)

    author.work()

    assert early == []
    assert targets.told == [(source, target)]
    assert not sent.keep(row, holder, clock.now)


def test_a_version_that_comes_while_another_is_sent_is_sent_too(author, targets, clock):
    sent, now = author.parts.webmentions.outgoing.sent, clock.now
    target = targets.put("/post")
    sent.ask([Pair("http://localhost/a", target, "gone", "one")], now)
    holder, [row] = sent.take(now, 10, timedelta(minutes=3))
    sent.ask([Pair("http://localhost/a", target, "one", "two")], now)

    sent.note(row, holder, Answer(TOLD, "http://e.example/", 202), now)

    [left] = sent.page(10)
    assert (left.version, left.sent_version, left.state) == ("two", "one", "waiting")
    assert sent.is_due(now)


def test_a_worker_that_is_told_to_stop_begins_nothing_more(author, targets, slow):
    author.post(content=link_to_slow(targets, 14))
    author.parts.live.hear(author.parts.repository.head())
    author.parts.following.work("live")
    sending = author.parts.webmentions.outgoing.sending
    working = threading.Thread(target=sending.send)
    working.start()
    wait_for(lambda: len(targets.told) >= 2)

    sending.stop()
    working.join(30)

    assert not working.is_alive()
    assert len(targets.told) < 14


def test_a_target_that_hangs_is_given_up_and_the_others_are_told(
    installation, configure_sending, start_author, targets
):
    configure_sending()
    installation.configure(fetch={"timeout_s": 3, "allow_hosts": ["127.0.0.1", "localhost"]})
    author = start_author()
    given_up = threading.Event()
    targets.pages["/hangs"] = lambda _: given_up.wait(60) and Response()
    hangs, good = targets.server.url_for("/hangs"), targets.put("/good")
    source = author.post(content=f"{hangs} {good}")

    author.deploy()
    given_up.set()

    assert targets.told == [(source, good)]
    assert author.sent()[hangs].state == "waiting"
    assert "took too long" in author.sent()[hangs].last_error


def test_a_worker_that_is_killed_between_asking_and_noting_asks_again(author, targets, start):
    """The rows are there, and that they are is not noted yet: nobody is told twice."""
    target = targets.put("/post")
    author.post(content=f"See {target}")
    before = author.parts.followers.progress("announce").done
    author.deploy()
    author.parts.followers.settle("announce", before)

    author.work()

    assert len(targets.told) == 1
