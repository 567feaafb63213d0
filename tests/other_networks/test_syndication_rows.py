"""The rows of wanted copies, as machines that share them take and note them; on SQLite here."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from endpoint.stores.database import make_engine, prepare
from endpoint.stores.syndications import Syndications
from endpoint.stores.syndications.pauses import Pause, Pauses
from endpoint.stores.syndications.rows import COPIED, STOPPED, WAITING
from endpoint.stores.syndications.work import SyndicationWork

NOW = datetime(2025, 11, 22, 8, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
MINUTE = timedelta(minutes=1)
POST = "https://site.example/a/"


@pytest.fixture
def engine(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'endpoint.db'}")
    prepare(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def syndications(engine):
    return Syndications(engine)


@pytest.fixture
def work(engine):
    return SyndicationWork(engine)


@pytest.fixture
def taken(syndications, work):
    """A row that a holder has taken, and the holder."""
    syndications.ask(POST, ["x"], NOW)
    holder, [row] = work.take(["x"], NOW, 9, MINUTE)
    return row, holder


def row_of(syndications, permalink=POST):
    [row] = syndications.page(9, permalink=permalink)
    return row


def copied(row):
    return replace(row, state=COPIED, url="https://x.example/1", next_attempt_at=None)


def test_what_is_taken_is_nobody_elses_until_its_lease_is_over(taken, work):
    row, _ = taken

    before = work.take(["x"], NOW + MINUTE / 2, 9, MINUTE)[1]
    after = work.take(["x"], NOW + MINUTE, 9, MINUTE)[1]

    assert (before, after) == ([], [row])


def test_a_lease_that_is_renewed_lasts(taken, work):
    _, holder = taken

    work.renew(holder, NOW + 3 * MINUTE)

    assert work.take(["x"], NOW + 2 * MINUTE, 9, MINUTE)[1] == []


def test_who_has_lost_a_row_begins_and_notes_nothing(taken, work, syndications):
    row, holder = taken
    work.take(["x"], LATER, 9, MINUTE)

    begun = work.begin(row, holder, LATER)
    work.note(row, copied(row), holder)

    assert begun is None
    assert row_of(syndications).state == WAITING


def test_a_beginning_is_noted_with_a_key_that_stays(taken, work, syndications):
    row, holder = taken

    begun = work.begin(replace(row, attempted="it", sent_version="v"), holder, NOW)
    again = work.begin(begun, holder, LATER)

    assert (again.key, again.began_at) == (begun.key, NOW)
    kept = row_of(syndications)
    assert (kept.key, kept.began_at, kept.attempted) == (begun.key, NOW, "it")


def test_a_post_that_changes_meanwhile_is_looked_at_again(taken, work, syndications):
    row, holder = taken
    syndications.touch([POST], "newer", LATER)

    work.note(row, copied(row), holder)

    kept = row_of(syndications)
    assert (kept.state, kept.url, kept.next_attempt_at) == (WAITING, "https://x.example/1", LATER)


def test_a_text_that_is_asked_for_meanwhile_is_not_lost(taken, work, syndications):
    row, holder = taken
    syndications.ask(POST, ["x"], LATER, "my own")

    work.note(row, copied(row), holder)

    kept = row_of(syndications)
    assert (kept.state, kept.content, kept.next_attempt_at) == (WAITING, "my own", LATER)


@pytest.mark.parametrize(("succeeds", "state"), [(True, COPIED), (False, STOPPED)])
def test_what_is_stopped_meanwhile_stays_so_unless_it_is_done(
    taken, work, syndications, succeeds, state
):
    row, holder = taken
    stopped = syndications.stop(POST, "x")
    failed = replace(row, attempts=1, next_attempt_at=LATER)

    work.note(row, copied(row) if succeeds else failed, holder)

    assert stopped
    assert row_of(syndications).state == state


def test_a_copy_that_is_there_is_not_stopped(taken, work, syndications):
    row, holder = taken
    work.note(row, replace(copied(row), state=WAITING, next_attempt_at=NOW), holder)

    assert not syndications.stop(POST, "x")


def test_what_failed_often_keeps_nothing_else_from_its_turn(syndications, work):
    for name in ("a", "b", "c"):
        syndications.ask(name, ["x"], NOW)
    holder, [first] = work.take(["x"], NOW, 1, MINUTE)
    work.note(first, replace(first, attempts=3, next_attempt_at=NOW), holder)

    _, rows = work.take(["x"], LATER, 9, MINUTE)

    assert [row.permalink for row in rows] == ["b", "c", "a"]


def test_only_targets_that_are_known_and_not_paused_are_taken(engine, syndications, work):
    syndications.ask(POST, ["x", "paused", "unknown"], NOW)
    Pauses(engine).add(Pause("paused", "why", "", NOW))

    is_due = [work.is_due([target], NOW) for target in ("x", "paused")]
    _, rows = work.take(["x", "paused"], NOW, 9, MINUTE)

    assert is_due == [True, False]
    assert [row.target for row in rows] == ["x"]


def test_a_pause_keeps_its_first_reason(engine):
    pauses = Pauses(engine)
    pauses.add(Pause("x", "first", "", NOW))
    pauses.add(Pause("x", "second", "", LATER))
    pauses.note_mail("x", LATER)

    [pause] = pauses.all()
    pauses.remove("x")

    assert (pause.reason, pause.mailed_at) == ("first", LATER)
    assert pauses.all() == []


def test_a_post_that_moves_onto_another_keeps_the_copies_of_that(syndications):
    syndications.ask("old", ["x", "y"], NOW)
    syndications.ask("new", ["y"], NOW, "of the new one")

    syndications.readdress("old", "new")

    kept = [(row.permalink, row.target, row.content) for row in syndications.page(9)]
    assert kept == [("new", "x", ""), ("new", "y", "of the new one")]


def test_a_text_is_kept_when_it_is_asked_for_without(syndications):
    syndications.ask(POST, ["x"], NOW, "my own")
    syndications.ask(POST, ["x"], LATER)

    row = row_of(syndications)
    assert (row.content, row.asked_at) == ("my own", NOW)


def test_many_changed_posts_at_once(syndications):
    syndications.ask("https://site.example/7/", ["x"], NOW)

    found = syndications.touch((f"https://site.example/{n}/" for n in range(2_000)), "v", LATER)
    others = syndications.touch(["https://site.example/2000/"], "v", LATER)

    assert (found, others) == (True, False)
    assert row_of(syndications, "https://site.example/7/").next_attempt_at == LATER


def test_what_was_asked_for_before_there_was_anybody_to_do_it_is_due(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'old.db'}")
    prepare(engine)
    with engine.begin() as connection:
        # As the revision before left it.
        connection.execute(
            text(
                "INSERT INTO syndications (permalink, target, state, asked_at, next_attempt_at)"
                " VALUES ('a', 'x', 'waiting', '2025-01-01 00:00:00', '2025-01-01 00:00:00')"
            )
        )

    _, rows = SyndicationWork(engine).take(["x"], NOW, 9, MINUTE)
    engine.dispose()

    assert [(row.permalink, row.url, row.key) for row in rows] == [("a", "", "")]
