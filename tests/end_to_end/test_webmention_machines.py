"""Mentions that several machines take and look at, on one database."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from databases import PostgreSql, run_postgresql

from endpoint.domain.webmentions.receiving.requests import Asking
from endpoint.stores.database import make_engine, prepare
from endpoint.stores.mentions.inbox import Inbox
from endpoint.stores.mentions.looks import Looks

NOW = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
LEASE = timedelta(seconds=30)
TARGET = "https://site.example/notes/1/"


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgreSql]:
    with run_postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def machines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[list[tuple[Inbox, Looks]]]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'endpoint.db'}"
    else:
        url = request.getfixturevalue("postgresql").make_database()
    engines = [make_engine(url) for _ in range(3)]
    prepare(engines[0])
    yield [(Inbox(engine), Looks(engine)) for engine in engines]
    for engine in engines:
        engine.dispose()


def asking(number: int) -> Asking:
    return Asking(f"https://host-{number % 10}.example/{number}", TARGET)


def test_what_is_sent_to_all_at_once_is_kept_once(machines):
    def send(turn: int) -> str:
        return machines[turn % 3][0].receive(asking(turn // 6), TARGET, NOW)

    with ThreadPoolExecutor(12) as senders:
        ids = list(senders.map(send, range(240)))

    assert len(set(ids)) == 40
    assert machines[0][1].queue(NOW).waiting == 40
    assert Counter(ids).most_common(1)[0][1] == 6


def test_each_is_looked_at_by_one(machines):
    for number in range(60):
        machines[0][0].receive(asking(number), TARGET, NOW)

    def look(turn: int) -> list[str]:
        looks, holder, seen = machines[turn % 3][1], f"worker {turn}", []
        while taken := looks.take(holder, NOW, NOW + LEASE, 4, busy=()):
            for one in taken:
                seen.append(one.id)
                noted = looks.note(holder, one, NOW, lambda _: {"next_look_at": None})
                assert noted is not None
        return seen

    with ThreadPoolExecutor(6) as workers:
        seen = [id_ for each in workers.map(look, range(6)) for id_ in each]

    assert len(seen) == len(set(seen)) == 60
    assert machines[1][1].queue(NOW).waiting == 0
