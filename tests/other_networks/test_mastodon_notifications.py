"""Notifications: Webmentions that were approved, each with what it is about."""

import pytest
from received_mentions import PAGE, receive, said

from endpoint.services.webmentions.receiving.sources import Finding
from endpoint.stores.mentions.rows import ABSENT

PATH = "/api/v1/notifications"


@pytest.fixture
def headers(bearer):
    return bearer("read write")


@pytest.fixture
def mention(parts, post, clock, approve):
    """Return a function that lets a page have mentioned our post, approved, a minute later."""
    post("Hello")

    def mention(number=1, kind="reply", **more):
        clock.forward(minutes=1)
        source = f"https://grace.example/{number}"
        said_there = said(kind, **{"url": "https://grace.example/", **more})
        mention_id = receive(parts, source, said_there)
        approve(mention_id)
        return mention_id

    return mention


@pytest.fixture
def ask(client, headers):
    def ask(**query):
        answer = client.get(PATH, query_string=query, headers=headers)
        assert answer.status_code == 200
        return answer.json

    return ask


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("reply", "mention"),
        ("mention", "mention"),
        ("rsvp", "mention"),
        ("like", "favourite"),
        ("bookmark", "favourite"),
        ("repost", "reblog"),
    ],
)
def test_200_each_kind_has_its_type(mention, ask, kind, type_, client, headers):
    mention(kind=kind, rsvp="yes" if kind == "rsvp" else "")

    [notification] = ask()

    assert notification["type"] == type_
    assert notification["group_key"] == f"ungrouped-{notification['id']}"
    assert notification["account"]["display_name"] == "Grace"
    status = notification["status"]
    if type_ == "mention":
        assert status["account"]["id"] == notification["account"]["id"]
        own = client.get("/api/v1/timelines/home", headers=headers).json[0]
        assert status["in_reply_to_id"] == own["id"]
        assert status["in_reply_to_account_id"] == "1"
    else:
        assert status["url"] == PAGE


def test_200_a_mention_mentions_the_owner(mention, ask):
    """Tusky makes of a notification without it that somebody has posted."""
    mention()

    [notification] = ask()

    [mentioned] = notification["status"]["mentions"]
    assert mentioned["id"] == "1"
    assert mentioned["url"] == "https://site.example/"


def test_200_only_what_is_approved(parts, post, ask, approve):
    post("Hello")
    waiting = receive(parts)
    before = ask()

    approve(waiting)
    shown = ask()
    parts.webmentions.moderation.moderating.decide((waiting,), "reject")

    assert (before, len(shown), ask()) == ([], 1, [])


def test_200_one_that_is_approved_late_is_new_to_who_asks_again(
    parts, post, ask, approve, mention, clock
):
    late = receive(parts, "https://late.example/1")
    mention()
    newest = ask()[0]["id"]

    clock.forward(days=2)
    approve(late)

    [new] = ask(since_id=newest)
    assert new["status"]["uri"] == "https://late.example/1"
    assert new["created_at"] == "2025-11-24T08:31:15.000Z"


def test_200_gone_from_its_source_it_is_gone_here_and_comes_back_as_it_was(
    parts, mention, ask, client, headers
):
    mention()
    [before] = ask()

    receive(parts, finding=Finding(ABSENT))
    gone = ask(), client.get(f"{PATH}/{before['id']}", headers=headers).status_code
    receive(parts)

    assert gone == ([], 404)
    assert [each["id"] for each in ask()] == [before["id"]]


def test_200_an_edited_mention_keeps_its_id(parts, mention, ask):
    mention()
    [before] = ask()

    receive(parts, mention=said(text="Said better"))

    [after] = ask()
    assert after["id"] == before["id"]
    assert "Said better" in after["status"]["content"]


def test_200_nothing_about_a_post_that_is_deleted(mention, ask, client, bearer):
    mention(1, "like")
    mention(2, "reply")
    client.post("/micropub", data={"action": "delete", "url": PAGE}, headers=bearer())

    assert ask() == []


def test_200_a_like_of_a_page_that_is_no_post_is_told_in_words(parts, ask, approve):
    approve(receive(parts, mention=said("like", ""), page="https://site.example/"))

    [notification] = ask()

    assert notification["type"] == "mention"
    assert 'Liked: <a href="https://site.example/">' in notification["status"]["content"]


def test_200_types_are_chosen(mention, ask):
    for number, kind in enumerate(("reply", "like", "repost")):
        mention(number, kind)

    def types(**query):
        return [each["type"] for each in ask(**query)]

    assert types() == ["reblog", "favourite", "mention"]
    assert types(**{"types[]": ["mention", "reblog"]}) == ["reblog", "mention"]
    assert types(**{"exclude_types[]": ["follow_request", "reblog"]}) == ["favourite", "mention"]
    assert types(**{"types[]": ["follow"]}) == []


def test_200_of_one_account(mention, ask):
    mention(1)
    mention(2, name="Ida", url="https://ida.example/")
    [ida, grace] = ask()

    assert ask(account_id=ida["account"]["id"]) == [ida]
    assert ask(account_id=grace["account"]["id"]) == [grace]


def test_200_pages_hold_each_once_up_to_80(mention, ask, client, headers):
    for number in range(5):
        mention(number)
    ids = [each["id"] for each in ask()]

    assert [each["id"] for each in ask(limit=2, max_id=ids[1])] == ids[2:4]
    assert [each["id"] for each in ask(limit=2, min_id=ids[4])] == ids[2:4]
    assert sorted(ids, key=int, reverse=True) == ids
    link = client.get(f"{PATH}?limit=2", headers=headers).headers["Link"]
    assert link.startswith(f"<https://site.example{PATH}?limit=2&max_id={ids[1]}>")


def test_200_dismissed_it_does_not_come_again(mention, ask, client, headers, parts):
    for number in range(3):
        mention(number)
    ids = [each["id"] for each in ask()]

    first = client.post(f"{PATH}/{ids[0]}/dismiss", headers=headers)
    second = client.post(f"{PATH}/dismiss", data={"id": ids[1]}, headers=headers)
    again = client.post(f"{PATH}/{ids[0]}/dismiss", headers=headers)

    assert (first.status_code, second.status_code, again.status_code) == (200, 200, 404)
    assert first.json == {}
    assert [each["id"] for each in ask()] == [ids[2]]
    assert parts.webmentions.listing.count(None, "") == {"reply": 3}


def test_200_cleared_only_what_is_new_comes(mention, ask, client, headers):
    mention(1)
    mention(2)
    answer = client.post(f"{PATH}/clear", headers=headers)
    cleared = ask()

    mention(3)

    assert (answer.json, cleared) == ({}, [])
    assert [each["status"]["uri"] for each in ask()] == ["https://grace.example/3"]


def test_200_clearing_nothing(client, headers):
    assert client.post(f"{PATH}/clear", headers=headers).json == {}


@pytest.mark.parametrize("number", ["1", "115592410890240000", "abc", "9" * 40, "requests"])
def test_404_no_notification(client, headers, number):
    answers = [
        client.get(f"{PATH}/{number}", headers=headers),
        client.post(f"{PATH}/{number}/dismiss", headers=headers),
    ]

    for answer in answers:
        assert answer.status_code == 404
        assert answer.json["error"] == "Record not found"


def test_404_a_post_is_no_notification(client, headers, post):
    post("Hello")
    number = client.get("/api/v1/timelines/home", headers=headers).json[0]["id"]

    assert client.get(f"{PATH}/{number}", headers=headers).status_code == 404


def test_401_strangers_have_none(client):
    assert client.get(PATH).status_code == 401


def test_403_scopes_are_kept_apart(client, bearer, mention):
    mention()

    assert client.get(PATH, headers=bearer("read:statuses")).status_code == 403
    assert client.post(f"{PATH}/clear", headers=bearer("read")).status_code == 403


def test_403_who_may_send_files_alone_dismisses_nothing(client, bearer, mention, ask):
    mention()
    [shown] = ask()
    paths = [f"{PATH}/clear", f"{PATH}/{shown['id']}/dismiss"]

    answers = [
        client.post(path, headers=bearer(scope))
        for path in paths
        for scope in ("media", "write:media", "write:statuses")
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert len(ask()) == 1
    assert client.post(paths[1], headers=bearer("create")).status_code == 200
