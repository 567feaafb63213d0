"""Workers that copy at the same time, and posts that change while they are copied."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from programs import wait_for
from pytest_httpserver import HTTPServer

from endpoint.services.live import LIVE


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
def gate(network, monkeypatch):
    """What holds back whatever the network is asked, until it is set."""
    gate, do = threading.Event(), network._do

    def wait_and_do(*arguments):
        gate.wait(30)
        return do(*arguments)

    monkeypatch.setattr(network, "_do", wait_and_do)
    return gate


def test_workers_that_share_a_database_copy_once(configure, start_publisher, network, gate):
    gate.set()
    configure({}, {"uid": "other"})
    publishers = [start_publisher() for _ in range(3)]
    for number in range(20):
        publishers[0].post("small", "other", content=f"Number {number}")

    publishers[0].parts.live.hear(publishers[0].parts.repository.head())
    publishers[0].clock.forward(seconds=1)
    publishers[0].parts.following.work(LIVE)
    works = [publisher.parts.syndication.copying.copy for publisher in publishers]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda work: work(), works))

    assert len(network.posts) == 40
    assert len({post["key"] for post in network.posts.values()}) == 40


def test_a_slow_network_keeps_no_other_waiting(configure, start_publisher, network, gate):
    slow = threading.Event()

    def answer(_request):
        slow.wait(30)
        return "{}"

    with HTTPServer(host="127.0.0.1") as other:
        other.expect_request("/posts").respond_with_handler(answer)
        configure({"uid": "slow", "server": other.url_for("/")}, {})
        publisher = start_publisher()
        for number in range(40):
            publisher.post("slow", content=f"Number {number}")
        publisher.post("slow", "small", content="Hello")
        gate.set()
        worker = threading.Thread(target=publisher.deploy)
        publisher.parts.live.hear(publisher.parts.repository.head())
        worker.start()
        wait_for(lambda: network.posts)
        slow.set()
        worker.join()

    assert network.texts == ["<p>Hello</p>\n"]


def test_a_post_edited_while_it_is_copied_is_edited_there(publisher, network, gate):
    permalink = publisher.post("small", content="Hello")
    worker = threading.Thread(target=publisher.deploy)
    worker.start()
    wait_for(lambda: network.heard)
    publisher.act("update", permalink, replace={"content": ["Better"]})

    gate.set()
    worker.join()
    publisher.deploy()

    assert network.texts == ["<p>Better</p>\n"]
    assert publisher.row(permalink).state == "copied"
    assert publisher.source(permalink)["content"] == ["Better"]
    assert publisher.source(permalink)["syndication"] == [f"{network.url}posts/1"]


def test_a_post_deleted_while_it_is_copied_is_deleted_there(publisher, network, gate):
    permalink = publisher.post("small", content="Hello")
    worker = threading.Thread(target=publisher.deploy)
    worker.start()
    wait_for(lambda: network.heard)
    publisher.act("delete", permalink)

    gate.set()
    worker.join()
    publisher.deploy()

    assert network.texts == []
    assert publisher.row(permalink).state == "removed"


def test_a_worker_that_is_told_to_stop_leaves_the_rest(publisher, network, gate):
    permalinks = [publisher.post("small", content=f"Number {n}") for n in range(5)]
    worker = threading.Thread(target=publisher.deploy)
    worker.start()
    wait_for(lambda: network.heard)

    publisher.parts.syndication.copying.stop()
    gate.set()
    worker.join()

    assert len(network.posts) == 1
    rows = [publisher.row(permalink) for permalink in permalinks]
    assert sum(row.state == "waiting" and row.attempts == 0 for row in rows) == 4
