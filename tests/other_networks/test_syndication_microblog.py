"""Copies on Micro.blog: through Micropub, for which our own server stands in, and by a ping."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import urlsplit

import pytest
from mastodon_answers import reply
from mastodon_servers import attachment, outgoing, tools
from photos import quarters
from werkzeug import Response

from endpoint.config.syndication import SyndicationTarget
from endpoint.errors import NotFound
from endpoint.syndicators import Attachment, Rules
from endpoint.syndicators.microblog import make
from endpoint.syndicators.outcomes import Forbidden, NotAllowed, NotNow, Refused, Unfit


def now():
    return datetime.now(UTC)


@pytest.fixture
def bearer(live, bearer_of):
    return bearer_of(live.parts)


@pytest.fixture
def target(live, bearer):
    token = bearer["Authorization"].removeprefix("Bearer ")

    def target(**values):
        table = {"kind": "microblog", "uid": "micro", "name": "M", "server": live.url}
        return SyndicationTarget(**{**table, "token": token, **values})

    return target


@pytest.fixture
def other_site(target):
    return make(target(), tools(now))


@pytest.fixture
def read(live, client_of, bearer):
    """Return what the other site says of one of its posts."""
    client = client_of(live.parts)

    def read(copy):
        answer = client.get(f"/micropub?q=source&url={copy.url}", headers=bearer)
        return answer.json["properties"] if answer.status_code == 200 else None

    return read


def png():
    with BytesIO() as file:
        quarters().save(file, "PNG")
        return file.getvalue()


def test_note_with_photos_is_a_post_there(other_site, read):
    photo = attachment(png(), alt="Four colours")
    note = outgoing("<p>Hello <b>you</b></p>", attachments=[photo], category=["a", "static site"])

    copy = other_site.copy(note, "key-1")

    there = read(copy)
    assert "Hello" in str(there["content"])
    assert there["category"] == ["a", "static site"]
    [shown] = there["photo"]
    assert shown["alt"] == "Four colours"
    assert shown["value"].startswith("http")


def test_article_is_a_link_with_its_title(other_site, read):
    article = outgoing("<p>Long</p>", "article", name=["On <words>"])

    copy = other_site.copy(article, "key-2")

    content = str(read(copy)["content"])
    assert article.post.permalink in content
    assert "words" in content
    assert "Long" not in content


def test_article_is_whole_where_copies_never_link(other_site, read):
    article = outgoing("<p>Long</p>", "article", name=["On words"], rules=Rules(link="never"))

    copy = other_site.copy(article, "key-3")

    there = read(copy)
    assert there["name"] == ["On words"]
    assert "Long" in str(there["content"])


def test_note_that_always_links_and_own_words(other_site, read):
    rules = Rules(link="always", hashtags=False)
    note = outgoing("<p>Hello</p>", own="My own words", category=["a"], rules=rules)

    there = read(other_site.copy(note, "key-4"))

    assert "My own words" in str(there["content"])
    assert note.post.permalink in str(there["content"])
    assert "category" not in there


def test_edit_changes_words_and_drops_what_is_gone(other_site, read):
    photo = attachment(png(), alt="Old")
    copy = other_site.copy(outgoing("<p>A</p>", attachments=[photo], category=["a"]), "key-5")
    photos = read(copy)["photo"]

    again = other_site.edit(copy, outgoing("<p>Better</p>", attachments=[photo]))

    there = read(copy)
    assert "Better" in str(there["content"])
    assert "category" not in there
    assert there["photo"] == photos
    assert again == copy


def test_edit_with_other_photos(other_site, read):
    copy = other_site.copy(outgoing("<p>B</p>", attachments=[attachment(png(), "a.png")]), "key-6")
    photos = read(copy)["photo"]

    other_site.edit(copy, outgoing("<p>B</p>", attachments=[attachment(png(), "b.png", alt="B")]))

    assert read(copy)["photo"] != photos


def test_removed_copy_is_gone_and_stays_so(other_site, live, client_of):
    copy = other_site.copy(outgoing("<p>Short life</p>"), "key-7")

    other_site.remove(copy)
    other_site.remove(copy)

    path = urlsplit(copy.url).path
    assert path not in [
        urlsplit(item["url"]).path for item in client_of(live.parts).get("/feed.json").json["items"]
    ]


@pytest.mark.parametrize(
    ("html", "values"),
    [
        pytest.param("<p>Found &amp; <em>again</em>,</p><p>two<br>lines</p>", {}, id="words"),
        pytest.param("<ul><li>One</li><li>Two *three* 1 &lt; 2</li></ul>", {}, id="list"),
        pytest.param("", {"own": "My *own* words\nhere"}, id="own words"),
        pytest.param("<p>x</p>", {"kind": "article", "name": ["Found title"]}, id="article"),
    ],
)
def test_attempt_with_unknown_outcome_is_found(other_site, html, values):
    since = now()
    post = outgoing(html, **values)
    copy = other_site.copy(post, "key-8")

    assert other_site.find(post, "key-8", since) == copy
    assert other_site.find(outgoing("<p>Other</p>"), "key-9", since) is None
    assert other_site.find(post, "key-8", now() + timedelta(hours=1)) is None


@pytest.mark.parametrize("url", ["https://[", "at://[", "https://\u2100.example/", ""])
def test_no_url_in_the_front_matter_is_no_copy(other_site, url):
    assert other_site.recognise(url) is None


BLOGS = [
    {"uid": "https://ada.micro.blog/", "name": "ada.example"},
    {"uid": "https://ada-too.micro.blog/", "name": "Ada's other blog"},
]


@pytest.mark.parametrize(
    ("url", "of_all", "of_one"),
    [
        ("https://ada.micro.blog/2026/1.html", True, True),
        ("https://ada.example/2026/1.html", True, True),
        ("http://ada.example/2026/1.html", True, True),
        ("https://ada-too.micro.blog/2026/1.html", True, False),
        ("https://micro.blog/ada/1", True, True),
        ("https://micro.blog/adam/1", False, False),
        ("https://micro.blog/bob/1", False, False),
        ("https://bob.micro.blog/2026/1.html", False, False),
        ("https://example/2026/1.html", False, False),
        ("at://ada.micro.blog/1", False, False),
    ],
)
def test_only_what_is_on_blogs_of_the_owner_is_a_copy(httpserver, target, url, of_all, of_one):
    httpserver.expect_request("/micropub").respond_with_json({"destination": BLOGS})
    named = {"uid": "https://micro.blog/ada", "server": httpserver.url_for("/")}
    one = {"options": {"destination": "https://ada.micro.blog/"}}

    found = [make(target(**named, **more), tools(now)).recognise(url) for more in ({}, one)]

    assert [copy is not None for copy in found] == [of_all, of_one]


def test_a_uid_that_is_the_server_makes_nobody_the_owner(httpserver, target):
    httpserver.expect_request("/micropub").respond_with_json({"destination": BLOGS})
    server = httpserver.url_for("/")
    site = make(target(uid=server, server=server), tools(now))

    assert site.recognise(f"{server}bob/1") is None
    assert site.recognise("https://ada.micro.blog/1")


@pytest.mark.parametrize("said", [{}, {"destination": "x"}, {"destination": [1, {"uid": {}}]}])
def test_a_server_that_names_no_blog_is_one(httpserver, target, said):
    httpserver.expect_request("/micropub").respond_with_json(said)
    site = make(target(server=httpserver.url_for("/")), tools(now))

    assert site.recognise(httpserver.url_for("/2026/1.html"))
    assert site.recognise("https://elsewhere.example/1") is None
    assert len(httpserver.log) == 1


@pytest.mark.parametrize("published", [[], ["soon"], [{"a": 1}], ["0001-01-01"], None])
def test_what_has_no_date_is_in_nobodys_way(httpserver, target, published):
    undated = {"content": ["A page"], "published": published}
    ours = {"content": ["Hello"], "published": [now().isoformat()], "url": ["https://m.example/2"]}
    items = [{"properties": properties} for properties in (undated, ours)]
    httpserver.expect_request("/micropub").respond_with_json({"items": items})
    other_site = make(target(server=httpserver.url_for("/")), tools(now))

    found = other_site.find(outgoing("<p>Hello</p>"), "key", now())

    assert found.url == "https://m.example/2"


def test_attempt_is_found_although_its_photo_is_gone(other_site):
    def load():
        raise NotFound("There is no such file")

    since, photo = now(), attachment(png(), "going.png")
    post = outgoing("<p>Seen with a photo</p>", attachments=[photo])
    copy = other_site.copy(post, "key-going")

    lost = replace(post, attachments=(replace(photo, load=load),))

    assert other_site.find(lost, "key-going", since) == copy


def test_check_names_the_place_or_says_that_the_token_is_none(other_site, target):
    assert other_site.check()
    with pytest.raises(NotAllowed):
        make(target(token="nonsense"), tools(now)).check()


@pytest.mark.parametrize("kind", ["like", "repost"])
def test_click_without_words_is_left_out(other_site, kind):
    with pytest.raises(Unfit):
        other_site.copy(outgoing("", kind, **{f"{kind}_of": ["https://a.example/"]}), "key")


def test_bookmark_without_words_says_what_it_is_of(other_site, read):
    copy = other_site.copy(outgoing("", "bookmark", bookmark_of=["https://a.example/1"]), "key-10")

    assert "https://a.example/1" in str(read(copy)["content"])


# What other servers answer


@pytest.fixture
def micro(httpserver):
    table = {"kind": "microblog", "uid": "micro", "name": "M", "server": httpserver.url_for("/")}
    return make(
        SyndicationTarget(
            **table, token="secret-token", options={"destination": "https://m.example/"}
        ),
        tools(now),
    )


def test_202_and_destination(micro, httpserver):
    httpserver.expect_request("/micropub", method="POST").respond_with_data(
        "{}", status=202, headers={"Location": "https://m.example/2026/1.html"}
    )

    copy = micro.copy(outgoing(), "key")

    [(request, _)] = httpserver.log
    assert copy.url == "https://m.example/2026/1.html"
    assert request.json["mp-destination"] == "https://m.example/"
    assert request.headers["Authorization"] == "Bearer secret-token"
    assert request.headers["Idempotency-Key"] == "key"


@pytest.mark.parametrize(
    ("answer", "outcome", "is_unknown"),
    [
        pytest.param(Response("", 201), NotNow, True, id="no Location"),
        pytest.param(
            Response("", 201, {"Location": "javascript:alert(1)"}), NotNow, True, id="bad Location"
        ),
        pytest.param(Response("", 500), NotNow, True, id="broken"),
        pytest.param(Response("", 301, {"Location": "/"}), NotNow, True, id="redirect"),
        pytest.param(
            reply({"error": "x", "error_description": "Too large"}, 413), Refused, None, id="large"
        ),
        pytest.param(
            reply({"error": "invalid_request", "error_description": "Too large"}, 400),
            Refused,
            None,
            id="invalid",
        ),
        pytest.param(reply({"error": "unauthorized"}, 401), NotAllowed, None, id="token"),
        pytest.param(reply({"error": "forbidden"}, 403), Forbidden, None, id="this one"),
        pytest.param(reply({"error": "insufficient_scope"}, 403), NotAllowed, None, id="scope"),
        pytest.param(
            reply({"error": "No"}, 403, **{"WWW-Authenticate": 'Bearer error="invalid_scope"'}),
            NotAllowed,
            None,
            id="scope in the header",
        ),
        pytest.param(Response("", 429, {"Retry-After": "60"}), NotNow, False, id="busy"),
    ],
)
def test_answer_that_is_no_copy(micro, httpserver, answer, outcome, is_unknown):
    httpserver.expect_request("/micropub").respond_with_response(answer)

    with pytest.raises(outcome) as raised:
        micro.copy(outgoing(), "key")

    assert getattr(raised.value, "is_unknown", None) is is_unknown
    assert type(raised.value) is outcome
    assert ("Too large" in str(raised.value)) is (outcome is Refused)
    assert "secret-token" not in str(raised.value)


def test_server_that_is_not_there():
    table = {"kind": "microblog", "uid": "m", "name": "M", "server": "http://127.0.0.1:9/"}

    with pytest.raises(NotNow) as raised:
        make(SyndicationTarget(**table, token="t"), tools(now)).copy(outgoing(), "key")

    assert raised.value.is_unknown


def test_photo_that_is_not_taken_keeps_the_post_back(micro, httpserver):
    config = {"media-endpoint": httpserver.url_for("/media")}
    httpserver.expect_request("/micropub", method="GET").respond_with_json(config)
    httpserver.expect_request("/media").respond_with_data("", status=503)

    with pytest.raises(NotNow) as raised:
        micro.copy(outgoing(attachments=[attachment(b"x")]), "key")

    assert not raised.value.is_unknown
    assert "POST /micropub" not in [f"{ask.method} {ask.path}" for ask, _ in httpserver.log]


# Without a token


def test_ping_names_the_feed(httpserver):
    table = {"kind": "microblog", "uid": "ping", "name": "M", "server": httpserver.url_for("/")}
    pinging = make(SyndicationTarget(**table), tools(now))
    httpserver.expect_request("/ping", method="POST").respond_with_data("ok")
    note = outgoing()

    copy = pinging.copy(note, "key")
    again = pinging.edit(copy, note)
    pinging.remove(copy)

    assert (copy.url, again) == ("", copy)
    assert [request.form["url"] for request, _ in httpserver.log] == [
        "https://a.example/feed.json"
    ] * 2
    assert pinging.find(note, "key", now()) is None
    assert pinging.check() == "https://a.example/feed.json"


@pytest.mark.parametrize(
    ("status", "outcome"), [(503, NotNow), (404, NotNow), (400, Refused), (403, Forbidden)]
)
def test_ping_that_is_not_heard(httpserver, status, outcome):
    table = {"kind": "microblog", "uid": "ping", "name": "M", "server": httpserver.url_for("/")}
    httpserver.expect_request("/ping").respond_with_data("", status=status)

    with pytest.raises(outcome):
        make(SyndicationTarget(**table), tools(now)).copy(outgoing(), "key")


def test_post_whose_only_photo_cannot_be_sent_is_its_address(other_site, read):
    def load():
        raise NotFound("There is no such file")

    photo = Attachment("https://elsewhere.example/a.png", "image/png", "", load)
    post = outgoing("", "photo", attachments=[photo])

    there = read(other_site.copy(post, "key-lost"))

    assert post.post.permalink in str(there["content"])


def test_edit_sends_files_again_only_if_they_are_others(micro, httpserver):
    config = {"media-endpoint": httpserver.url_for("/media")}
    httpserver.expect_request("/micropub", method="GET").respond_with_json(config)
    httpserver.expect_request("/media").respond_with_data(
        "", status=202, headers={"Location": "https://m.example/a.png"}
    )
    httpserver.expect_request("/micropub").respond_with_data(
        "", status=201, headers={"Location": "https://m.example/1"}
    )
    copy = micro.copy(outgoing(attachments=[attachment(b"x", "a.png")]), "key")

    same = micro.edit(copy, outgoing("<p>New</p>", attachments=[attachment(b"x", "a.png")]))
    uploads = [request.path for request, _ in httpserver.log].count("/media")
    other = micro.edit(same, outgoing(attachments=[attachment(b"x", "b.png")]))

    sent = [request.json for request, _ in httpserver.log if request.is_json]
    updates = [action["replace"] for action in sent if "replace" in action]
    assert uploads == 1
    assert ["photo" in replaced for replaced in updates] == [False, True]
    assert (same == copy, other == copy) == (True, False)
