"""Copies on a real server that speaks Mastodon's API, in good times and in bad ones."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from mastodon_servers import SITE, attachment, forgetting, mastodon_server, outgoing, tools
from photos import quarters

from endpoint.errors import NotFound
from endpoint.services.syndication.backfeed import BACKFEED
from endpoint.syndicators import Attachment
from endpoint.syndicators.mastodon import make
from endpoint.syndicators.outcomes import Forbidden, NotAllowed, NotNow, Refused, Unfit

UID = "https://social.example/@ada"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with mastodon_server(tmp_path_factory.mktemp("mastodon")) as server:
        yield server


@pytest.fixture(autouse=True)
def no_faults(server):
    yield
    server.mend()


@pytest.fixture
def ada(server):
    return make(server.target(), tools(now, timeout_s=30))


def now():
    return datetime.now(UTC)


def png():
    with BytesIO() as file:
        quarters().save(file, "PNG")
        return file.getvalue()


def test_note_with_photo_warning_and_language(server, ada):
    note = outgoing(
        "<p>See <a href='https://there.example/'>this</a>.</p>",
        attachments=[attachment(png(), alt="Four colours")],
        category=["static site"],
        summary=["Colours"],
        content_warning=["yes"],
        visibility=["unlisted"],
    )

    copy = ada.copy(note, "key-photo")

    [status] = [each for each in server.statuses() if each["url"] == copy.url]
    assert "this (" in status["content"]
    assert "https://there.example/" in status["content"]
    assert "#StaticSite" in status["content"] or "StaticSite" in str(status["tags"])
    assert status["spoiler_text"] == "Colours"
    assert status["sensitive"] is True
    assert status["visibility"] == "unlisted"
    assert status["language"] == "en"
    [media] = status["media_attachments"]
    assert media["description"] == "Four colours"


def test_article_is_title_and_link(server, ada):
    article = outgoing("<p>Long words</p>", "article", name=["On words"])

    copy = ada.copy(article, "key-article")

    source = server.api("GET", f"v1/statuses/{copy.id.split(':')[1]}/source")
    assert source["text"] == f"On words\n\n{article.post.permalink}"


def test_long_note_fits_and_links_to_the_post(server, ada):
    note = outgoing("<p>" + "Wörter und Zeichen " * 100 + "</p>")

    copy = ada.copy(note, "key-long")

    source = server.api("GET", f"v1/statuses/{copy.id.split(':')[1]}/source")
    assert source["text"].endswith(f"…\n\n{note.post.permalink}")


def test_five_photos_are_four_and_a_link(server, ada):
    photos = [attachment(png(), f"{number}.png", alt=str(number)) for number in range(5)]
    note = outgoing("<p>Five</p>", attachments=photos)

    copy = ada.copy(note, "key-five")

    status = server.api("GET", f"v1/statuses/{copy.id.split(':')[1]}")
    assert [media["description"] for media in status["media_attachments"]] == ["0", "1", "2", "3"]
    assert note.post.permalink in status["content"]


def test_photo_that_is_not_there_is_left_out(server, ada):
    def load():
        raise NotFound("There is no such file")

    lost = Attachment(f"{SITE}lost.png", "image/png", "", load)
    note = outgoing("<p>Lost and found</p>", attachments=[lost, attachment(png())])

    copy = ada.copy(note, "key-lost")

    status = server.api("GET", f"v1/statuses/{copy.id.split(':')[1]}")
    assert len(status["media_attachments"]) == 1


def test_edit_keeps_photo_and_changes_words_and_alt(server, ada):
    note = outgoing("<p>Befor</p>", attachments=[attachment(png(), alt="Old")])
    copy = ada.copy(note, "key-edit")
    before = server.api("GET", f"v1/statuses/{copy.id.split(':')[1]}")

    again = ada.edit(
        copy, outgoing("<p>Before</p>", attachments=[attachment(png(), alt="New")], summary=["S"])
    )

    after = server.api("GET", f"v1/statuses/{copy.id.split(':')[1]}")
    assert again == copy
    assert "Before" in after["content"]
    assert after["edited_at"]
    assert [m["id"] for m in after["media_attachments"]] == [
        m["id"] for m in before["media_attachments"]
    ]


def test_edit_with_other_photos_uploads_them(server, ada):
    copy = ada.copy(outgoing("<p>One photo</p>", attachments=[attachment(png())]), "key-edit-2")
    others = [attachment(png(), "other.png", alt="Other"), attachment(png(), "more.png")]

    again = ada.edit(copy, outgoing("<p>Two photos</p>", attachments=others))

    status = server.api("GET", f"v1/statuses/{copy.id.split(':')[1]}")
    assert "Two photos" in status["content"]
    assert again.id != copy.id


def test_removed_copy_is_gone_and_stays_so(server, ada):
    copy = ada.copy(outgoing("<p>Short life</p>"), "key-remove")

    ada.remove(copy)
    ada.remove(copy)

    assert copy.url not in [status["url"] for status in server.statuses()]
    with pytest.raises(Refused, match="not there any more"):
        ada.edit(copy, outgoing("<p>Longer life</p>"))


def test_same_key_is_the_same_copy(server, ada):
    note = outgoing("<p>Only once</p>")

    first, second = ada.copy(note, "key-same"), ada.copy(note, "key-same")

    assert first == second


@pytest.mark.parametrize(
    ("effect", "outcome", "is_unknown"),
    [
        pytest.param({"type": "ratelimit"}, NotNow, False, id="too many requests"),
        pytest.param({"type": "status", "status": 503}, NotNow, True, id="out of order"),
        pytest.param({"type": "status", "status": 500}, NotNow, True, id="broken"),
        pytest.param({"type": "status", "status": 404}, NotNow, False, id="not there"),
        pytest.param({"type": "malformed"}, NotNow, True, id="malformed"),
        pytest.param({"type": "malformed", "truncate": False}, NotNow, True, id="no JSON"),
        pytest.param({"type": "status", "status": 401}, NotAllowed, None, id="no such token"),
        pytest.param({"type": "status", "status": 403}, Forbidden, None, id="not allowed"),
        pytest.param({"type": "status", "status": 422}, Refused, None, id="invalid"),
        pytest.param({"type": "status", "status": 413}, Refused, None, id="too large"),
    ],
)
def test_fault_of_the_server(server, ada, effect, outcome, is_unknown):
    server.break_(
        {**effect, "body": {"error": "Validation failed: no"}} if "status" in effect else effect
    )

    with pytest.raises(outcome) as raised:
        ada.copy(outgoing(f"<p>Fault {effect}</p>"), f"key-{effect}")

    assert getattr(raised.value, "is_unknown", None) is is_unknown
    assert "ada_token" not in str(raised.value)
    assert ("Validation failed: no" in str(raised.value)) is ("status" in effect)


def test_no_answer_in_time(server):
    server.break_({"type": "timeout"})
    hasty = make(server.target(), tools(now, timeout_s=1))

    with pytest.raises(NotNow) as raised:
        hasty.copy(outgoing("<p>Slow</p>"), "key-slow")

    assert raised.value.is_unknown


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Retry-After": "60"}, id="seconds"),
        pytest.param({"X-RateLimit-Reset": "EPOCH"}, id="seconds since 1970"),
        pytest.param({"X-RateLimit-Reset": "ISO"}, id="a time"),
    ],
)
def test_too_many_requests_say_when_to_come_back(server, ada, headers):
    moment = now() + timedelta(seconds=60)
    spelled = {"EPOCH": str(int(moment.timestamp())), "ISO": moment.isoformat()}
    headers = {name: spelled.get(value, value) for name, value in headers.items()}
    server.break_({"type": "status", "status": 429, "headers": headers})

    with pytest.raises(NotNow) as raised:
        ada.copy(outgoing("<p>Busy</p>"), "key-busy")

    assert moment - timedelta(seconds=1) < raised.value.retry_at <= now() + timedelta(seconds=60)


def test_success_with_nonsense_about_limits_is_a_success(server, ada):
    server.break_(
        {"type": "latency", "headers": {"X-RateLimit-Reset": "soon", "X-RateLimit-Limit": "x"}}
    )

    copy = ada.copy(outgoing("<p>Fine</p>"), "key-fine")

    assert copy.url in [status["url"] for status in server.statuses()]


def test_attempt_whose_answer_was_lost_is_found_again(server, ada):
    note = outgoing("<p>Was <b>it</b> heard, @bob@there.example?</p><p>Zoë's line.<br>Next</p>")
    since = now()
    with forgetting(server) as way:
        forgetful = make(way.target(), tools(now))
        with pytest.raises(NotNow) as raised:
            forgetful.copy(note, "key-lost-answer")

    found = ada.find(note, "key-another", since)

    assert raised.value.is_unknown
    assert found == ada.copy(note, "key-lost-answer")
    assert ada.find(outgoing("<p>Was never said</p>"), "key-other", since) is None


def test_truncated_copy_is_found_by_its_link(server, ada):
    article = outgoing("<p>x</p>", "article", name=["Found by its link"])
    since = now()
    copy = ada.copy(article, "key-link")

    assert ada.find(article, "key-link", since) == copy


def test_old_status_with_the_same_words_is_another(server, ada):
    note = outgoing("<p>Good morning</p>")
    ada.copy(note, "key-morning")

    assert ada.find(note, "key-tomorrow", now() + timedelta(minutes=5)) is None


def test_like_of_what_is_elsewhere_is_left_out(server, ada):
    for kind, name in (("like", "like_of"), ("repost", "repost_of"), ("reply", "in_reply_to")):
        post = outgoing(
            "<p>x</p>" if kind == "reply" else "", kind, **{name: ["https://e.example/"]}
        )

        with pytest.raises(Unfit):
            ada.copy(post, f"key-{kind}")


def test_check_says_who_we_are(server, ada):
    stranger = make(server.target(token="nonsense"), tools(now))

    assert ada.check().startswith("@ada@127.0.0.1:")
    with pytest.raises(NotAllowed):
        stranger.check()


# The whole way


@pytest.fixture
def publisher(server, installation, start_publisher):
    """A site whose posts are copied to the account of Ada, who hears what others say there."""
    table = {"kind": "mastodon", "uid": UID, "name": "@ada", "backfeed": True}
    installation.configure(
        syndication=[{**table, "server": server.url, "token": "ada_token"}],
        site={"build": ""},
        fetch={"allow_hosts": ["127.0.0.1", "localhost"]},
        webmention={"approve": ["all"]},
    )
    return start_publisher()


def test_post_edited_answered_liked_and_deleted(server, publisher):
    permalink = publisher.post(UID, content="Hello *everybody*")
    publisher.deploy()
    row = publisher.row(permalink, UID)
    number = row.remote_id.split(":")[1]
    written_back = publisher.source(permalink)["syndication"]

    publisher.act("update", permalink, replace={"content": ["Hello **all**"]})
    publisher.deploy()
    edited = server.api("GET", f"v1/statuses/{number}")
    server.post("@ada Hello back", in_reply_to_id=number)
    server.api("POST", f"v1/statuses/{number}/favourite", "bob_token")
    server.api("POST", f"v1/statuses/{number}/reblog", "eve_token")
    publisher.clock.forward(seconds=1)
    publisher.parts.following.work(BACKFEED)
    answer = publisher.client.get(f"/webmention/mentions.jf2?target={permalink}")
    publisher.act("delete", permalink)
    publisher.deploy()

    assert written_back == [row.url]
    assert "Hello all" in edited["content"]
    properties = [sorted(each) for each in answer.json["children"]]
    assert sum("in-reply-to" in names for names in properties) == 1
    assert sum("like-of" in names for names in properties) == 1
    assert sum("repost-of" in names for names in properties) == 1
    assert "Hello back" in answer.text
    assert row.url not in [status["url"] for status in server.statuses()]


def test_bad_day_ends_with_one_copy(server, publisher):
    server.break_({"type": "ratelimit"})
    server.break_({"type": "status", "status": 503}, count=2)
    server.break_({"type": "malformed"})
    permalink = publisher.post(UID, content="Through thick and thin")

    publisher.deploy()
    for _ in range(12):
        publisher.clock.forward(hours=6)
        publisher.work()

    assert publisher.row(permalink, UID).state == "copied"
    said = [each for each in server.statuses() if "thick and thin" in each["content"]]
    assert len(said) == 1


def test_status_that_may_not_be_boosted_holds_up_no_other(server, publisher):
    theirs = server.post("Only for you")
    # This server searches words alone.
    path = f"v1/statuses/{theirs['id']}"
    server.api("PUT", path, "bob_token", json={"status": f"I am {theirs['url']}"})
    server.break_(
        {"type": "status", "status": 403, "body": {"error": "This action is not allowed"}},
        path=f"/api/{path}/reblog",
    )
    repost = publisher.post(UID, repost_of=theirs["url"])
    note = publisher.post(UID, content="Still here")

    publisher.deploy()

    row = publisher.row(repost, UID)
    assert row.state == "refused"
    assert row.last_error == "The server answers 403: This action is not allowed."
    assert publisher.row(note, UID).state == "copied"
    assert publisher.parts.syndication.overview.pauses() == {}


def test_attempt_is_found_although_its_photo_is_gone(server, ada):
    def load():
        raise NotFound("There is no such file")

    photos = [attachment(png()), attachment(png(), "other.png")]
    note = outgoing("<p>Was seen with two photos</p>", attachments=photos)
    since = now()
    copy = ada.copy(note, "key-photo-gone")
    lost = tuple(replace(photo, load=load) for photo in photos)

    assert ada.find(replace(note, attachments=lost), "key-photo-gone", since) == copy
