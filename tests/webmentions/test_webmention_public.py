"""Mentions of posts that are not public any more: in no list, until the post is back."""

from datetime import UTC, datetime

import pytest
from received_mentions import receive
from sqlalchemy import update

from endpoint.stores.mentions.rows import mentions

HTML = {"Accept": "text/html"}
LISTS = ("mentions.jf2", "mentions.json", "mentions.html", "count")
SOURCE = "https://grace.example/"


@pytest.fixture
def headers(bearer_of, parts):
    return bearer_of(parts)


@pytest.fixture
def change(client, headers):
    """Return a function that does to a post what a word says."""

    def replacing(**values):
        return {"action": "update", "replace": {name: [value] for name, value in values.items()}}

    actions = {
        "draft": replacing(**{"post-status": "draft"}),
        "scheduled": replacing(published="2030-01-01T00:00:00Z"),
        "unlisted": replacing(visibility="unlisted"),
        "deleted": {"action": "delete"},
        "public": replacing(
            **{"post-status": "published", "visibility": "public", "published": "2025-11-22"}
        ),
        "undeleted": {"action": "undelete"},
    }

    def change(url, word):
        answer = client.post("/micropub", json={**actions[word], "url": url}, headers=headers)
        assert answer.status_code in (200, 201, 204), answer.text

    return change


@pytest.fixture
def mentioned(parts, post):
    """Return a function that makes a post with shown mentions, and gives its permalink."""

    def mentioned(content, mentions_of_it=1):
        permalink = post(content)
        for number in range(mentions_of_it):
            receive(parts, f"{SOURCE}{content}/{number}", page=permalink)
        with parts.engine.begin() as connection:
            connection.execute(update(mentions).values(decision="approved"))
        return permalink

    return mentioned


@pytest.fixture
def ask(client):
    """Return a function that gives the sources, in lists of three kinds, and the count."""

    def ask(**query):
        feed, links, page, count = (
            client.get(f"/webmention/{name}", query_string=query) for name in LISTS
        )
        sources = [child["wm-source"] for child in feed.json["children"]]
        assert [link["source"] for link in links.json["links"]] == sources
        assert page.text.count("h-cite") == len(sources)
        return sources, count.json["count"]

    return ask


@pytest.mark.parametrize(
    ("word", "back", "is_told_by_name"),
    [
        ("draft", "public", False),
        ("scheduled", "public", False),
        ("unlisted", "public", True),
        ("deleted", "undeleted", False),
    ],
)
def test_only_what_is_public_is_listed(mentioned, ask, change, word, back, is_told_by_name):
    mine, other = mentioned("mine"), mentioned("other")
    everything = ask()

    change(mine, word)
    hidden = ask(), ask(target=mine), ask(target=other)
    change(mine, back)

    of_mine, of_other = ([f"{SOURCE}mine/0"], 1), ([f"{SOURCE}other/0"], 1)
    assert everything[1] == 2
    assert hidden == (of_other, of_mine if is_told_by_name else ([], 0), of_other)
    assert ask() == everything
    assert ask(target=mine) == of_mine


def test_a_post_that_comes_out_is_listed_again(mentioned, ask, change, clock):
    mine = mentioned("mine")
    change(mine, "scheduled")
    before = ask(), ask(target=mine)

    clock.now = datetime(2030, 1, 1, tzinfo=UTC)

    of_mine = [f"{SOURCE}mine/0"], 1
    assert before == (([], 0), ([], 0))
    assert (ask(), ask(target=mine)) == (of_mine, of_mine)


def test_any_page_but_no_deleted_post(installation, start, client_of, bearer_of):
    installation.configure(webmention={"any_page": True, "approve": ["all"]})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    made = client.post("/micropub", data={"content": "Hello"}, headers=headers)
    post, page = made.headers["Location"], "https://site.example/tags/a/"
    receive(parts, f"{SOURCE}1", page=post)
    receive(parts, f"{SOURCE}2", page=page)

    client.post("/micropub", data={"action": "delete", "url": post}, headers=headers)

    for query in ({}, {"target[]": [post, page]}):
        feed = client.get("/webmention/mentions.jf2", query_string=query).json
        assert [child["wm-target"] for child in feed["children"]] == [page]


def test_a_page_that_is_none_of_the_posts_is_not_listed(parts, mentioned, ask):
    receive(parts, f"{SOURCE}1", page="https://site.example/tags/a/")
    mentioned("mine")

    assert ask() == ([f"{SOURCE}mine/0"], 1)
    assert ask(target="https://site.example/tags/a/") == ([], 0)


def test_pages_of_the_list_are_full(mentioned, change, client):
    mentioned("first", 2)
    hidden = mentioned("hidden", 3)
    mentioned("last", 2)
    change(hidden, "unlisted")

    def read(page):
        query = {"per-page": 3, "page": page, "sort-dir": "up"}
        feed = client.get("/webmention/mentions.jf2", query_string=query).json
        return [child["wm-source"].removeprefix(SOURCE) for child in feed["children"]]

    assert read(0) + read(1) == ["first/0", "first/1", "last/0", "last/1"]
    assert len(read(0)) == 3


@pytest.mark.parametrize("name", LISTS[:2] + LISTS[3:])
def test_the_etag_moves_with_the_post(mentioned, change, client, name):
    mine = mentioned("mine")
    first = client.get(f"/webmention/{name}")
    known = {"If-None-Match": first.headers["ETag"]}

    change(mine, "draft")
    hidden = client.get(f"/webmention/{name}", headers=known)
    change(mine, "public")
    after = client.get(f"/webmention/{name}", headers=known)

    assert (hidden.status_code, after.status_code) == (200, 304)


@pytest.mark.parametrize(
    ("word", "heading"),
    [
        ("draft", "not shown now"),
        ("deleted", "not shown now"),
        ("unlisted", "It is shown"),
        ("public", "It is shown"),
    ],
)
def test_the_status_page_says_that_the_page_is_not_public(
    parts, mentioned, change, client, word, heading
):
    permalink = mentioned("mine")
    id_ = receive(parts, f"{SOURCE}status", page=permalink)
    with parts.engine.begin() as connection:
        connection.execute(update(mentions).values(decision="approved"))

    change(permalink, word)
    page = client.get(f"/webmention/{id_}", headers=HTML).text
    told = client.get(f"/webmention/{id_}").json

    is_hidden = heading != "It is shown"
    assert f"{heading}</h1>" in page
    assert ("The page that it mentions is not public" in page) == is_hidden
    assert ("not public" in told["reason"]) == is_hidden
