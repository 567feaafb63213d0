"""Reposts as apps show them: a status of the owner's with that of somebody else within."""

from dataclasses import replace

import pytest
from mention_sources import entry
from received_mentions import let_grace_answer, receive, said
from sqlalchemy import event

STATUSES = "/api/v1/statuses"
HOME = "/api/v1/timelines/home"
PUBLIC = "/api/v1/timelines/public"
OWN = "/api/v1/accounts/1/statuses"
GRACE = "https://grace.example/1"
UNSEEN = "https://elsewhere.example/a"


@pytest.fixture
def parts(installation, start):
    """An installation that shows every mention that comes."""
    installation.configure(webmention={"approve": ["all"]})
    return start()


@pytest.fixture
def headers(bearer):
    return bearer("read write")


@pytest.fixture
def mention(client, headers, parts):
    """What Grace has said about a post, as a status."""
    return let_grace_answer(client, headers, parts)


@pytest.fixture
def repost(client, bearer, clock):
    """Return a function that reposts a URL over Micropub, a minute later, and gives the URL."""

    def repost(url, **properties):
        clock.forward(minutes=1)
        data = {"repost-of": url, **properties}
        return client.post("/micropub", data=data, headers=bearer()).headers["Location"]

    return repost


@pytest.fixture
def read(client, headers):
    """Return a function that gives what is at a path."""
    return lambda path, **query: client.get(path, query_string=query, headers=headers).json


@pytest.mark.parametrize("path", [HOME, PUBLIC, OWN])
def test_200_a_repost_is_a_status_with_the_other_within(mention, repost, read, path):
    own = repost(GRACE)

    boost, _ = read(path)

    assert boost["url"] == own
    assert boost["account"]["id"] == "1"
    assert boost["reblog"]["id"] == mention["id"] != boost["id"]
    assert boost["reblog"]["account"]["display_name"] == "Grace"
    assert boost["reblog"]["content"] == mention["content"]
    assert boost["reblog"]["reblogged"] is True
    assert boost["reblog"]["reblog"] is None


def test_200_a_page_that_nobody_has_looked_up_is_its_url(repost, read):
    repost(UNSEEN)

    [boost], again = read(HOME), read(HOME)

    assert boost["reblog"]["url"] == UNSEEN
    assert UNSEEN in boost["reblog"]["content"]
    assert boost["reblog"]["account"]["username"] == "elsewhere.example"
    assert boost["reblog"]["created_at"].startswith("2025-")
    assert again == [boost]


def test_200_also_alone_and_in_a_thread(client, mention, repost, read):
    repost(GRACE)
    [boost, _] = read(HOME)

    alone = read(f"{STATUSES}/{boost['id']}")
    some = read(STATUSES, id=[boost["id"]])

    assert alone == boost
    assert some == [boost]


def test_200_a_repost_with_words_of_its_own_is_a_status(client, headers, mention, repost, read):
    repost(GRACE, content="Read this")

    [status] = read(OWN, exclude_reblogs="true", limit=1)
    undone = client.post(f"{STATUSES}/{mention['id']}/unreblog", headers=headers).json

    assert status["reblog"] is None
    assert "Read this" in status["content"]
    assert undone["reblogged"] is False
    assert read(OWN, limit=1) == [status]


def test_200_boosts_are_left_out_where_nobody_asks_for_them(mention, repost, read):
    repost(GRACE)

    [status] = read(OWN, exclude_reblogs="true")

    assert status["reblog"] is None


def test_200_strangers_learn_nothing_of_pages_that_are_not_out(client, bearer, repost, read):
    draft = client.post(
        "/micropub", data={"content": "Secret", "post-status": "draft"}, headers=bearer()
    ).headers["Location"]
    repost(draft)

    [status] = client.get(PUBLIC).json

    assert status["reblog"] is None
    assert "Secret" not in status["content"]


def test_200_what_was_said_of_a_page_that_is_hidden_since_is_not_told(
    client, bearer, mention, repost, read
):
    repost(GRACE)
    [_, own] = read(HOME)
    hidden = {"action": "update", "url": own["url"], "replace": {"post-status": ["draft"]}}
    client.post("/micropub", json=hidden, headers=bearer())

    [status] = client.get(PUBLIC).json

    assert status["reblog"] is None


def test_200_a_page_that_was_looked_up_is_shown_although_what_came_from_there_is_rejected(
    elsewhere, client, headers, parts, repost, read
):
    url = elsewhere.put("/tea", entry("https://site.example/", "On tea"))
    own = client.post(STATUSES, json={"status": "Hello"}, headers=headers).json
    told = receive(parts, source=url, page=own["url"], mention=replace(said(), url=url))
    client.get("/api/v1/notifications", headers=headers)
    parts.webmentions.moderation.moderating.decide([told], "reject")
    [page] = read("/api/v2/search", q=url, resolve="true")["statuses"]
    repost(url)

    shown = [read(HOME)[0]["reblog"] for _ in range(2)]

    assert [status["id"] for status in shown] == [page["id"]] * 2
    assert all("On tea" in status["content"] for status in shown)
    assert "On tea" in read(f"{STATUSES}/{page['id']}")["content"]


def test_200_boosting_answers_with_the_boost_and_undoing_with_the_other(client, headers, mention):
    url = f"{STATUSES}/{mention['id']}"

    done = client.post(f"{url}/reblog", headers=headers).json
    undone = client.post(f"{url}/unreblog", headers=headers).json

    assert (done["account"]["id"], done["reblog"]["id"]) == ("1", mention["id"])
    assert done["reblog"]["reblogged"] is True
    assert (undone["id"], undone["reblogged"]) == (mention["id"], False)


@pytest.mark.parametrize(
    ("verb", "flag", "expected"),
    [
        ("favourite", "favourited", True),
        ("bookmark", "bookmarked", True),
        ("unfavourite", "favourited", False),
        ("unreblog", "reblogged", False),
    ],
)
def test_200_what_is_done_with_a_boost_is_done_with_the_other(
    client, headers, mention, repost, read, verb, flag, expected
):
    repost(GRACE)
    [boost, _] = read(HOME)

    answer = client.post(f"{STATUSES}/{boost['id']}/{verb}", headers=headers)

    assert answer.status_code == 200
    assert (answer.json["id"], answer.json[flag]) == (mention["id"], expected)


def test_200_a_boost_is_boosted_once(client, headers, mention, repost, read):
    repost(GRACE)
    [boost, _] = read(HOME)

    again = client.post(f"{STATUSES}/{boost['id']}/reblog", headers=headers).json

    assert again == boost
    assert len(read(HOME)) == 2


def test_200_an_answer_to_a_boost_answers_the_other(client, headers, mention, repost, read):
    repost(GRACE)
    [boost, _] = read(HOME)
    reply = {"status": "Indeed", "in_reply_to_id": boost["id"]}

    answer = client.post(STATUSES, json=reply, headers=headers).json

    assert answer["in_reply_to_id"] == mention["id"]


def test_200_a_boost_is_deleted_by_its_own_id(client, headers, mention, repost, read):
    repost(GRACE)
    [boost, own] = read(HOME)

    deleted = client.delete(f"{STATUSES}/{boost['id']}", headers=headers)

    assert (deleted.status_code, deleted.json["id"]) == (200, boost["id"])
    assert [each["id"] for each in read(HOME)] == [own["id"]]
    assert read(f"{STATUSES}/{mention['id']}")["reblogged"] is False


@pytest.mark.parametrize("verb", ["reblog", "favourite", "bookmark"])
def test_422_a_repost_of_a_post_of_ones_own(client, headers, repost, read, verb):
    own = client.post(STATUSES, json={"status": "Hello"}, headers=headers).json
    repost(own["url"])
    [boost, _] = read(HOME)

    answer = client.post(f"{STATUSES}/{boost['id']}/{verb}", headers=headers)

    assert boost["reblog"]["id"] == own["id"]
    assert answer.status_code == 422


def test_a_page_of_boosts_asks_the_database_few_questions(parts, mention, repost, read):
    for n in range(15):
        repost(f"{UNSEEN}/{n}")
    repost(GRACE)
    read(HOME)

    def ask(limit):
        asked = []
        listener = lambda *args: asked.append(args[2])  # noqa: E731
        event.listen(parts.engine, "before_cursor_execute", listener)
        read(HOME, limit=limit)
        event.remove(parts.engine, "before_cursor_execute", listener)
        return asked

    long, short = ask(16), ask(2)
    assert len(long) <= len(short) + 2 < 25
    assert not [query for query in long if query.startswith(("INSERT", "UPDATE", "DELETE"))]
