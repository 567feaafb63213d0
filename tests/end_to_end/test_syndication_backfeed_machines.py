"""Two machines that share PostgreSQL ask the same server who answered: nothing comes in twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from databases import run_postgresql
from mastodon_answers import BOB, Server, status
from sqlalchemy import select, update

from endpoint.services.syndication.backfeed import BACKFEED
from endpoint.stores.mentions.rows import mentions
from endpoint.stores.syndications.rows import syndications

UID = "https://social.example/@ada"
MANY = 60


@pytest.fixture
def server(httpserver):
    server = Server.at(httpserver)
    fans = [{**BOB, "id": str(n), "url": f"https://b.example/@{n}"} for n in range(100, 100 + MANY)]
    server.answers |= {
        ("GET", "/api/v1/statuses/7/context"): {"descendants": [status("11", BOB)]},
        ("GET", "/api/v1/statuses/7/favourited_by"): fans,
        ("GET", "/api/v1/statuses/7/reblogged_by"): fans,
    }
    return server


@pytest.fixture
def machines(installation, server, start_publisher):
    with run_postgresql() as postgresql:
        table = {"kind": "mastodon", "uid": UID, "name": "@ada", "backfeed": True}
        installation.configure(
            syndication=[{**table, "server": server.url, "token": "token"}],
            site={"build": ""},
            fetch={"allow_hosts": ["127.0.0.1"]},
            database={"url": postgresql.make_database()},
        )
        first, second = start_publisher(), start_publisher()
        yield first, second
        for machine in (first, second):
            machine.parts.close()


def test_nothing_comes_in_twice(machines, server):
    first, second = machines
    first.post(UID, content="Hello")
    first.deploy()
    engine = first.parts.engine

    for _ in range(3):
        # Both at the same copy: what one has taken is due again at once.
        with engine.begin() as connection:
            connection.execute(update(syndications).values(next_look_at=first.clock()))
        backfeeds = [machine.parts.syndication.backfeed for machine in machines]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda backfeed: backfeed.listen(), backfeeds))

    with engine.connect() as connection:
        found = connection.execute(select(mentions.c.source, mentions.c.finding)).all()
    assert len(found) == len(set(found)) == 1 + 2 * MANY
    assert {row.finding for row in found} == {"present"}
    assert BACKFEED in second.parts.following.lanes
