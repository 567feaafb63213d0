"""Answers to posts of one's own become threads on networks that have the first post."""

import re

import pytest
import xrpc
from mastodon_answers import ME, Server, reply, status
from werkzeug.wrappers import Response
from xrpc import Pds

MASTODON, BLUESKY = "https://social.example/@ada", "bluesky"
STATUSES = ("POST", "/api/v1/statuses")


@pytest.fixture
def publish_to(installation, start_publisher):
    def publish_to(**target):
        installation.configure(
            syndication=[{"name": "@ada", **target}],
            site={"build": ""},
            fetch={"allow_hosts": ["127.0.0.1", "localhost"]},
        )
        return start_publisher()

    return publish_to


@pytest.fixture
def mastodon(httpserver):
    server = Server.at(httpserver)
    server.answers["GET", "/api/v2/search"] = {"statuses": []}
    return server


@pytest.fixture
def on_mastodon(publish_to, mastodon):
    return publish_to(kind="mastodon", uid=MASTODON, server=mastodon.url, token="token")


@pytest.fixture
def pds(httpserver):
    pds = Pds(httpserver)
    httpserver.expect_request(re.compile("/xrpc/.*")).respond_with_handler(pds.answer)
    return pds


@pytest.fixture
def on_bluesky(publish_to, pds):
    account = {"username": xrpc.HANDLE, "token": xrpc.PASSWORD, "server": pds.url}
    return publish_to(kind="bluesky", uid=BLUESKY, **account)


def test_an_answer_to_oneself_is_a_thread_on_mastodon(on_mastodon, mastodon):
    first = on_mastodon.post(MASTODON, content="One")
    second = on_mastodon.post(MASTODON, content="Two", in_reply_to=first)

    on_mastodon.deploy()

    sent = mastodon.sent(*STATUSES)
    assert [said.get("in_reply_to_id") for said in sent] == [None, ["7"]]
    assert [said["status"] for said in sent] == [["One"], ["Two"]]
    assert on_mastodon.row(second, MASTODON).state == "copied"


def test_an_answer_to_oneself_is_a_thread_on_bluesky(on_bluesky, pds, clock):
    permalink = on_bluesky.post(BLUESKY, content="One")
    for text in ("Two", "Three"):
        clock.forward(seconds=1)
        permalink = on_bluesky.post(BLUESKY, content=text, in_reply_to=permalink)

    on_bluesky.deploy()

    said = {record["text"]: record.get("reply") for record in pds.posts()}
    uris = {record["text"]: uri for uri, record in pds.records.items()}
    roots = [said[text] and said[text]["root"]["uri"] for text in ("One", "Two", "Three")]
    parents = [said[text] and said[text]["parent"]["uri"] for text in ("One", "Two", "Three")]
    assert roots == [None, uris["One"], uris["One"]]
    assert parents == [None, uris["One"], uris["Two"]]


def test_an_answer_waits_for_what_it_answers(on_mastodon, mastodon, clock):
    mastodon.answers[STATUSES] = [
        Response("{}", 503),
        *[reply(status(number, ME)) for number in ("7", "8")],
    ]
    first = on_mastodon.post(MASTODON, content="One")
    on_mastodon.deploy()
    second = on_mastodon.post(MASTODON, content="Two", in_reply_to=first)
    mastodon.answers["GET", "/api/v1/accounts/1/statuses"] = []
    on_mastodon.deploy()
    early = len(mastodon.sent(*STATUSES))

    for _ in range(4):
        clock.forward(minutes=10)
        on_mastodon.work()

    sent = mastodon.sent(*STATUSES)
    assert early == 1
    assert [said.get("in_reply_to_id") for said in sent] == [None, None, ["7"]]
    assert on_mastodon.row(second, MASTODON).url.endswith("/8")


def test_an_answer_to_what_was_not_copied_stays_at_home(on_mastodon, mastodon):
    first = on_mastodon.post(content="One")
    second = on_mastodon.post(MASTODON, content="Two", in_reply_to=first)

    on_mastodon.deploy()

    assert mastodon.sent(*STATUSES) == []
    assert on_mastodon.row(second, MASTODON).state == "unfit"


def test_an_answer_to_a_copy_that_only_the_post_knows_of(on_mastodon, mastodon):
    url = f"{mastodon.url}@ada/5"
    mastodon.answers["GET", "/api/v1/statuses/5"] = status("5", ME) | {"url": url, "uri": url}
    first = on_mastodon.post(content="One", syndication=[url])
    on_mastodon.post(MASTODON, content="Two", in_reply_to=first)

    on_mastodon.deploy()

    [sent] = mastodon.sent(*STATUSES)
    assert sent["in_reply_to_id"] == ["5"]
