"""Whether a post's page is up: built here, told by the hosting, or looked at."""

from datetime import timedelta

import pytest
from git import Repo

from endpoint.app import make_app
from endpoint.stores.followers import Followers

NOTE = {"content": "Hello"}


def find(parts, url):
    parts.index.catch_up()
    post = parts.index.find(url)
    assert post is not None
    return post


def create(client, bearer, **properties):
    response = client.post("/micropub", data={**NOTE, **properties}, headers=bearer)
    assert response.status_code == 201
    return response.headers["Location"]


# Built here


def test_a_post_is_live_once_its_commit_is_built(client, bearer, parts, repo):
    url = create(client, bearer())
    before = parts.live.is_live(find(parts, url)), parts.live.live_commit()

    parts.following.work()

    assert before == (False, None)
    assert parts.live.is_live(find(parts, url))
    assert parts.live.live_commit() == repo.head.commit.hexsha


def test_an_edit_is_not_live_before_the_next_build_and_other_posts_stay(client, bearer, parts):
    headers = bearer()
    first, second = create(client, headers), create(client, headers, content="Other")
    parts.following.work()
    update = {"action": "update", "url": first, "replace": {"content": ["Changed"]}}
    client.post("/micropub", json=update, headers=headers)
    edited = [parts.live.is_live(find(parts, url)) for url in (first, second)]

    parts.following.work()

    assert edited == [False, True]
    assert all(parts.live.is_live(find(parts, url)) for url in (first, second))


def test_a_build_that_fails_makes_nothing_live(client, bearer, installation, start, client_of):
    installation.configure(site={"build": "sh -c 'exit 1' {output}"})
    parts = start()
    url = create(client_of(parts), bearer())

    parts.following.work()

    assert not parts.live.is_live(find(parts, url))
    assert Followers(parts.engine).progress("build").attempts == 1


def test_drafts_and_scheduled_posts(client, bearer, parts, clock):
    headers = bearer()
    draft = create(client, headers, **{"post-status": "draft"})
    later = create(client, headers, content="Later", published="2025-11-22T12:00:00Z")
    create(client, headers, content="Out at once")
    parts.following.work()
    early = [parts.live.is_live(find(parts, url)) for url in (draft, later)]
    clock.forward(hours=4)
    due = parts.live.is_live(find(parts, later))

    parts.following.work()

    assert (early, due) == ([False, False], False)
    assert parts.live.is_live(find(parts, later))


def test_the_list_of_posts_says_what_is_still_publishing(client, bearer, parts):
    post_list = make_app(parts).extensions["endpoint"].post_list
    headers = bearer()
    create(client, headers)
    parts.following.work()
    create(client, headers, content="New")

    shown = post_list.page(None, None).posts

    assert [post.marks for post in shown] == [("publishing",), ()]


# Built at the hosting


@pytest.fixture
def hosted(installation, start, httpserver):
    """An installation whose site is built elsewhere, at the address of ``httpserver``."""
    url = httpserver.url_for("/")
    installation.configure(
        me=url, site={"build": "", "url": url}, fetch={"allow_hosts": [httpserver.host]}
    )
    return start()


@pytest.fixture
def post_to(hosted, bearer_of):
    client, headers = make_app(hosted).test_client(), bearer_of(hosted)
    return lambda **properties: create(client, headers, **properties)


def path_of(url):
    return "/" + url.split("/", 3)[3]


def works(parts, clock, times, **wait):
    for _ in range(times):
        parts.following.work()
        clock.forward(**wait)


def test_the_page_is_looked_at_until_it_is_up_with_growing_waits(
    hosted, post_to, httpserver, clock
):
    url = post_to()
    works(hosted, clock, 60, seconds=1)
    early = hosted.live.is_live(find(hosted, url))
    httpserver.expect_request(path_of(url)).respond_with_data("Hello")

    works(hosted, clock, 60, seconds=1)

    looked = [request.path for request, _ in httpserver.log]
    assert not early
    assert hosted.live.is_live(find(hosted, url))
    # At 0, 5, 15, 35 s, and at 75 s when it is up; then no more.
    assert looked == [path_of(url)] * 5


def test_of_several_new_posts_the_newest_is_looked_at(hosted, post_to, httpserver, clock):
    """A build that has it has the others too."""
    older = post_to(content="Older")
    clock.forward(seconds=1)
    newer = post_to(content="Newer")
    httpserver.expect_request(path_of(newer)).respond_with_data("Newer")

    hosted.following.work()

    assert all(hosted.live.is_live(find(hosted, url)) for url in (older, newer))
    assert [request.path for request, _ in httpserver.log] == [path_of(newer)]


def test_nothing_is_looked_at_while_nothing_waits(hosted, httpserver, clock):
    works(hosted, clock, 3, minutes=5)

    assert httpserver.log == []
    assert hosted.live.live_commit()


def test_an_edit_counts_as_live_after_some_minutes(hosted, post_to, httpserver, clock, bearer_of):
    url = post_to()
    httpserver.expect_request(path_of(url)).respond_with_data("Hello")
    hosted.following.work()
    update = {"action": "update", "url": url, "replace": {"content": ["Changed"]}}
    make_app(hosted).test_client().post("/micropub", json=update, headers=bearer_of(hosted))
    began, waited = clock.now, timedelta(0)

    while not hosted.live.is_live(find(hosted, url)):
        works(hosted, clock, 1, seconds=5)
        waited = clock.now - began

    assert timedelta(minutes=4) < waited < timedelta(minutes=8)
    assert len(httpserver.log) == 1


def test_the_notice_of_a_commit_ends_the_waiting(hosted, post_to, httpserver, clock):
    url = post_to()
    works(hosted, clock, 2, minutes=1)
    before = len(httpserver.log)

    told = hosted.live.hear(hosted.repository.head())
    live = hosted.live.is_live(find(hosted, url))
    works(hosted, clock, 3, minutes=5)

    assert told
    assert live
    assert hosted.live.is_live(find(hosted, url))
    assert len(httpserver.log) == before


def test_a_notice_without_a_commit_has_the_page_looked_at_at_once(
    hosted, post_to, httpserver, clock
):
    url = post_to()
    works(hosted, clock, 8, minutes=10)
    httpserver.expect_request(path_of(url)).respond_with_data("Hello")
    hosted.live.hear(None)

    hosted.following.work()

    assert hosted.live.is_live(find(hosted, url))


def test_a_history_that_was_rewritten_is_waited_for_anew(hosted, post_to, installation):
    first = hosted.repository.head()
    hosted.live.hear(first)
    url = post_to()
    head = hosted.repository.head()
    hosted.live.hear(head)
    with Repo(installation.folder / "site.git") as repo:
        repo.git.update_ref("refs/heads/main", first)
        gone = hosted.live.live_commit()
        repo.git.reflog("expire", "--expire=now", "--all")
        repo.git.gc("--prune=now", "--quiet")

    assert gone == head
    assert hosted.live.hear(head) is False
    assert hosted.index.find(url)
