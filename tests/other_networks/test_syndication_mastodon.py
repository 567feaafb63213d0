"""Copies on servers that speak Mastodon's API: each request, and what odd answers come to."""

import io
import os
from datetime import UTC, datetime, timedelta

import pytest
from mastodon_answers import BOB, ME, Server, reply, status
from mastodon_servers import attachment, outgoing, tools
from PIL import Image
from werkzeug import Response

from endpoint.config.syndication import SyndicationTarget
from endpoint.errors import NotFound
from endpoint.syndicators import Attachment, Copy
from endpoint.syndicators.mastodon import make
from endpoint.syndicators.outcomes import NotNow, Refused, Unfit

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def server(httpserver):
    return Server.at(httpserver)


@pytest.fixture
def ada(server):
    target = SyndicationTarget(
        kind="mastodon", uid="ada", name="@ada", server=server.url, token="secret-token"
    )
    return make(target, tools(lambda: NOW))


@pytest.mark.parametrize(
    ("instances", "most"),
    [
        pytest.param({2: {"configuration": {"statuses": {"max_characters": 40}}}}, 40, id="v2"),
        pytest.param({1: {"configuration": {"statuses": {"max_characters": 41}}}}, 41, id="v1"),
        pytest.param({1: {"max_toot_chars": 42}}, 42, id="older still"),
        pytest.param({}, 500, id="none"),
        pytest.param({2: {"configuration": {"statuses": {"max_characters": -1}}}}, 500, id="odd"),
        pytest.param({2: {"configuration": ["x"]}}, 500, id="list"),
        pytest.param({2: ["x"], 1: {"max_toot_chars": 43}}, 43, id="no object"),
    ],
)
def test_limit_of_the_server(server, ada, instances, most):
    for version, instance in instances.items():
        server.answers["GET", f"/api/v{version}/instance/"] = instance

    ada.copy(outgoing("<p>" + "x " * 600 + "</p>"), "key")

    [sent] = server.sent("POST", "/api/v1/statuses")
    [text] = sent["status"]
    link = text.rpartition("\n")[2]
    assert len(text) - len(link) + 23 in (most - 1, most)


def test_limits_are_asked_once_a_day(server, httpserver):
    now = [NOW]
    target = SyndicationTarget(kind="mastodon", uid="a", name="@a", server=server.url, token="t")
    ada = make(target, tools(lambda: now[0]))
    server.answers["GET", "/api/v2/instance/"] = {"configuration": {}}

    ada.copy(outgoing(), "1")
    ada.copy(outgoing(), "2")
    now[0] += timedelta(days=1)
    ada.copy(outgoing(), "3")

    assert len(server.sent("GET", "/api/v2/instance/")) == 2


def test_every_field_of_a_status(server, ada):
    note = outgoing("<p>Hello</p>", visibility=["unlisted"], sensitive=["true"], language="de-AT")

    copy = ada.copy(note, "key-1")

    [(_, _, sent, headers)] = [asked for asked in server.asked if asked[0] == "POST"]
    assert sent == {
        "status": ["Hello"],
        "visibility": ["unlisted"],
        "sensitive": ["1"],
        "language": ["de"],
    }
    assert headers["Idempotency-Key"] == "key-1"
    assert headers["Authorization"] == "Bearer secret-token"
    assert headers["User-Agent"].startswith("indieweb-endpoint/")
    assert copy.url == "https://social.example/@ada/7"


@pytest.mark.parametrize(
    ("values", "warning", "is_sensitive"),
    [
        pytest.param({"content_warning": ["Spiders"]}, ["Spiders"], "1", id="text"),
        pytest.param(
            {"content_warning": ["yes"], "summary": ["Snakes"]}, ["Snakes"], "1", id="summary"
        ),
        pytest.param(
            {"content_warning": [True], "summary": ["Snakes"]}, ["Snakes"], "1", id="true"
        ),
        pytest.param({"content_warning": ["no"], "summary": ["Snakes"]}, None, "0", id="no"),
        pytest.param({"summary": ["A summary"]}, None, "0", id="summary alone"),
        pytest.param({"content_warning": [{"a": 1}]}, None, "0", id="nonsense"),
    ],
)
def test_content_warning(server, ada, values, warning, is_sensitive):
    ada.copy(outgoing("<p>Hello</p>", **values), "key")

    [sent] = server.sent("POST", "/api/v1/statuses")
    assert sent.get("spoiler_text") == warning
    assert sent["sensitive"] == [is_sensitive]


def test_warning_counts_too(server, ada):
    ada.copy(outgoing("<p>" + "x " * 300, content_warning=["w" * 400]), "key")

    [sent] = server.sent("POST", "/api/v1/statuses")
    [text], [warning] = sent["status"], sent["spoiler_text"]
    link = text.rpartition("\n")[2]
    assert len(warning) + len(text) - len(link) + 23 <= 500
    assert text.startswith("x x x")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en", ["en"]),
        ("de-AT", ["de"]),
        ("zh-tw", ["zh-TW"]),
        ("nds", ["nds"]),
        ("", None),
        ("english", None),
        ("x-klingon", None),
    ],
)
def test_language(server, ada, tag, language):
    ada.copy(outgoing("<p>Hello</p>", language=tag), "key")

    [sent] = server.sent("POST", "/api/v1/statuses")
    assert sent.get("language") == language


def test_film_that_takes_a_while_is_waited_for(server, ada):
    server.answers["POST", "/api/v2/media"] = reply({"id": "5", "url": None}, 202)
    server.answers["GET", "/api/v1/media/5"] = [
        reply({"id": "5", "url": None}, 206),
        reply({"id": "5", "url": "https://social.example/5.mp4"}),
    ]
    film = attachment(b"film", "a.mp4", "video/mp4", "A film")

    ada.copy(outgoing("<p>Film</p>", attachments=[film]), "key")

    assert server.sent("POST", "/api/v2/media")[0]["description"] == ["A film"]
    assert len(server.sent("GET", "/api/v1/media/5")) == 2
    assert server.sent("POST", "/api/v1/statuses")[0]["media_ids[]"] == ["5"]


def test_file_that_cannot_be_made_ready_is_final(server, ada):
    server.answers["POST", "/api/v2/media"] = reply({"id": "5", "url": None}, 202)
    server.answers["GET", "/api/v1/media/5"] = reply({"error": "Cannot be read"}, 422)

    with pytest.raises(Refused, match="Cannot be read"):
        ada.copy(outgoing(attachments=[attachment(b"x")]), "key")

    assert not server.sent("POST", "/api/v1/statuses")


def test_media_within_the_limits_of_the_server(server, ada):
    server.answers["GET", "/api/v2/instance/"] = {
        "configuration": {
            "statuses": {"max_media_attachments": 2},
            "media_attachments": {
                "image_size_limit": 10,
                "description_limit": 9,
                "supported_mime_types": ["image/png", "video/mp4"],
            },
        }
    }
    server.answers["POST", "/api/v2/media"] = {"id": "5", "url": "https://social.example/5.png"}
    files = [
        attachment(b"x" * 11, "large.png"),
        attachment(b"x", "odd.heic", "image/heic"),
        attachment(b"x", "film.mp4", "video/mp4"),
        attachment(b"x" * 10, "small.png", alt="Long description"),
        attachment(b"x", "third.png"),
    ]
    post = outgoing("<p>Hello</p>", attachments=files)

    ada.copy(post, "key")

    [sent] = server.sent("POST", "/api/v2/media")
    assert sent["description"] == ["Long…"]
    [text] = server.sent("POST", "/api/v1/statuses")[0]["status"]
    assert text.endswith(post.post.permalink)


def test_edit_keeps_files_and_clears_what_is_gone(server, ada):
    server.answers["POST", "/api/v2/media"] = {"id": "5", "url": "https://social.example/5.png"}
    copy = ada.copy(outgoing(attachments=[attachment(b"x")], content_warning=["W"]), "key")
    server.answers["GET", "/api/v1/statuses/7"] = status("7", ME, media_attachments=[{"id": "5"}])
    server.answers["PUT", "/api/v1/statuses/7"] = status("7", ME)

    again = ada.edit(copy, outgoing("<p>New</p>", attachments=[attachment(b"x", alt="New alt")]))

    [sent] = server.sent("PUT", "/api/v1/statuses/7")
    assert sent["status"] == "New"
    assert sent["spoiler_text"] == ""
    assert sent["media_ids"] == ["5"]
    assert sent["media_attributes"] == [{"id": "5", "description": "New alt"}]
    assert len(server.sent("POST", "/api/v2/media")) == 1
    assert again == copy


def test_edit_uploads_other_files_and_takes_away_old_ones(server, ada):
    server.answers["POST", "/api/v2/media"] = {"id": "5", "url": "https://social.example/5.png"}
    server.answers["PUT", "/api/v1/statuses/7"] = status("7", ME)
    copy = ada.copy(outgoing(attachments=[attachment(b"x", "a.png")]), "key")

    other = ada.edit(copy, outgoing(attachments=[attachment(b"x", "b.png")]))
    none = ada.edit(other, outgoing("<p>None</p>"))

    first, second = server.sent("PUT", "/api/v1/statuses/7")
    assert first["media_ids"] == ["5"]
    assert second["media_ids"] == []
    assert len({copy.id, other.id, none.id}) == 3


def found(*statuses):
    return {"accounts": [], "statuses": list(statuses), "hashtags": []}


def test_like_becomes_a_favourite_and_is_taken_back(server, ada):
    theirs = status("9", BOB)
    server.answers["GET", "/api/v2/search"] = found(theirs)
    server.answers["POST", "/api/v1/statuses/9/favourite"] = theirs
    server.answers["POST", "/api/v1/statuses/9/unfavourite"] = theirs

    copy = ada.copy(outgoing("", "like", like_of=[theirs["url"]]), "key")
    ada.remove(copy)

    [search] = server.sent("GET", "/api/v2/search")
    assert (search["q"], search["resolve"]) == ([theirs["url"]], ["1"])
    assert copy.url == f"{theirs['url']}#favorited-by-1"
    assert server.sent("POST", "/api/v1/statuses/9/unfavourite")
    assert not server.sent("POST", "/api/v1/statuses")


@pytest.mark.parametrize("is_done", [True, False], ids=["boosted before", "new"])
def test_repost_becomes_one_boost(server, ada, is_done):
    theirs = status("9", BOB, reblogged=is_done)
    server.answers["GET", "/api/v2/search"] = found(theirs)
    server.answers["POST", "/api/v1/statuses/9/reblog"] = theirs

    ada.copy(outgoing("", "repost", repost_of=[theirs["url"]]), "key")

    assert len(server.sent("POST", "/api/v1/statuses/9/reblog")) == (0 if is_done else 1)


def test_like_with_words_is_a_status_with_the_url(server, ada):
    post = outgoing("<p>Well said</p>", "like", like_of=["https://b.example/@bob/9"])

    ada.copy(post, "key")

    [sent] = server.sent("POST", "/api/v1/statuses")
    assert sent["status"] == ["Well said\n\nhttps://b.example/@bob/9"]


def test_reply_answers_and_names_the_author(server, ada):
    theirs = status("9", BOB)
    server.answers["GET", "/api/v2/search"] = found(theirs)

    ada.copy(outgoing("<p>Yes</p>", "reply", in_reply_to=[theirs["url"]]), "key")

    [sent] = server.sent("POST", "/api/v1/statuses")
    assert sent["in_reply_to_id"] == ["9"]
    assert sent["status"] == ["@bob@b.example Yes"]


def test_reply_to_oneself_names_nobody(server, ada):
    server.answers["GET", "/api/v2/search"] = found(status("6", ME))

    ada.copy(outgoing("<p>Yes</p>", "reply", in_reply_to=[f"{server.url}@ada/6"]), "key")

    [sent] = server.sent("POST", "/api/v1/statuses")
    assert (sent["in_reply_to_id"], sent["status"]) == (["6"], ["Yes"])


@pytest.mark.parametrize(
    "search",
    [
        pytest.param(found(), id="nothing"),
        pytest.param(found(status("9", BOB, content="https://e.example/1")), id="by words"),
        pytest.param(found(status("1", BOB)), id="the same number elsewhere"),
        pytest.param({"statuses": None}, id="no list"),
        pytest.param({"statuses": ["x", None, {}]}, id="no statuses"),
    ],
)
@pytest.mark.parametrize("kind", ["like", "repost", "reply"])
def test_what_is_not_on_the_network_is_left_out(server, ada, search, kind):
    name = {"like": "like_of", "repost": "repost_of", "reply": "in_reply_to"}[kind]
    server.answers["GET", "/api/v2/search"] = search
    post = outgoing(
        "<p>Yes</p>" if kind == "reply" else "", kind, **{name: ["https://e.example/1"]}
    )

    with pytest.raises(Unfit):
        ada.copy(post, "key")

    assert not [asked for asked in server.asked if asked[0] == "POST"]


def test_search_that_answers_in_another_shape_may_do_better_next_time(server, ada):
    server.answers["GET", "/api/v2/search"] = []

    with pytest.raises(NotNow, match="cannot be read") as raised:
        ada.copy(outgoing("", "like", like_of=["https://e.example/1"]), "key")

    assert not raised.value.is_unknown


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(reply([]), id="list"),
        pytest.param(reply({}), id="empty object"),
        pytest.param(reply({"id": None, "url": 5}), id="no number"),
        pytest.param(Response("", 200), id="nothing"),
        pytest.param(Response("<html>", 200), id="HTML"),
        pytest.param(Response("", 302, {"Location": "/elsewhere"}), id="redirect"),
    ],
)
def test_odd_answer_to_a_copy_leaves_it_unknown(server, ada, answer):
    server.answers["POST", "/api/v1/statuses"] = answer

    with pytest.raises(NotNow) as raised:
        ada.copy(outgoing(), "key")

    assert raised.value.is_unknown


@pytest.mark.parametrize(
    ("reset", "retry_at"),
    [
        pytest.param("2026-05-01T12:05:00.000Z", NOW + timedelta(minutes=5), id="a time"),
        pytest.param(
            str(int((NOW + timedelta(minutes=5)).timestamp())),
            NOW + timedelta(minutes=5),
            id="seconds since 1970",
        ),
        pytest.param("soon", None, id="words"),
        pytest.param("9" * 40, None, id="too many digits"),
        pytest.param("0001-01-01T00:00:00+23:59", None, id="before all time"),
    ],
)
def test_end_of_the_rate_limit(server, ada, reset, retry_at):
    headers = {"X-RateLimit-Reset": reset}
    server.answers["POST", "/api/v1/statuses"] = reply({"error": "Slow"}, 429, **headers)

    with pytest.raises(NotNow, match="429: Slow") as raised:
        ada.copy(outgoing(), "key")

    assert (raised.value.retry_at, raised.value.is_unknown) == (retry_at, False)


def test_success_with_an_odd_rate_limit_is_a_success(server, ada):
    headers = {"X-RateLimit-Reset": "soon", "X-RateLimit-Remaining": "x"}
    server.answers["POST", "/api/v1/statuses"] = reply(status("7", ME), **headers)

    assert ada.copy(outgoing(), "key").url == "https://social.example/@ada/7"


def test_what_is_gone_stays_gone(server, ada):
    copy = ada.copy(outgoing(), "key")

    ada.remove(copy)

    with pytest.raises(Refused, match="not there any more"):
        ada.edit(copy, outgoing())


def test_reactions_of_others(server, ada):
    copy = ada.copy(outgoing(), "key")
    eve = {**BOB, "id": "3", "acct": "eve", "username": "eve", "url": "https://social.example/@eve"}
    server.answers["GET", "/api/v1/statuses/7/context"] = {
        "ancestors": [],
        "descendants": [
            status("11", BOB, content="<p>Nice <script>x</script></p>"),
            status("12", ME),
            status("13", eve, visibility="private"),
            status("14", eve, visibility="direct"),
        ],
    }
    path = "/api/v1/statuses/7/favourited_by"
    server.answers["GET", path] = [
        reply([BOB], Link=f'<{server.url}{path[1:]}?max_id=2>; rel="next"'),
        reply([ME, eve]),
    ]
    server.answers["GET", "/api/v1/statuses/7/reblogged_by"] = [eve, "odd", None]

    reactions = list(ada.reactions(copy))

    assert [(each.kind, each.author_url) for each in reactions] == [
        ("reply", BOB["url"]),
        ("like", BOB["url"]),
        ("like", eve["url"]),
        ("repost", eve["url"]),
    ]
    assert reactions[0].source == "https://b.example/@bob/11"
    assert len({each.source for each in reactions}) == 4


@pytest.mark.parametrize(
    ("values", "name"), [({"server": ""}, "server"), ({"token": ""}, "token")], ids=str
)
def test_configuration_that_lacks_something(server, values, name):
    table = {"kind": "mastodon", "uid": "u", "name": "n", "server": server.url, "token": "t"}

    with pytest.raises(ValueError, match=f"^{name} is missing"):
        make(SyndicationTarget(**{**table, **values}), tools(lambda: NOW))


def test_post_whose_only_photo_cannot_be_sent_is_its_address(server, ada):
    def load():
        raise NotFound("There is no such file")

    photo = Attachment("https://elsewhere.example/a.png", "image/png", "", load)
    post = outgoing("", "photo", attachments=[photo])

    ada.copy(post, "key")

    [sent] = server.sent("POST", "/api/v1/statuses")
    assert sent["status"] == [post.post.permalink]


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//x", "https://a b/", 5, ["x"], None])
def test_address_that_could_be_no_link_is_left_out(server, ada, url):
    server.answers["POST", "/api/v1/statuses"] = status("7", ME, url=url, uri=url)

    copy = ada.copy(outgoing(), "key")

    assert (copy.url, copy.id) == ("", "status:7:")


@pytest.mark.parametrize(
    ("path", "owner", "is_known"),
    [
        pytest.param("@ada/5", ME, True, id="own"),
        pytest.param("@bob/5", BOB, False, id="of somebody else"),
        pytest.param("@ada/6", ME, False, id="gone"),
        pytest.param("@ada/5#favorited-by-2", ME, False, id="favourite"),
        pytest.param("about", ME, False, id="another page"),
    ],
)
def test_copy_that_a_post_names_is_recognised(server, ada, path, owner, is_known):
    url = f"{server.url}{path}"
    server.answers["GET", "/api/v1/statuses/5"] = status("5", owner) | {"url": url, "uri": url}

    copy = ada.recognise(url)

    assert copy == (Copy(url, "status:5:") if is_known else None)


@pytest.mark.parametrize("url", ["https://e.example/@ada/5", "x", "https://["])
def test_what_is_elsewhere_is_not_asked_for(server, ada, url):
    assert ada.recognise(url) is None
    assert server.asked == []


@pytest.mark.parametrize("limit", ["image_size_limit", "image_matrix_limit"])
def test_picture_that_is_too_large_is_made_smaller(server, ada, limit):
    media = {limit: 200_000}
    server.answers["GET", "/api/v2/instance/"] = {"configuration": {"media_attachments": media}}
    server.answers["POST", "/api/v2/media"] = {"id": "5", "url": "https://social.example/5.png"}
    file = io.BytesIO()
    Image.frombytes("RGB", (900, 600), os.urandom(900 * 600 * 3)).save(file, "PNG")

    ada.copy(outgoing("<p>Hello</p>", attachments=[attachment(file.getvalue())]), "key")

    [taken] = server.files
    with Image.open(io.BytesIO(taken)) as picture:
        assert picture.width / picture.height == pytest.approx(1.5, abs=0.05)
        assert len(taken) <= 200_000 or picture.width * picture.height <= 200_000
    assert server.sent("POST", "/api/v1/statuses")[0]["status"] == ["Hello"]


@pytest.mark.parametrize("created_at", [None, "yesterday", 5, "0001-01-01T00:00:00.000Z"])
def test_a_status_with_an_odd_date_is_in_nobodys_way(server, ada, created_at):
    odd = status("6", ME, content="<p>Odd</p>", created_at=created_at)
    server.answers["GET", "/api/v1/accounts/1/statuses"] = [odd, status("7", ME)]

    found = ada.find(outgoing("<p>Hello</p>"), "key", NOW)

    assert found.url == f"{ME['url']}/7"


def test_a_server_that_is_away_is_asked_again():
    table = {"kind": "mastodon", "uid": "a", "name": "@a", "token": "t"}
    away = make(SyndicationTarget(**table, server="http://127.0.0.1:1/"), tools(lambda: NOW))

    with pytest.raises(NotNow, match="The server cannot be reached: no connection"):
        away.check()
