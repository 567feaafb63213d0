"""Mentions that wait: none is lost or doubled, and no host is asked by too many at once."""

import shutil
import threading
from datetime import timedelta

import pytest
from mention_sources import Crowd, entry
from oauth_apps import sign_in
from programs import fill, small_disk
from sqlalchemy import func, select

from endpoint.domain.webmentions.receiving.requests import Asking
from endpoint.stores.database import writing
from endpoint.stores.mentions.inbox import Inbox
from endpoint.stores.mentions.looks import Looks
from endpoint.stores.mentions.rows import mentions

TARGET = "https://site.example/notes/1/"
LEASE = timedelta(seconds=30)


@pytest.fixture
def inbox(parts):
    return Inbox(parts.engine)


@pytest.fixture
def looks(parts):
    return Looks(parts.engine)


def asking(number, host="a.example"):
    return Asking(f"https://{host}/{number}", TARGET)


def count(parts):
    with parts.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(mentions))


def nothing(_received):
    return {"attempts": 0, "next_look_at": None}


def test_many_at_once_are_all_kept_and_each_once(inbox, looks, parts, clock):
    """Ten threads send the same hundred, each beginning elsewhere."""
    ids: list[list[str]] = [[] for _ in range(10)]

    def send(thread):
        order = [(thread * 10 + step) % 100 for step in range(100)]
        found = {number: inbox.receive(asking(number), TARGET, clock()) for number in order}
        ids[thread] = [found[number] for number in range(100)]

    threads = [threading.Thread(target=send, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert count(parts) == 100
    assert len(set(map(tuple, ids))) == 1
    assert looks.queue(clock()).waiting == 100


def test_who_waits_longest_is_first_and_no_host_is_asked_twice_in_one_go(inbox, looks, clock):
    for number, host in enumerate(["a.example", "a.example", "b.example", "a.example"]):
        inbox.receive(asking(number, host), TARGET, clock())
        clock.forward(seconds=1)

    first = looks.take("one", clock(), clock() + LEASE, 4, busy=())
    second = looks.take("one", clock(), clock() + LEASE, 4, busy=())
    third = looks.take("one", clock(), clock() + LEASE, 4, busy={"a.example"})

    assert [taken.source for taken in first] == ["https://a.example/0", "https://b.example/2"]
    assert [taken.source for taken in second] == ["https://a.example/1"]
    assert third == []
    assert looks.queue(clock()).waiting == 4


def test_what_a_killed_worker_had_is_taken_by_another(inbox, looks, clock):
    inbox.receive(asking(1), TARGET, clock())
    [taken] = looks.take("killed", clock(), clock() + LEASE, 1, busy=())
    early = looks.take("other", clock(), clock() + LEASE, 1, busy=())
    clock.forward(seconds=31)

    [again] = looks.take("other", clock(), clock() + LEASE, 1, busy=())
    late = looks.note("killed", taken, clock(), nothing)
    noted = looks.note("other", again, clock(), nothing)

    assert early == []
    assert again.id == taken.id
    assert late is None
    assert noted is not None
    assert noted.next_look_at is None


def test_a_lease_lasts_as_long_as_it_is_renewed(inbox, looks, clock):
    inbox.receive(asking(1), TARGET, clock())
    looks.take("slow", clock(), clock() + LEASE, 1, busy=())
    clock.forward(seconds=20)
    looks.renew("slow", clock() + LEASE)
    clock.forward(seconds=20)

    assert looks.take("other", clock(), clock() + LEASE, 1, busy=()) == []


def test_a_clock_that_went_back_makes_nobody_wait_for_days(inbox, looks, clock):
    inbox.receive(asking(1), TARGET, clock() - timedelta(days=9))
    looks.take("killed", clock(), clock() + LEASE, 1, busy=())
    clock.forward(days=-8)

    assert len(looks.take("other", clock(), clock() + LEASE, 1, busy=())) == 1


def test_what_is_sent_while_it_is_looked_at_is_looked_at_once_more(inbox, looks, clock):
    inbox.receive(asking(1), TARGET, clock())
    [taken] = looks.take("one", clock(), clock() + LEASE, 1, busy=())
    clock.forward(seconds=1)
    inbox.receive(asking(1), TARGET, clock())

    nobody_else = looks.take("other", clock(), clock() + LEASE, 1, busy=())
    noted = looks.note("one", taken, clock(), nothing)

    assert nobody_else == []
    assert noted is not None
    assert noted.next_look_at == clock()
    assert looks.has_due(clock())


def test_what_the_owner_decides_during_a_look_stands(installation, start, clock, elsewhere):
    """The page is given out only once the owner has decided."""
    parts = start()
    decided = threading.Event()

    def page(_request):
        parts.webmentions.moderation.moderating.decide((id_,), "spam")
        decided.set()
        return elsewhere.answer(_request)

    elsewhere.server.clear()
    elsewhere.server.expect_request("/reply").respond_with_handler(page)
    source = elsewhere.put("/reply", entry(TARGET))
    inbox = Inbox(parts.engine)
    id_ = inbox.receive(Asking(source, TARGET), TARGET, clock())

    parts.following.work("mentions")

    received = inbox.find(id_)
    assert decided.is_set()
    assert received.finding == "present"
    assert (received.decision, received.decided_by) == ("spam", "owner")


@pytest.fixture
def crowd():
    with Crowd(entry(TARGET)) as crowd:
        yield crowd


def test_two_of_one_host_at_a_time_and_the_others_do_not_wait_for_it(
    crowd, installation, start, clock
):
    installation.configure(
        fetch={"allow_hosts": ["127.0.0.1", "localhost"]}, webmention={"at_once": 3}
    )
    parts = start()
    inbox = Inbox(parts.engine)
    order = ["127.0.0.1"] * 20 + ["localhost"] * 4
    ids = []
    for number, host in enumerate(order):
        source = f"http://{host}:{crowd.port}/{number}"
        ids.append(inbox.receive(Asking(source, TARGET), TARGET, clock()))
        clock.forward(seconds=1)

    parts.following.work("mentions")

    assert {inbox.find(id_).finding for id_ in ids} == {"present"}
    assert crowd.most["127.0.0.1"] == 2
    assert crowd.most["all"] == 3
    assert Looks(parts.engine).queue(clock()).waiting == 0


def test_507_on_a_full_disk_and_201_when_there_is_room_again(
    installation, start, client_of, bearer_of
):
    state, away = installation.folder / "state", installation.folder / "away"
    state.rename(away)
    with small_disk(state, "8m"):
        shutil.copytree(away, state, dirs_exist_ok=True)
        parts = start()
        client = client_of(parts)
        post = client.post("/micropub", data={"content": "Hello"}, headers=bearer_of(parts))
        data = {"source": "https://a.example/", "target": post.headers["Location"]}
        filler = fill(state)

        # A log may have room left from before for one more.
        answers = [
            client.post("/webmention", data={**data, "source": f"https://a.example/{number}"})
            for number in range(5)
        ]
        kept = count(parts)
        filler.unlink()
        again = client.post("/webmention", data=data)

        assert answers[-1].status_code == 507
        assert kept == sum(answer.status_code == 201 for answer in answers)
        assert (again.status_code, count(parts)) == (201, kept + 1)


def test_201_after_the_wait_for_a_database_that_others_write_to(inbox, parts, clock):
    with writing(parts.engine):
        sending = threading.Thread(target=inbox.receive, args=(asking(1), TARGET, clock()))
        sending.start()
        sending.join(0.2)
        waiting = count(parts)
    sending.join()

    assert (waiting, count(parts)) == (0, 1)


def test_no_look_is_begun_once_the_server_stops(parts, inbox, looks, clock):
    inbox.receive(asking(1), TARGET, clock())
    parts.webmentions.looking.stop()

    parts.following.work("mentions")

    assert looks.queue(clock()).waiting == 1


def test_what_waits_is_in_readyz_metrics_and_the_owners_pages(
    inbox, clock, installation, start, client_of
):
    installation.configure(metrics={"token": "t"})
    parts = start()
    client = client_of(parts)
    Inbox(parts.engine).receive(asking(1), TARGET, clock())

    ready = client.get("/readyz").json
    figures = client.get("/metrics", headers={"Authorization": "Bearer t"}).text
    status = sign_in(client).get("/admin/status").text

    assert ready["mentions"] == {"waiting": 1, "since": "2025-11-22T08:30:15+00:00"}
    assert ready["followers"]["mentions"] == {"behind": True, "failures": 0}
    assert "endpoint_mentions_waiting 1.0" in figures
    assert "1 source of mentions waits to be looked at." in status
