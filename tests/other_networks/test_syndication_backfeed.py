"""What others do with copies on Mastodon comes in as mentions of the posts."""

from dataclasses import replace
from datetime import timedelta

import pytest
from mastodon_answers import BOB, ME, Server, reply, status
from oauth_apps import sign_in
from sqlalchemy import select

from endpoint.assembly import assemble
from endpoint.domain.webmentions.deciding.rules import block
from endpoint.domain.webmentions.receiving.requests import Asking
from endpoint.services.syndication.backfeed import BACKFEED, next_look
from endpoint.services.webmentions.receiving.looking import MENTIONS
from endpoint.stores.mentions.inbox import Inbox
from endpoint.stores.mentions.looks import Looks
from endpoint.stores.mentions.rows import COLUMNS, mentions, to_received
from endpoint.stores.mentions.rules import MentionRules

UID = "https://social.example/@ada"
ANSWER = "https://b.example/@bob/11"
CONTEXT = ("GET", "/api/v1/statuses/7/context")
FAVOURITES = ("GET", "/api/v1/statuses/7/favourited_by")
BOOSTS = ("GET", "/api/v1/statuses/7/reblogged_by")


@pytest.fixture
def server(httpserver):
    server = Server.at(httpserver)
    server.answers |= {CONTEXT: {"descendants": []}, FAVOURITES: [], BOOSTS: []}
    return server


@pytest.fixture
def configure(installation, server):
    def configure(approve=(), **values):
        table = {"kind": "mastodon", "uid": UID, "name": "@ada", "backfeed": True}
        installation.configure(
            syndication=[{**table, "server": server.url, "token": "token", **values}],
            site={"build": ""},
            fetch={"allow_hosts": ["127.0.0.1"]},
            webmention={"approve": list(approve)},
        )

    return configure


@pytest.fixture
def publisher(configure, start_publisher):
    configure(["likes"])
    return start_publisher()


@pytest.fixture
def permalink(publisher):
    """That of a post that was just copied, and not looked at since."""
    permalink = publisher.post(UID, content="Hello")
    publisher.deploy()
    assert publisher.row(permalink, UID).state == "copied"
    return permalink


def listen(publisher, **wait):
    publisher.clock.forward(**wait or {"seconds": 1})
    publisher.parts.following.work(BACKFEED)


def received(publisher):
    """All mentions by their source."""
    with publisher.parts.engine.connect() as connection:
        rows = connection.execute(select(*COLUMNS).order_by(mentions.c.number))
        return {row.source: to_received(row) for row in rows}


def answer(content="<p>Nice</p>", account=BOB, **values):
    return {"descendants": [status("11", BOB) | {"account": account, "content": content, **values}]}


def test_answers_favourites_and_boosts_come_in_as_mentions(publisher, server, permalink):
    server.answers[CONTEXT] = answer('<p>Nice <a href="https://x.example/">x</a><script>1</script>')
    server.answers[FAVOURITES] = [BOB]
    server.answers[BOOSTS] = [BOB]

    listen(publisher)

    found = received(publisher)
    assert sorted((each.mention.kind, each.state) for each in found.values()) == [
        ("like", "approved"),
        ("reply", "verified"),
        ("repost", "verified"),
    ]
    said = found[ANSWER].mention
    assert said.text == "Nice x"
    assert "script" not in said.html
    assert said.published.startswith("2026-05-01T12:00:00")
    assert (said.author.name, said.author.url) == ("Bob <b>", BOB["url"])
    assert said.author.photo == BOB["avatar"]
    assert {each.origin for each in found.values()} == {UID}
    assert {each.permalink for each in found.values()} == {permalink}


def test_no_copy_is_looked_at_once_the_server_stops(publisher, server, permalink):
    server.answers[CONTEXT] = answer()
    publisher.parts.syndication.stop()

    listen(publisher)

    assert received(publisher) == {}
    assert publisher.row(permalink, UID).looks == 0


def test_nothing_is_looked_at_or_fetched(publisher, server, permalink):
    server.answers[CONTEXT] = answer()
    listen(publisher)

    inbox, now = Inbox(publisher.parts.engine), publisher.clock()
    inbox.receive(Asking(ANSWER, permalink), permalink, now)
    publisher.parts.following.work(MENTIONS)

    assert not Looks(publisher.parts.engine).has_due(now + timedelta(days=9))
    assert received(publisher)[ANSWER].finding == "present"


def test_what_has_sent_a_webmention_is_not_doubled(publisher, server, permalink):
    server.answers[CONTEXT] = answer()
    server.answers[FAVOURITES] = [BOB]
    inbox = Inbox(publisher.parts.engine)
    inbox.receive(Asking(ANSWER, permalink), permalink, publisher.clock())

    listen(publisher)

    found = received(publisher)
    assert (found[ANSWER].origin, found[ANSWER].finding) == ("", "")
    assert [each.origin for each in found.values()] == ["", UID]


def test_what_changes_there_changes_here(publisher, server, permalink):
    server.answers[CONTEXT] = answer()
    server.answers[FAVOURITES] = [BOB]
    listen(publisher)
    before = received(publisher)
    server.answers[CONTEXT] = answer("<p>Nicer</p>")
    server.answers[FAVOURITES] = []

    listen(publisher, minutes=6)

    after = received(publisher)
    assert after.keys() == before.keys()
    assert after[ANSWER].mention.text == "Nicer"
    [like] = [each for source, each in after.items() if source != ANSWER]
    assert (like.finding, like.mention) == ("absent", None)


def test_what_comes_back_is_back(publisher, server, permalink):
    server.answers[FAVOURITES] = [BOB]
    listen(publisher)
    server.answers[FAVOURITES] = []
    listen(publisher, minutes=6)
    server.answers[FAVOURITES] = [BOB]

    listen(publisher, minutes=12)

    assert [each.state for each in received(publisher).values()] == ["approved"]


def test_same_again_is_no_news(publisher, server, permalink):
    server.answers[CONTEXT] = answer()
    listen(publisher)
    before = received(publisher)

    listen(publisher, minutes=6)

    assert len(server.sent(*CONTEXT)) == 2
    assert received(publisher) == before


def test_decision_of_the_owner_stays(publisher, server, permalink):
    server.answers[FAVOURITES] = [BOB]
    listen(publisher)
    [like] = received(publisher).values()
    publisher.parts.webmentions.moderation.moderating.decide([like.id], "reject")
    server.answers[FAVOURITES] = [{**BOB, "display_name": "Robert"}]

    listen(publisher, minutes=6)

    [like] = received(publisher).values()
    assert (like.decision, like.mention.author.name) == ("rejected", "Robert")


def test_own_statuses_are_left_out(publisher, server, permalink):
    server.answers[CONTEXT] = {"descendants": [status("12", ME)]}
    server.answers[FAVOURITES] = [ME]

    listen(publisher)

    assert received(publisher) == {}


@pytest.mark.parametrize("visibility", ["private", "direct", None, "limited"])
def test_what_only_some_may_read_is_left_out(publisher, server, permalink, visibility):
    server.answers[CONTEXT] = answer(visibility=visibility)

    listen(publisher)

    assert received(publisher) == {}


def test_what_the_owner_blocks_is_left_out(publisher, server, permalink):
    MentionRules(publisher.parts.engine).add(block("host", "b.example"), publisher.clock())
    server.answers[CONTEXT] = answer()
    server.answers[FAVOURITES] = [BOB]

    listen(publisher)

    assert received(publisher) == {}


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"url": "javascript:alert(1)", "uri": "x"}, id="no URL"),
        pytest.param({"account": {**BOB, "url": "javascript:alert(1)"}}, id="author"),
        pytest.param({"account": {**BOB, "avatar": "data:image/png,x"}}, id="photo"),
        pytest.param({"created_at": "yesterday"}, id="date"),
        pytest.param({"created_at": 5, "content": None}, id="other types"),
        pytest.param({"content": "<div>" * 30_000}, id="nested"),
        pytest.param({"content": "x" * 100_000 + "\0\ud800"}, id="long"),
    ],
)
def test_hostile_answer(publisher, server, permalink, values):
    server.answers[CONTEXT] = answer(**values)

    listen(publisher)

    for each in received(publisher).values():
        said = each.mention
        assert all(url.startswith("http") for url in (each.source, said.url))
        assert all(
            not url or url.startswith("http") for url in (said.author.url, said.author.photo)
        )
        assert len(said.html) < 21_000


@pytest.mark.parametrize("created_at", ["0001-01-01T00:00:00.000Z", "99999-01-01", None])
def test_one_answer_with_an_odd_date_keeps_no_other_out(publisher, server, permalink, created_at):
    """The date of an answer is what a stranger's server said."""
    odd = status("11", BOB, created_at=created_at)
    server.answers[CONTEXT] = {"descendants": [odd, status("12", BOB)]}
    server.answers[FAVOURITES] = [BOB]

    listen(publisher)

    found = received(publisher)
    assert len(found) == 3
    assert found[ANSWER].mention.published == ""


def test_copies_are_looked_at_less_and_less(publisher, server, permalink):
    counts = []
    for _ in range(3):
        for _ in range(60):
            listen(publisher, minutes=1)
        counts.append(len(server.sent(*CONTEXT)))

    assert counts[0] in (4, 5)
    assert counts[2] - counts[0] in (1, 2)


def test_looks_end_after_two_months(publisher, permalink):
    row = publisher.row(permalink, UID)
    now = publisher.clock()

    weekly = next_look(replace(row, looks=40), now, 0.5)

    assert timedelta(days=7) <= weekly - now <= timedelta(days=8)
    assert next_look(row, now + timedelta(days=61), 0.5) is None


def test_busy_server_is_left_alone_for_as_long_as_it_wants(publisher, server, permalink):
    reset = publisher.clock() + timedelta(minutes=30)
    busy = reply({"error": "Slow"}, 429, **{"X-RateLimit-Reset": reset.isoformat()})
    server.answers[CONTEXT] = busy

    listen(publisher)
    server.answers[CONTEXT] = answer()
    listen(publisher, minutes=20)
    early = received(publisher)
    listen(publisher, minutes=20)

    assert early == {}
    assert ANSWER in received(publisher)


def test_token_that_is_not_known_any_more_pauses_the_target(publisher, server, permalink):
    server.answers[CONTEXT] = reply({"error": "The access token was revoked"}, 401)

    listen(publisher)
    listen(publisher, hours=1)

    assert len(server.sent(*CONTEXT)) == 1
    assert "revoked" in publisher.parts.syndication.pausing.all()[UID].reason


def test_nobody_is_asked_unless_it_is_wanted(configure, start_publisher, server):
    configure(backfeed=False)
    publisher = start_publisher()
    publisher.post(UID, content="Hello")
    publisher.deploy()

    listen(publisher, days=1)

    assert not server.sent(*CONTEXT)


def test_deleted_post_is_not_looked_at(publisher, server, permalink):
    server.answers["DELETE", "/api/v1/statuses/7"] = status("7", ME)
    publisher.act("delete", permalink)
    publisher.deploy()

    listen(publisher, days=1)

    assert not server.sent(*CONTEXT)


def test_owner_sees_where_it_was_found(publisher, server, permalink):
    server.answers[CONTEXT] = answer()
    listen(publisher)

    page = sign_in(publisher.client).get("/admin/mentions")

    assert f"Found on <bdi>{UID}</bdi>" in page.text


def test_a_copy_that_is_gone_there_keeps_no_other_from_being_looked_at(
    publisher, server, permalink
):
    del server.answers[CONTEXT]

    listen(publisher)
    listen(publisher, hours=1)

    row = publisher.row(permalink, UID)
    assert row.looks == 2
    assert row.next_look_at > publisher.clock() + timedelta(minutes=9)
    assert publisher.parts.syndication.backfeed.queue().waiting == 0


def test_what_is_to_be_looked_at_is_counted(publisher, permalink, client_of, installation):
    installation.configure(metrics={"token": "t"})
    client = client_of(assemble(installation.config, publisher.clock))

    ready = client.get("/readyz").json
    figures = client.get("/metrics", headers={"Authorization": "Bearer t"}).text
    status_page = sign_in(client).get("/admin/status").text

    assert ready["backfeed"] == {"waiting": 1, "since": publisher.clock().isoformat()}
    assert "endpoint_backfeed_waiting 1.0" in figures
    assert "1 copy waits to be looked at for answers." in status_page
