"""Numbers and numbered mentions on SQLite and on PostgreSQL, where machines share them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert

from endpoint.domain.webmentions.mention import Mention
from endpoint.services.numbers import Numbers
from endpoint.stores.dismissals import Dismissals
from endpoint.stores.mentions.numbered import NumberedMentions
from endpoint.stores.mentions.rows import mentions
from endpoint.stores.numbers import NumberStore
from endpoint.stores.numbers.rows import MENTION, MOST, Nameless, numbers

NOW = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
PAGE = "https://site.example/notes/a/"


@pytest.fixture
def mention_of(engine):
    """Return a function that keeps a mention that is shown, and gives its id."""

    def mention_of(number):
        row = {
            "id": f"id{number}",
            "key": f"key{number}",
            "source": f"https://grace.example/{number}",
            "target": PAGE,
            "asked": PAGE,
            "permalink": PAGE,
            "address": PAGE.rstrip("/"),
            "host": "grace.example",
            "received_at": NOW,
            "changed_at": NOW,
            "finding": "present",
            "kind": "reply",
            "decision": "approved",
            "content": Mention("reply", f"https://grace.example/{number}").to_json(),
        }
        with engine.begin() as connection:
            connection.execute(insert(mentions).values(row))
        return row["id"]

    return mention_of


def test_those_that_give_numbers_at_once_give_the_same(engine):
    stores = [NumberStore(engine) for _ in range(4)]
    wanted = [Nameless("post", str(n), str(n), 5_000_000 * (n % 3)) for n in range(60)]
    orders = [wanted, wanted[::-1], wanted[30:] + wanted[:30], wanted[::2] + wanted[1::2]]

    with ThreadPoolExecutor(8) as pool:
        jobs = list(zip(stores, orders, strict=True)) * 2
        given = list(pool.map(lambda job: job[0].give(job[1], NOW), jobs))

    assert all(each == given[0] for each in given)
    assert len(set(given[0].values())) == 60


def test_nobody_waits_for_another_who_waits_for_him(engine):
    stores = [NumberStore(engine) for _ in range(4)]
    for attempt in range(5):
        urls = [f"https://a.example/{attempt}/{n}" for n in range(200)]
        wanted = [Nameless("page", url, url, 1000 + 10_000 * n) for n, url in enumerate(urls)]
        orders = [wanted, wanted[::-1]] * 2

        with ThreadPoolExecutor(4) as pool:
            given = list(pool.map(lambda store, order: store.give(order, NOW), stores, orders))
            notes = [{number: str(n) for number in each.values()} for n, each in enumerate(given)]
            list(pool.map(NumberStore.note, stores, notes))

        assert all(each == given[0] for each in given)


def test_more_than_fit_into_a_moment_still_get_numbers(engine):
    rows = [
        {"id": n, "family": "post", "key": f"k{n}", "place": "", "name": "", "content": ""}
        for n in range(2, 2 + (1 << 16))
    ]
    with engine.begin() as connection:
        connection.execute(insert(numbers).values(made_at=NOW), rows)

    given = NumberStore(engine).give([Nameless("post", str(n), "", 0) for n in range(3)], NOW)
    more = NumberStore(engine).give([Nameless("post", str(n), "", 0) for n in range(3, 6)], NOW)

    assert len({*given.values(), *more.values()}) == 6
    assert min(given.values()) > 1 << 16


def test_the_greatest_numbers_fit(engine):
    wanted = [Nameless("post", str(n), "\N{SNOWMAN}" * 3000, 2**70) for n in range(3)]

    given = NumberStore(engine).give(wanted, NOW)

    assert len(set(given.values())) == 3
    assert max(given.values()) <= MOST
    assert NumberStore(engine).find(max(given.values())) is not None


def test_mentions_get_numbers_and_come_in_their_order(engine, mention_of):
    given, store = Numbers(NumberStore(engine), lambda: NOW), NumberedMentions(engine)
    ids = [mention_of(number) for number in range(5)]

    new = store.without_number(3)
    given.mentions(new)
    rest = store.without_number(3)
    given.mentions(rest)

    assert sorted(each.id for each in [*new, *rest]) == ids
    assert store.without_number(3) == []
    found = store.between(0, MOST, 10, up=True)
    assert [number for number, _ in found] == sorted(number for number, _ in found)
    assert {received.id for _, received in found} == set(ids)
    assert store.between(found[1][0], found[3][0], 10, up=False) == [found[2]]
    assert store.count([PAGE.rstrip("/")]) == {PAGE.rstrip("/"): {"reply": 5}}
    assert [each.id for each in store.from_source("https://grace.example/3")] == ["id3"]
    late = mention_of(7)
    assert [each.id for each in store.without_number(3)] == [late]


def test_a_number_finds_its_mention_by_the_page_too(engine, mention_of):
    given, store = Numbers(NumberStore(engine), lambda: NOW), NumberedMentions(engine)
    mention_of(1)
    given.mentions(store.without_number(1))

    [found] = given.at(["https://GRACE.example/1/"])

    assert (found.family, found.name) == (MENTION, "id1")


def test_what_was_dismissed_stays_so(engine):
    dismissals = Dismissals(engine)

    dismissals.add(7)
    dismissals.add(7)
    before = dismissals.all()
    dismissals.add_until(9)
    dismissals.add(MOST)

    assert (before.has(7), before.has(6)) == (True, False)
    assert [dismissals.all().has(number) for number in (1, 7, 9, 10, MOST)] == [
        True,
        True,
        True,
        False,
        True,
    ]
