"""Followers: the checkout and the build come after the commit, in the worker."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from programs import wait_for
from sqlalchemy import select

from endpoint.assembly.following import make_site_followers
from endpoint.services import following
from endpoint.services.following import Follower, Following
from endpoint.stores.builder import BuildError
from endpoint.stores.followers import Followers, followers


@pytest.fixture
def shown(installation):
    """Return a function that says whether the built site has a page."""
    return lambda path: (installation.folder / "public" / path / "index.html").is_file()


def test_a_post_is_on_the_site_after_the_worker_ran(client, bearer, parts, shown, clock):
    client.post("/micropub", data={"content": "Hello"}, headers=bearer())
    before = shown("notes/2025/11/hello")

    parts.following.work()

    assert (before, shown("notes/2025/11/hello")) == (False, True)


def test_nothing_is_built_twice(client, bearer, parts, installation):
    client.post("/micropub", data={"content": "Hello"}, headers=bearer())
    parts.following.work()
    first = (installation.folder / "public").readlink()

    parts.following.work()

    assert (installation.folder / "public").readlink() == first


def test_a_scheduled_post_is_built_when_its_time_comes(client, bearer, parts, clock, installation):
    body = {"content": "Later", "published": "2025-11-22T12:00:00Z"}
    client.post("/micropub", data=body, headers=bearer())
    parts.following.work()
    first = (installation.folder / "public").readlink()
    clock.forward(hours=4)

    parts.following.work()

    assert (installation.folder / "public").readlink() != first


@pytest.fixture
def follow(parts, clock):
    def follow(act, version="1") -> Following:
        return Following(Followers(parts.engine), (Follower("x", lambda: version, act),), clock)

    return follow


def test_what_fails_is_tried_again_and_again_later(follow, parts, clock):
    tries = []

    def fail():
        tries.append(clock.now)
        raise BuildError("no such theme")

    following = follow(fail)
    for _ in range(8):
        following.work()
        clock.forward(seconds=5)

    progress = Followers(parts.engine).progress("x")
    waits = [(b - a).total_seconds() for a, b in pairwise(tries)]
    assert progress.attempts == len(tries) == 4
    assert "no such theme" in progress.last_error
    assert waits == [5, 10, 20]


def test_another_version_does_not_wait(follow, parts):
    def fail():
        raise BuildError("no such theme")

    done = []
    follow(fail).work()
    follow(lambda: done.append("same"), version="1").work()

    follow(lambda: done.append("mended"), version="2").work()

    progress = Followers(parts.engine).progress("x")
    assert done == ["mended"]
    assert (progress.done, progress.attempts, progress.last_error) == ("2", 0, "")


def test_a_lease_keeps_two_workers_from_the_same_work(follow, parts, clock):
    done = []

    def act():
        follow(lambda: done.append("second")).work()
        done.append("first")

    follow(act).work()

    assert done == ["first"]


@pytest.mark.parametrize("ahead_s", [0.001, 30])
def test_a_lease_holds_for_whose_clock_is_behind(parts, clock, ahead_s):
    minute = timedelta(minutes=1)
    ahead = clock() + timedelta(seconds=ahead_s)

    first = Followers(parts.engine).take("x", "1", ahead, minute)
    second = Followers(parts.engine).take("x", "1", clock(), minute)

    assert first
    assert second is None


def test_a_worker_that_was_killed_costs_a_repeat_and_a_minute(follow, parts, clock):
    done = []
    Followers(parts.engine).take(
        "x", "1", clock(), timedelta(minutes=1)
    )  # and then the worker dies
    follow(lambda: done.append("too early")).work()
    clock.forward(seconds=61)

    follow(lambda: done.append("again")).work()

    assert done == ["again"]
    assert Followers(parts.engine).progress("x").state == "idle"


def test_waits_and_leases_do_not_last_longer_because_the_clock_was_wrong(follow, parts, clock):
    """It was years ahead at the start, as where no battery keeps it, and then was set."""
    done = []

    def fail():
        raise BuildError("no such theme")

    clock.forward(days=5000)
    follow(fail).work()
    Followers(parts.engine).take("y", "1", clock(), timedelta(minutes=1))
    clock.forward(days=-5000)
    follow(lambda: done.append("after the wait")).work()

    taken = Followers(parts.engine).take("y", "1", clock(), timedelta(minutes=1))

    assert done == ["after the wait"]
    assert taken


def test_a_long_work_keeps_its_lease(follow, parts, clock, monkeypatch):
    monkeypatch.setattr(following, "_LEASE", timedelta(seconds=0.3))
    done = []

    def has_lease():
        with parts.engine.connect() as connection:
            held = select(followers).where(followers.c.lease_until > clock())
            return connection.execute(held).first()

    def act():
        clock.forward(minutes=10)
        wait_for(has_lease)
        follow(lambda: done.append("second")).work()
        done.append("first")

    follow(act).work()

    assert done == ["first"]


def test_a_post_that_comes_between_checkout_and_build_is_built_later(
    client, bearer, parts, clock, shown
):
    headers = bearer()
    checkout, build, _ = make_site_followers(parts.config, parts, clock)

    def update_and_post():
        checkout.act()
        client.post("/micropub", data={"content": "In between"}, headers=headers)

    slow = replace(checkout, act=update_and_post)
    following = Following(Followers(parts.engine), (slow, build), clock)
    following.work()
    early = shown("notes/2025/11/in-between")

    following.work()

    assert (early, shown("notes/2025/11/in-between")) == (False, True)


def test_201_even_if_the_bell_is_out_of_order(client, bearer, installation, repo):
    queue = installation.folder / "state" / "queue.db"
    headers = bearer()
    with sqlite3.connect(queue) as held:
        held.execute("DROP TABLE task")
    held.close()

    response = client.post("/micropub", data={"content": "Hello"}, headers=headers)

    assert response.status_code == 201
    assert repo.head.commit.message == "note: Hello\n"


def test_packs_become_one_by_the_day(client, bearer, parts, repo, installation):
    packs = installation.folder / "site.git/objects/pack"
    headers = bearer()
    repo.git.config("gc.autoPackLimit", "3")
    for number in range(5):
        client.post("/micropub", data={"content": f"Hello {number}"}, headers=headers)
    before = len(list(packs.glob("*.pack")))

    parts.following.work()

    assert before > 3
    assert len(list(packs.glob("*.pack"))) == 1
    assert repo.git.fsck("--strict", "--no-dangling") == ""
