"""Posts copied to Bluesky: what the records say, and what comes of each kind of failure."""

import io
import json
import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import xrpc
from hypothesis import HealthCheck, assume, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from networks import Publisher
from PIL import Image
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Response
from xrpc import Pds

from endpoint.config.syndication import SyndicationTarget
from endpoint.domain.bluesky.facets import byte_span, find_facets, shorten_links
from endpoint.domain.markup import render
from endpoint.domain.posts import Post
from endpoint.errors import NotFound, Unavailable
from endpoint.stores.web import Web
from endpoint.syndicators import Attachment, Copy, Outgoing, Rules, Syndicator, Tools
from endpoint.syndicators.bluesky import make
from endpoint.syndicators.outcomes import Forbidden, NotAllowed, NotNow, Refused, Unfit

pytest_plugins = ("networks",)

NOW = datetime(2025, 11, 22, 8, 30, 15, tzinfo=UTC)
PERMALINK = "https://site.example/notes/2025/11/hello/"
CREATE, UPLOAD = "com.atproto.repo.createRecord", "com.atproto.repo.uploadBlob"
PUT, LOGIN = "com.atproto.repo.putRecord", "com.atproto.server.createSession"


@pytest.fixture
def pds(httpserver: HTTPServer) -> Pds:
    pds = Pds(httpserver)
    httpserver.expect_request(re.compile("/xrpc/.*")).respond_with_handler(pds.answer)
    return pds


@pytest.fixture
def bluesky(pds: Pds) -> Syndicator:
    return make_bluesky(pds)


def make_bluesky(pds: Pds, **settings: Any) -> Syndicator:
    named = {"kind": "bluesky", "uid": "bluesky", "name": "Bluesky", "server": pds.url}
    account = {"username": xrpc.HANDLE, "token": xrpc.PASSWORD}
    target = SyndicationTarget.model_validate(named | account | settings)
    web = Web(["127.0.0.1", "localhost"], timeout_s=30)
    tools = Tools(web, "https://site.example/", "https://site.example/feed.json", lambda: NOW)
    return make(target, tools)


def note(text: str = "Hello", *files: Attachment, **more: Any) -> Outgoing:
    """Return a post of Markdown ``text``; ``more`` are properties, in snake case."""
    said = {"language": more.pop("language", ""), "own_text": more.pop("own_text", "")}
    said["rules"] = more.pop("rules", Rules())
    kind = more.pop("kind", "note")
    properties = {name.replace("_", "-"): value for name, value in more.items()}
    content = {"content": [text]} if text else {}
    published = {"published": ["2025-11-22T09:30:15+01:00"]}
    post = Post("h-entry", kind, published | content | properties, PERMALINK, "content/a.md")
    return Outgoing(post, render(text), files, **said)


def article(text: str = "Long words.", *files: Attachment, **more: Any) -> Outgoing:
    return note(text, *files, kind="article", name=["On pens"], **more)


def picture(
    size: tuple[int, int] = (40, 30), form: str = "PNG", noise: bool = False, alt: str = "A pen"
) -> Attachment:
    content = os.urandom(3 * size[0] * size[1]) if noise else b"\x7f" * (3 * size[0] * size[1])
    saved = io.BytesIO()
    Image.frombytes("RGB", size, content).save(saved, form)
    return Attachment(f"{PERMALINK}a.png", f"image/{form.lower()}", alt, saved.getvalue)


def test_a_note_becomes_a_post_with_its_links_tags_and_languages(pds, bluesky):
    text = "Café ☕ [here](https://www.cafe.example/a/very/long/path/of/it) with @ada.bsky.example"

    copy = bluesky.copy(note(text, category=["coffee time"], language="de-DE"), "key")

    [record] = pds.posts()
    assert record["text"] == (
        "Café ☕ here (cafe.example/a/very/long/…) with @ada.bsky.example\n\n#CoffeeTime"
    )
    spoken = record["text"].encode()
    shown = {
        spoken[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode(): feature
        for facet in record["facets"]
        for feature in facet["features"]
    }
    kind = "app.bsky.richtext.facet#"
    assert shown == {
        "cafe.example/a/very/long/…": {
            "$type": f"{kind}link",
            "uri": "https://www.cafe.example/a/very/long/path/of/it",
        },
        "@ada.bsky.example": {"$type": f"{kind}mention", "did": xrpc.DID},
        "#CoffeeTime": {"$type": f"{kind}tag", "tag": "CoffeeTime"},
    }
    assert record["createdAt"] == "2025-11-22T08:30:15.000Z"
    assert record["langs"] == ["de-DE"]
    [uri] = pds.records
    key = uri.rpartition("/")[2]
    assert copy == Copy(f"https://bsky.app/profile/{xrpc.HANDLE}/post/{key}", uri)


def test_what_is_no_name_there_stays_words(pds, bluesky):
    text = f"With @nobody.example, @ada@social.example, me@{xrpc.HANDLE} and a.b/@{xrpc.HANDLE}"

    bluesky.copy(note(text), "key")

    [record] = pds.posts()
    assert "facets" not in record


def test_a_language_that_is_none_is_left_out(pds, bluesky):
    bluesky.copy(note(language="Deutsch bitte"), "key")

    [record] = pds.posts()
    assert "langs" not in record


def test_a_long_note_is_cut_and_a_card_leads_to_the_rest(pds, bluesky):
    bluesky.copy(note("word " * 100), "key")

    [record] = pds.posts()
    assert record["text"].endswith("word…")
    assert 290 < len(record["text"]) <= 300
    assert record["embed"]["external"]["uri"] == PERMALINK


def test_a_long_note_with_a_picture_is_cut_and_its_link_is_in_the_text(pds, bluesky):
    bluesky.copy(note("word " * 100, picture()), "key")

    [record] = pds.posts()
    assert record["text"].endswith("word…\n\nsite.example/notes/2025/1…")
    assert record["facets"][0]["features"][0]["uri"] == PERMALINK
    assert record["embed"]["$type"] == "app.bsky.embed.images"


def test_letters_of_many_bytes_stay_within_the_limit_of_bytes(pds, bluesky):
    family = "👨\u200d👩\u200d👧\u200d👦"

    bluesky.copy(note(" ".join([family] * 150)), "key")

    [record] = pds.posts()
    assert len(record["text"].encode()) <= 3000
    assert record["text"].startswith(f"{family} {family}")
    assert record["text"].endswith(f"{family}…")


def test_an_article_is_its_summary_beside_a_card_with_a_picture(pds, bluesky):
    bluesky.copy(article("Words.", picture(), summary=["In short."]), "key")

    [record] = pds.posts()
    [(cid, (media_type, _))] = pds.blobs.items()
    assert record["text"] == "In short."
    assert record["embed"]["external"] == {
        "uri": PERMALINK,
        "title": "On pens",
        "description": "In short.",
        "thumb": {
            "$type": "blob",
            "ref": {"$link": cid},
            "mimeType": media_type,
            "size": len(pds.blobs[cid][1]),
        },
    }


def test_an_article_without_a_summary_is_its_title_beside_a_card(pds, bluesky):
    bluesky.copy(article("Words."), "key")

    [record] = pds.posts()
    assert record["text"] == "On pens"
    assert record["embed"]["external"]["description"] == "Words."
    assert "thumb" not in record["embed"]["external"]


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({"content_warning": ["Spiders"], "summary": ["Eight legs"]}, id="words"),
        pytest.param({"content_warning": [True], "summary": ["Spiders"]}, id="the summary"),
    ],
)
def test_a_warning_stands_for_the_post_that_it_leads_to(pds, bluesky, more):
    bluesky.copy(note("They have **eight** legs.", picture(), **more), "key")

    [record] = pds.posts()
    assert record["text"] == "Spiders"
    card = {"uri": PERMALINK, "title": "Spiders", "description": ""}
    assert record["embed"]["external"] == card
    assert not pds.blobs


def test_own_words_are_taken_instead(pds, bluesky):
    bluesky.copy(note("Long words", own_text="Short: https://a.example/", category=["x"]), "key")

    [record] = pds.posts()
    assert record["text"] == "Short: a.example"


def test_a_copy_that_never_links_gets_no_card(pds, bluesky):
    rules = Rules(link="never", hashtags=False)

    bluesky.copy(article(category=["x"], rules=rules), "key")

    [record] = pds.posts()
    assert record["text"] == "On pens\n\nLong words."
    assert "embed" not in record


def test_pictures_have_their_alt_text_and_shape(pds, bluesky):
    bluesky.copy(note("Look", picture((40, 30)), picture((10, 50), "JPEG", alt="")), "key")

    [record] = pds.posts()
    shown = record["embed"]["images"]
    assert [image["alt"] for image in shown] == ["A pen", ""]
    assert [image["aspectRatio"] for image in shown] == [
        {"width": 40, "height": 30},
        {"width": 10, "height": 50},
    ]
    assert [media_type for media_type, _ in pds.blobs.values()] == ["image/png", "image/jpeg"]


def test_of_five_pictures_four_are_shown_and_the_post_is_linked(pds, bluesky):
    bluesky.copy(note("Look", *[picture()] * 5), "key")

    [record] = pds.posts()
    assert len(record["embed"]["images"]) == 4
    assert record["facets"][0]["features"][0]["uri"] == PERMALINK


def test_a_film_is_linked(pds, bluesky):
    film = Attachment(f"{PERMALINK}a.mp4", "video/mp4", "", lambda: b"")

    bluesky.copy(note("Look", film), "key")

    [record] = pds.posts()
    assert record["text"] == "Look"
    assert record["embed"]["external"]["uri"] == PERMALINK


def test_a_picture_of_too_many_bytes_is_made_smaller(pds, bluesky):
    large = picture((1400, 900), "PNG", noise=True)
    assert len(large.load()) > 3_000_000

    bluesky.copy(note("Look", large), "key")

    [(media_type, content)] = pds.blobs.values()
    with Image.open(io.BytesIO(content)) as image:
        assert (media_type, image.format) == ("image/jpeg", "JPEG")
        assert image.width / image.height == pytest.approx(1400 / 900, abs=0.01)
        [record] = pds.posts()
        [shown] = record["embed"]["images"]
        assert shown["aspectRatio"] == {"width": image.width, "height": image.height}


def test_a_picture_that_is_none_is_refused(pds, bluesky):
    broken = Attachment(f"{PERMALINK}a.jpg", "image/jpeg", "", lambda: b"no picture")

    with pytest.raises(Refused, match=r"a\.jpg cannot be sent. The file is no picture"):
        bluesky.copy(note("Look", broken), "key")

    assert not pds.records


def test_a_picture_of_another_site_is_left_out_and_the_post_linked(pds, bluesky):
    def load() -> bytes:
        raise NotFound("It is no file of this server")

    elsewhere = Attachment("https://other.example/a.jpg", "image/jpeg", "", load)
    bluesky.copy(note("Look", elsewhere, picture()), "key")

    [record] = pds.posts()
    assert [image["alt"] for image in record["embed"]["images"]] == ["A pen"]
    assert record["facets"][0]["features"][0]["uri"] == PERMALINK


def test_a_picture_that_cannot_be_had_now_is_no_reason_to_send_half(pds, bluesky):
    def load() -> bytes:
        raise Unavailable("The disk is away")

    with pytest.raises(Unavailable):
        bluesky.copy(note("Look", Attachment("https://a/a.jpg", "image/jpeg", "", load)), "key")

    assert not pds.records


@pytest.mark.parametrize("form", ["page", "uri"])
def test_a_reply_answers_and_knows_the_root_of_the_thread(pds, bluesky, form):
    first = pds.put_post("grace.bsky.example", "3kfirst")
    root = {"uri": f"at://did:plc:grace/{xrpc.POST}/3kfirst", "cid": "cid-3kfirst"}
    page = pds.put_post("alan.bsky.example", "3ksecond", {"root": root, "parent": root})
    uri = f"at://did:plc:alan/{xrpc.POST}/3ksecond"
    assert first != page

    bluesky.copy(note("Yes", in_reply_to=[page if form == "page" else uri], kind="reply"), "key")

    [record] = pds.posts()
    assert record["reply"] == {"root": root, "parent": {"uri": uri, "cid": "cid-3ksecond"}}
    assert record["text"] == "Yes"


def test_a_reply_to_the_first_post_has_it_for_root_too(pds, bluesky):
    page = pds.put_post("grace.bsky.example", "3kfirst")
    cite = {"type": ["h-cite"], "properties": {"url": [page], "name": ["Hello"]}}

    bluesky.copy(note("Yes", in_reply_to=[cite], kind="reply"), "key")

    [record] = pds.posts()
    assert record["reply"]["root"] == record["reply"]["parent"]


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("https://other.example/post", id="another site"),
        pytest.param("https://bsky.app/profile/grace.bsky.example", id="a person"),
        pytest.param("https://bsky.app/profile/grace.bsky.example/post/3gone", id="a gone post"),
        pytest.param("https://bsky.app/profile/nobody.example/post/3k", id="nobody"),
        pytest.param(
            "https://bsky.app.evil.example/profile/grace.bsky.example/post/3kfirst", id="a trap"
        ),
    ],
)
def test_a_reply_to_what_is_not_on_bluesky_is_not_sent(pds, bluesky, page):
    pds.put_post("grace.bsky.example", "3kfirst")

    with pytest.raises(Unfit):
        bluesky.copy(note("Yes", in_reply_to=[page], kind="reply"), "key")

    assert not pds.records


@pytest.mark.parametrize(("name", "collection"), [("like", xrpc.LIKE), ("repost", xrpc.REPOST)])
def test_a_like_and_a_repost_are_records_of_their_own(pds, bluesky, name, collection):
    page = pds.put_post("grace.bsky.example", "3kfirst")
    post = note("", kind=name, **{f"{name}_of": [page]})

    copy = bluesky.copy(post, "key")

    [(uri, record)] = pds.records.items()
    assert record == {
        "$type": collection,
        "subject": {"uri": f"at://did:plc:grace/{xrpc.POST}/3kfirst", "cid": "cid-3kfirst"},
        "createdAt": "2025-11-22T08:30:15.000Z",
    }
    profile = "https://bsky.app/profile/did:plc:grace"
    assert copy == Copy(f"{profile}/post/3kfirst#{name}-by-{xrpc.DID}", uri)
    assert bluesky.find(post, "key", NOW) == copy


def test_a_repost_with_words_quotes_and_may_show_a_picture(pds, bluesky):
    page = pds.put_post("grace.bsky.example", "3kfirst")

    bluesky.copy(note("How true", picture(), repost_of=[page], kind="repost"), "key")

    [record] = pds.posts()
    assert record["text"] == "How true"
    assert record["embed"]["record"]["record"]["cid"] == "cid-3kfirst"
    assert record["embed"]["media"]["$type"] == "app.bsky.embed.images"


@pytest.mark.parametrize("kind", ["like", "repost"])
def test_a_click_on_another_page_is_not_sent(pds, bluesky, kind):
    with pytest.raises(Unfit):
        bluesky.copy(note("", kind=kind, **{f"{kind}_of": ["https://other.example/post"]}), "key")

    assert not pds.records


@pytest.mark.parametrize("said", [{"own_text": "Nice"}, {"text": "Nice"}])
def test_a_like_of_another_page_with_words_is_a_post_with_its_link(pds, bluesky, said):
    liked = {"kind": "like", "like_of": ["https://other.example/post"]}
    bluesky.copy(note(said.pop("text", ""), **liked, **said), "key")

    [record] = pds.posts()
    assert record["text"].startswith("Nice")
    assert "other.example/post" in record["text"]
    assert record["facets"][0]["features"][0]["uri"] == "https://other.example/post"


def test_what_was_done_although_no_answer_came_is_found(pds, bluesky):
    pds.late.append((CREATE, Response(status=502)))
    with pytest.raises(NotNow) as caught:
        bluesky.copy(note(), "key")

    found = bluesky.find(note(), "key", NOW)

    assert caught.value.is_unknown
    assert found
    assert found.id in pds.records
    assert bluesky.find(note(), "another key", NOW) is None


def test_a_second_attempt_without_a_look_makes_no_second_post(pds, bluesky):
    bluesky.copy(note(), "key")

    with pytest.raises(NotNow):
        bluesky.copy(note(), "key")

    assert len(pds.records) == 1


def test_an_edit_changes_the_words_and_neither_key_nor_time(pds, bluesky):
    copy = bluesky.copy(note(), "key")
    before = pds.posts()[0]["createdAt"]

    edited = bluesky.edit(copy, note("Hello again", published=["2025-12-01T00:00:00Z"]))

    [record] = pds.posts()
    assert edited == copy
    assert (record["text"], record["createdAt"]) == ("Hello again", before)


def test_an_edit_keeps_pictures(pds, bluesky):
    copy = bluesky.copy(note("Look", picture()), "key")

    bluesky.edit(copy, note("Look!", picture(alt="A blue pen")))

    [record] = pds.posts()
    assert [image["alt"] for image in record["embed"]["images"]] == ["A blue pen"]


def test_an_edit_does_not_bring_back_what_was_deleted_there(pds, bluesky):
    copy = bluesky.copy(note(), "key")
    pds.records.clear()

    with pytest.raises(Refused, match="not on Bluesky any more"):
        bluesky.edit(copy, note("Hello again"))

    assert not pds.records


def test_an_edit_of_a_like_that_likes_the_same_changes_nothing(pds, bluesky):
    page = pds.put_post("grace.bsky.example", "3kfirst")
    copy = bluesky.copy(note("", kind="like", like_of=[page]), "key")
    asked = len(pds.asked)

    edited = bluesky.edit(copy, note("", kind="like", like_of=[page], category=["x"]))

    assert edited == copy
    assert not {name for name in pds.asked[asked:] if name.startswith("com.atproto.repo.create")}


@pytest.mark.parametrize("fault", [None, PUT, "com.atproto.repo.deleteRecord"])
def test_a_like_of_something_else_takes_the_place_of_the_other(pds, bluesky, fault):
    pages = [pds.put_post("grace.bsky.example", key) for key in ("3kfirst", "3ksecond")]
    before, after = (note("", kind="like", like_of=[page]) for page in pages)
    copy = bluesky.copy(before, "key")
    if fault:
        pds.late.append((fault, Response(status=502)))
        with pytest.raises(NotNow):
            bluesky.edit(copy, after)

    edited = bluesky.edit(copy, after)

    [(uri, record)] = pds.records.items()
    assert (edited.id, record["subject"]["cid"]) == (uri, "cid-3ksecond")


def test_a_like_that_gets_words_becomes_a_post(pds, bluesky):
    page = pds.put_post("grace.bsky.example", "3kfirst")
    copy = bluesky.copy(note("", kind="like", like_of=[page]), "key")

    edited = bluesky.edit(copy, note("Because", kind="like", like_of=[page]))

    [(uri, record)] = pds.records.items()
    assert (edited.id, record["text"]) == (uri, "Because")


def test_removed_once_and_again(pds, bluesky):
    copy = bluesky.copy(note(), "key")

    bluesky.remove(copy)
    bluesky.remove(copy)

    assert not pds.records


@pytest.mark.parametrize("uri", ["", "at://did:plc:eve/app.bsky.feed.post/3k", "nonsense"])
def test_a_copy_of_another_account_is_left_alone(pds, bluesky, uri):
    with pytest.raises(Refused, match="another account"):
        bluesky.remove(Copy("https://bsky.app/", uri))

    assert "com.atproto.repo.deleteRecord" not in pds.asked


def test_one_session_serves_many_copies_and_is_renewed(pds, bluesky):
    bluesky.copy(note(), "one")
    pds.expire()

    bluesky.copy(note(), "two")
    bluesky.copy(note(), "three")

    assert len(pds.records) == 3
    assert pds.count(LOGIN) == 1
    assert pds.count("com.atproto.server.refreshSession") == 1


def test_many_at_once_share_a_session_and_its_renewal(pds, bluesky):
    bluesky.copy(note(), "key")
    pds.expire()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: bluesky.copy(note(), f"key {number}"), range(8)))

    assert len(pds.records) == 9
    assert pds.count("com.atproto.server.refreshSession") == 1
    assert pds.count(LOGIN) == 1


def test_where_a_session_cannot_be_renewed_a_new_one_is_begun(pds, bluesky):
    bluesky.copy(note(), "one")
    pds.expire()
    pds.expire()

    bluesky.copy(note(), "two")

    assert len(pds.records) == 2
    assert pds.count(LOGIN) == 2


def test_a_wrong_password_pauses_the_target_and_is_told_to_nobody(pds):
    with pytest.raises(NotAllowed) as caught:
        make_bluesky(pds, token="wrong-password").copy(note(), "key")

    assert "Invalid identifier or password" in str(caught.value)
    assert "wrong-password" not in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        pytest.param(xrpc.error(400, "AccountTakedown"), NotAllowed, id="taken down"),
        pytest.param(xrpc.error(403, "Forbidden"), Forbidden, id="forbidden"),
        pytest.param(xrpc.error(401, "AuthMissing"), NotAllowed, id="no token"),
        pytest.param(xrpc.error(400, "InvalidRequest"), Refused, id="invalid"),
        pytest.param(xrpc.error(413, "PayloadTooLarge"), Refused, id="too large"),
        pytest.param(xrpc.error(500, "InternalServerError"), NotNow, id="a fault of theirs"),
        pytest.param(xrpc.error(429, "RateLimitExceeded"), NotNow, id="too many"),
        pytest.param(Response("<html>", 502), NotNow, id="a gateway"),
        pytest.param(Response("[1]", 200), NotNow, id="a list"),
        pytest.param(Response("{", 200), NotNow, id="half an answer"),
        pytest.param(Response("[" * 100_000, 200), NotNow, id="a deep answer"),
        pytest.param(Response('{"error": 5, "message": []}', 400), Refused, id="an odd error"),
    ],
)
def test_what_comes_of_a_failure(pds, bluesky, fault, outcome):
    pds.faults.append((CREATE, fault))

    with pytest.raises(outcome) as caught:
        bluesky.copy(note(), "key")

    assert type(caught.value) is outcome or issubclass(type(caught.value), outcome)
    assert str(caught.value).isascii()
    assert '"' not in str(caught.value)


def test_what_a_server_says_is_shown_in_one_line(pds, bluesky):
    pds.faults.append(
        (CREATE, xrpc.error(400, "InvalidRequest", "Two\\nlines\\u0000 " + "x" * 999))
    )

    with pytest.raises(Refused) as caught:
        bluesky.copy(note(), "key")

    assert str(caught.value).startswith("Bluesky answers 400: InvalidRequest: Two lines xxx")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("headers", "retry_at"),
    [
        pytest.param({"ratelimit_reset": "1763801000"}, datetime.fromtimestamp(1763801000, UTC)),
        pytest.param({"Retry_After": "120"}, NOW + timedelta(seconds=120)),
        pytest.param({"ratelimit_reset": "soon"}, None),
        pytest.param({"ratelimit_reset": "9" * 30}, None),
        pytest.param({}, None),
    ],
)
def test_too_many_requests_say_when_to_come_again(pds, bluesky, headers, retry_at):
    pds.faults.append((CREATE, xrpc.error(429, "RateLimitExceeded", **headers)))

    with pytest.raises(NotNow) as caught:
        bluesky.copy(note(), "key")

    assert caught.value.retry_at == retry_at
    assert not caught.value.is_unknown


@pytest.mark.parametrize("handle", ["", "handle.invalid/../x", "<b>", "handle invalid"])
def test_where_the_handle_is_none_the_page_is_that_of_the_did(pds, bluesky, handle):
    tokens = {"accessJwt": "access-0", "refreshJwt": "refresh-0"}
    session = {"did": xrpc.DID, "handle": handle or "x", **tokens}
    pds.faults.append((LOGIN, Response(json.dumps(session))))

    copy = bluesky.copy(note(), "key")

    assert copy.url.startswith(f"https://bsky.app/profile/{xrpc.DID}/post/3")


@pytest.mark.parametrize(
    "said",
    ["{}", '{"did": 1}', '{"did": "did:plc:a", "handle": "h", "accessJwt": "a\\nb: c"}', "[]"],
)
def test_an_odd_answer_to_signing_in_is_no_session(pds, bluesky, said):
    pds.faults.append((LOGIN, Response(said)))

    with pytest.raises(NotNow):
        bluesky.copy(note(), "key")

    assert pds.asked == [LOGIN]


def test_a_server_that_is_away_is_asked_again(pds):
    bluesky = make_bluesky(pds, server="http://127.0.0.1:1/")

    with pytest.raises(NotNow, match="cannot be reached"):
        bluesky.copy(note(), "key")


def test_a_server_that_is_another_one_pauses_the_target(pds):
    pds.faults.append((LOGIN, Response("Not found", 404)))

    with pytest.raises(NotAllowed, match="Signing in was refused"):
        make_bluesky(pds).copy(note(), "key")


def test_checked_credentials_say_who_we_are(bluesky):
    assert bluesky.check() == f"@{xrpc.HANDLE}"


@pytest.mark.parametrize("name", ["username", "token"])
def test_what_is_missing_in_the_configuration_is_named(pds, name):
    with pytest.raises(ValueError, match=name):
        make_bluesky(pds, **{name: ""})


@pytest.fixture
def publisher(pds: Pds, installation: Any, start_publisher: Callable[[], Publisher]) -> Publisher:
    account = {"username": xrpc.HANDLE, "token": xrpc.PASSWORD, "server": pds.url}
    installation.configure(
        site={"build": "", "language": "en"},
        fetch={"allow_hosts": ["127.0.0.1", "localhost"]},
        syndication=[{"kind": "bluesky", "uid": "bluesky", "name": "Bluesky", **account}],
    )
    return start_publisher()


def test_from_an_app_to_bluesky_and_back_into_the_post(pds, publisher):
    uploaded = publisher.client.post(
        "/media",
        data={"file": (io.BytesIO(picture((40, 30), "JPEG").load()), "pen.jpg")},
        headers=publisher.headers,
    )
    photo = {"value": uploaded.headers["Location"], "alt": "A pen"}
    permalink = publisher.post("bluesky", content="Look *here*", photo=[photo])
    publisher.deploy()

    [uri] = pds.records
    [record] = pds.posts()
    page = f"https://bsky.app/profile/{xrpc.HANDLE}/post/{uri.rpartition('/')[2]}"
    assert publisher.source(permalink)["syndication"] == [page]
    assert (record["text"], record["langs"]) == ("Look here", ["en"])
    [shown] = record["embed"]["images"]
    assert (shown["alt"], shown["aspectRatio"]) == ("A pen", {"width": 40, "height": 30})


def test_an_answer_that_was_lost_and_a_deletion(pds, publisher):
    pds.late.append((CREATE, Response(status=502)))
    permalink = publisher.post("bluesky", content="Hello")
    publisher.deploy()
    before = publisher.row(permalink, "bluesky").url
    publisher.clock.forward(hours=1)
    publisher.work()
    found = publisher.row(permalink, "bluesky").url
    count = len(pds.records)
    publisher.act("delete", permalink)
    publisher.deploy()

    assert before == ""
    assert found.startswith("https://bsky.app/profile/")
    assert (count, len(pds.records), pds.count(CREATE)) == (1, 0, 1)


@pytest.fixture(scope="module")
def count_facets() -> Callable[[str], int]:
    """Return a function that reads a text's facets, checks them, and returns their number."""

    def count(text: str) -> int:
        found = find_facets(text)
        shown, moved = shorten_links(text, found)
        end = 0
        for facet in moved:
            start, stop = byte_span(shown, facet)
            words = shown.encode()[start:stop].decode()
            assert end <= start < stop
            assert facet.kind == "link" or words[1:] == facet.value
            end = stop
        return len(moved)

    return count


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=["Cs"])),
            st.sampled_from(
                ["#tag", "@ada.example", "https://a.example/x?y#z)", "http://[", "\u0301", "👩‍👩‍👧"]
            ),
        )
    ).map("".join)
)
def test_facets_lie_apart_and_on_whole_letters(count_facets, text):
    assert count_facets(text) >= 0


ANYTHING = st.recursive(
    st.one_of(
        st.none(),
        st.integers(),
        st.text(st.characters(exclude_categories=["Cs"])),
        st.sampled_from(["https://bsky.app/profile/grace.bsky.example/post/3kfirst", "at://x"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["url", "properties", "name"]), inner),
    ),
    max_leaves=5,
)


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=700),
    properties=st.dictionaries(
        st.sampled_from("name summary category like_of repost_of quotation_of language".split()),
        st.lists(ANYTHING, max_size=3),
    ),
    kind=st.sampled_from(["note", "article", "like"]),
    language=st.text(max_size=5),
)
def test_whatever_a_post_holds_the_record_is_in_order(
    pds, bluesky, text, properties, kind, language
):
    pds.put_post("grace.bsky.example", "3kfirst")
    pds.records.clear()
    properties.pop("language", None)

    post = note(text, kind=kind, language=language, **properties)
    assume(post.html.strip() or kind != "like")

    bluesky.copy(post, "key")

    assert len(pds.records) == 1


def test_a_copy_that_a_post_names_is_recognised(pds, bluesky):
    copy = bluesky.copy(note(), "key")
    theirs = pds.put_post("bob.example", "3kfirst")

    assert bluesky.recognise(copy.url) == copy
    assert bluesky.recognise(copy.id) == Copy(copy.id, copy.id)
    assert bluesky.recognise(f"{copy.url}x") is None
    assert bluesky.recognise(theirs) is None
    assert bluesky.recognise("https://e.example/") is None
