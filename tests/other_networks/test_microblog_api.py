"""Micro.blog's JSON API: what its apps read, and what they make of it."""

import json
import re
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from received_mentions import receive, said

from endpoint.app import make_app

FEEDS = ("all", "timeline", "mentions", "photos", "media", "replies", "favorites", "bookmarks")
BOOLEANS = (
    "is_favorite",
    "is_bookmark",
    "is_deletable",
    "is_conversation",
    "is_linkpost",
    "is_mention",
)
PAGE = "https://elsewhere.example/page"


def as_apps_decode(feed):
    """Read a feed as strictly as apps in Go and Swift do; return its items."""
    assert feed["version"] == "https://jsonfeed.org/version/1"
    assert all(isinstance(feed[name], str) for name in ("title", "home_page_url", "feed_url"))
    assert feed["_microblog"]["about"] == "https://micro.blog/about/api"
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert 0 < int(item["id"]) < 2**63
        assert str(int(item["id"])) == item["id"]
        # Go reads RFC 3339; Swift knows no fractions, and an offset in digits alone.
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", item["date_published"])
        known = item["_microblog"]
        published = datetime.fromisoformat(item["date_published"])
        assert known["date_timestamp"] == int(published.timestamp())
        assert all(isinstance(item[name], str) for name in ("content_html", "summary", "url"))
        assert all(isinstance(known[name], bool) for name in BOOLEANS)
        assert isinstance(known["date_relative"], str)
        assert all(isinstance(url, str) for url in known["syndication"])
        author = item["author"]
        for url in (item["url"], author["url"], author["avatar"]):
            assert urlsplit(url).scheme in ("http", "https"), url
            assert urlsplit(url).netloc, url
        assert isinstance(author["name"], str)
        assert isinstance(author["_microblog"]["username"], str)
        assert isinstance(author["_microblog"]["is_following"], bool)
    return feed["items"]


@pytest.fixture
def ask(client, bearer):
    """Return a function that asks for a path, and gives what the answer has of JSON."""
    headers = bearer()

    def ask(path, method="GET", **options):
        answer = client.open(path, method=method, headers=headers, **options)
        assert answer.status_code == 200, answer.text
        return answer.json

    return ask


@pytest.fixture
def items(ask):
    """Return a function that gives the items of a feed."""
    return lambda path: as_apps_decode(ask(path))


def urls(items):
    return [item["url"] for item in items]


def test_200_the_timeline_has_the_posts_newest_first(clock, ask, items, post):
    older = post("Older")
    clock.forward(minutes=5)
    newer = post("*Newer*", category="a")

    found = items("/posts/all")

    assert urls(found) == [newer, older]
    assert found == items("/posts/timeline")
    assert "<em>Newer</em>" in found[0]["content_html"]
    assert found[0]["_microblog"]["is_deletable"]
    assert not found[0]["_microblog"]["is_mention"]
    assert found[0]["author"]["name"] == "Ada"
    assert found[0]["author"]["_microblog"] == {"username": "site", "is_following": False}
    assert ask("/posts/all")["feed_url"] == "https://site.example/posts/all"


def test_200_an_article_is_its_title_and_summary(items, post):
    permalink = post("Long & long", name="A <b>title</b>", summary="Short")

    [found] = items("/posts/all")

    assert found["_microblog"]["is_linkpost"]
    assert f'href="{permalink}"' in found["content_html"]
    assert "A &lt;b&gt;title&lt;/b&gt;" in found["content_html"]
    assert "Short" in found["content_html"]
    assert "Long" not in found["content_html"]


def test_200_a_photo_is_shown_in_the_content(items, post):
    post("Look", photo="https://elsewhere.example/a.jpg?x=1&y=2", **{"mp-photo-alt": 'A "cat"'})

    [found] = items("/posts/all")

    picture = '<img src="https://elsewhere.example/a.jpg?x=1&amp;y=2" alt="A &quot;cat&quot;">'
    assert found["content_html"].count("<img") == 1
    assert picture in found["content_html"]


def test_200_a_photo_that_the_content_shows_is_not_shown_again(client, bearer, items):
    photo = "https://elsewhere.example/a.jpg?x=1&y=2"
    content = {"html": f'<p>Look <img src="{photo.replace("&", "&amp;")}"></p>'}
    properties = {"content": [content], "photo": [photo]}

    client.post("/micropub", json={"type": ["h-entry"], "properties": properties}, headers=bearer())

    [found] = items("/posts/all")
    assert found["content_html"].count("<img") == 1


def test_200_copies_elsewhere_are_named(items, post):
    post("Copied", syndication="https://social.example/@ada/1")

    [found] = items("/posts/all")

    assert found["_microblog"]["syndication"] == ["https://social.example/@ada/1"]


@pytest.mark.parametrize("path", ["/posts/all", "/posts/site"])
def test_200_pages_reach_the_end_and_repeat_nothing(clock, items, post, path):
    posted = []
    for number in range(7):
        posted.insert(0, post(f"Number {number}"))
        clock.forward(seconds=1)

    first = items(f"{path}?count=3")
    second = items(f"{path}?count=3&before_id={first[-1]['id']}")
    third = items(f"{path}?count=3&before_id={second[-1]['id']}")
    end = items(f"{path}?count=3&before_id={third[-1]['id']}")

    assert urls([*first, *second, *third]) == posted
    assert end == []
    assert items(f"{path}?since_id={first[-1]['id']}") == first[:-1]
    assert items(f"{path}?since_id={first[0]['id']}") == []


def test_200_a_count_beyond_the_most_is_the_most(items, post):
    post("One")

    assert len(items("/posts/all?count=100000")) == 1
    assert len(items("/posts/all?count=0")) == 1


def test_200_what_is_not_for_everybody_is_in_no_feed(ask, items, post):
    post("A draft", **{"post-status": "draft"})
    post("Unlisted", visibility="unlisted")
    post("Later", published="2026-01-01T00:00:00Z")

    found = {name: items(f"/posts/{name}") for name in (*FEEDS, "site", "site/photos")}

    assert not any(found.values())
    assert ask("/posts/check?since_id=1")["count"] == 0


def test_200_kinds_of_posts_have_feeds_of_their_own(clock, items, post):
    note = post("A note")
    clock.forward(seconds=1)
    photo = post("", photo="https://elsewhere.example/a.jpg")
    clock.forward(seconds=1)
    film = post("", video="https://elsewhere.example/a.mp4")
    clock.forward(seconds=1)
    reply = post("Yes", **{"in-reply-to": PAGE})

    assert urls(items("/posts/photos")) == urls(items("/posts/site/photos")) == [photo]
    assert urls(items("/posts/media")) == [film, photo]
    assert urls(items("/posts/replies")) == [reply]
    assert urls(items("/posts/all")) == [reply, film, photo, note]


def test_200_mentions_are_those_that_readers_may_see(parts, items, post):
    page = post("Hello")
    receive(parts, page=page)
    approved = receive(parts, "https://grace.example/2", page=page)
    parts.webmentions.moderation.moderating.decide((approved,), "approve")

    [found] = items("/posts/mentions")

    assert found["content_html"] == "<p>Well said</p>"
    assert found["author"]["name"] == "Grace"
    assert found["_microblog"]["is_mention"]
    assert not found["_microblog"]["is_deletable"]


def test_200_conversation_is_the_thread_newest_first(clock, parts, approve, ask, items, post):
    page = post("Hello")
    clock.forward(minutes=1)
    approve(receive(parts, page=page))
    clock.forward(minutes=1)
    [mention] = items("/posts/mentions")
    ask("/posts/reply", "POST", data={"id": mention["id"], "content": "Thanks"})
    reply, hello = items("/posts/all")

    threads = [items(f"/posts/conversation?id={each['id']}") for each in (reply, mention, hello)]

    assert [[item["id"] for item in thread] for thread in threads] == [
        [reply["id"], mention["id"], hello["id"]]
    ] * 3
    assert hello["_microblog"]["is_conversation"]


def test_200_check_counts_what_is_newer(clock, ask, items, post):
    post("One")
    [first] = items("/posts/all")
    clock.forward(seconds=1)
    post("Two")

    nothing_read = ask(f"/posts/check?since_id={first['id']}")

    assert nothing_read["count"] == 1
    assert ask("/posts/check")["count"] == 0
    assert nothing_read["check_seconds"] > 0
    assert nothing_read["markers"] == {}
    assert nothing_read["is_publishing"] is False
    assert nothing_read["latest_url"] == ""


def test_200_check_says_what_is_being_published(installation, start, client_of, bearer_of):
    installation.configure(site={"build": ""})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    first = client.post("/micropub", data={"content": "One"}, headers=headers)
    parts.live.hear(parts.repository.head())

    up = client.get("/posts/check", headers=headers).json
    client.post("/micropub", data={"content": "Two"}, headers=headers)
    on_its_way = client.get("/posts/check", headers=headers).json

    assert (up["is_publishing"], up["latest_url"]) == (False, first.headers["Location"])
    assert (on_its_way["is_publishing"], on_its_way["latest_url"]) == (True, "")


def test_200_how_far_the_owner_has_read_is_kept(ask, items, post):
    post("One")
    [first] = items("/posts/all")
    mark = {"channel": "timeline", "id": first["id"], "date_marked": "2025-11-22 08:00:00"}

    ask("/posts/markers", "POST", data=mark)

    marker = ask("/posts/check")["markers"]["timeline"]
    assert marker["id"] == first["id"]
    assert datetime.fromisoformat(marker["date_marked"]).tzinfo


@pytest.mark.parametrize(
    ("where", "parameter"), [("data", "content"), ("query_string", "text"), ("json", "content")]
)
def test_200_reply_becomes_a_post(repo, parts, approve, ask, items, post, parameter, where):
    approve(receive(parts, page=post("Hello")))
    [mention] = items("/posts/mentions")
    before = repo.head.commit

    ask("/posts/reply", "POST", **{where: {"id": mention["id"], parameter: "Thank *you* #tea"}})

    assert repo.head.commit.parents == (before,)
    [reply, _] = items("/posts/all")
    properties = parts.index.find(reply["url"]).properties
    assert properties["in-reply-to"] == [mention["url"]]
    assert properties["content"] == ["Thank *you* #tea"]
    assert properties["category"] == ["tea"]


def test_200_a_reply_sent_twice_is_one_post(repo, ask, items, post):
    post("Hello")
    [hello] = items("/posts/all")
    before = repo.head.commit
    reply = {"id": hello["id"], "content": "And more"}

    answers = [ask("/posts/reply", "POST", data=reply) for _ in range(2)]

    assert answers[0] == answers[1]
    assert repo.head.commit.parents == (before,)


def test_200_a_reply_is_copied_to_what_is_ticked_at_first(
    installation, start, client_of, bearer_of
):
    usual = {"kind": "microblog", "name": "Micro.blog"}
    targets = [
        {**usual, "uid": "always", "always": True},
        {**usual, "uid": "checked", "checked": True},
        {**usual, "uid": "offered"},
    ]
    installation.configure(syndication=targets)
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    nowhere = {"content": "Hello", "mp-syndicate-to[]": ""}
    client.post("/micropub", data=nowhere, headers=headers)
    [hello] = client.get("/posts/all", headers=headers).json["items"]

    client.post("/posts/reply", data={"id": hello["id"], "content": "More"}, headers=headers)

    rows = parts.syndication.overview.page(1).rows
    assert {row.target for row in rows} == {"always", "checked"}


def test_200_a_reply_to_a_post_of_the_owner_answers_its_permalink(parts, ask, items, post):
    permalink = post("Hello")
    [hello] = items("/posts/all")

    ask("/posts/reply", "POST", data={"id": hello["id"], "content": "And more"})

    [reply, _] = items("/posts/all")
    assert parts.index.find(reply["url"]).properties["in-reply-to"] == [permalink]


@pytest.mark.parametrize(
    ("name", "kind", "flag"),
    [("favorites", "like", "is_favorite"), ("bookmarks", "bookmark", "is_bookmark")],
)
def test_200_kept_and_let_go(parts, repo, approve, ask, items, post, name, kind, flag):
    approve(receive(parts, page=post("Hello")))
    [mention] = items("/posts/mentions")
    before = repo.head.commit

    ask(f"/posts/{name}", "POST", data={"id": mention["id"]})
    ask(f"/posts/{name}", "POST", query_string={"id": mention["id"]})

    assert repo.head.commit.parents == (before,)
    [kept] = items(f"/posts/{name}")
    [again] = items("/posts/mentions")
    assert again["_microblog"][flag]
    assert kept["_microblog"][flag]
    assert parts.index.find(kept["url"]).properties[f"{kind}-of"] == [mention["url"]]

    ask(f"/posts/{name}/{mention['id']}", "DELETE")

    assert items(f"/posts/{name}") == []
    assert not items("/posts/mentions")[0]["_microblog"][flag]


def test_200_what_is_in_the_list_is_let_go_by_its_own_id(items, ask, post):
    post("", **{"bookmark-of": PAGE})
    [kept] = items("/posts/bookmarks")

    ask(f"/posts/bookmarks/{kept['id']}", "DELETE")
    ask(f"/posts/bookmarks/{kept['id']}", "DELETE")

    assert items("/posts/bookmarks") == []


def test_404_letting_go_deletes_no_other_post(client, bearer, items, post):
    post("Hello")
    post("", **{"like-of": PAGE})
    headers = bearer()

    answers = [
        client.delete(f"/posts/bookmarks/{item['id']}", headers=headers)
        for item in items("/posts/all")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert len(items("/posts/all")) == 2


def test_400_nobody_likes_what_is_their_own(client, bearer, repo, items, post):
    post("Hello")
    [hello] = items("/posts/all")
    before = repo.head.commit

    answer = client.post("/posts/favorites", data={"id": hello["id"]}, headers=bearer())

    assert 400 <= answer.status_code < 500
    assert repo.head.commit == before


def test_200_delete(client, ask, items, post, bearer):
    permalink = post("Hello")
    [hello] = items("/posts/all")

    ask(f"/posts/{hello['id']}", "DELETE")
    ask(f"/posts/{hello['id']}", "DELETE")

    assert items("/posts/all") == []
    gone = client.get("/micropub", query_string={"q": "source", "url": permalink}, headers=bearer())
    assert gone.status_code == 400


def test_403_a_token_that_is_for_something_else(client, bearer):
    profile, reader = bearer("profile email"), bearer("read")

    reads = [client.get(f"/posts/{name}", headers=profile) for name in (*FEEDS, "site", "check")]
    mark = client.post("/posts/markers", data={"channel": "timeline", "id": "1"}, headers=reader)

    assert {answer.status_code for answer in (*reads, mark)} == {403}
    assert client.get("/posts/all", headers=reader).status_code == 200


def test_200_scopes_of_mastodon(client, bearer, parts, approve, items, post):
    approve(receive(parts, page=post("Hello")))
    [mention] = items("/posts/mentions")
    headers = bearer("write:favourites")

    liked = client.post("/posts/favorites", data={"id": mention["id"]}, headers=headers)
    [like] = items("/posts/favorites")
    let_go = client.delete(f"/posts/favorites/{like['id']}", headers=headers)

    assert (liked.status_code, let_go.status_code) == (200, 200)
    assert items("/posts/favorites") == []


def test_403_what_changes_the_site_needs_its_scope(
    client, bearer, repo, parts, approve, items, post
):
    approve(receive(parts, page=post("Hello")))
    post("", **{"like-of": PAGE})
    [mention], [like] = items("/posts/mentions"), items("/posts/favorites")
    before, said = repo.head.commit, {"id": mention["id"], "content": "x"}
    reader, author = bearer("read media"), bearer("create update")

    answers = [
        client.delete(f"/posts/{like['id']}", headers=author),
        client.delete(f"/posts/favorites/{like['id']}", headers=author),
        client.post("/posts/reply", data=said, headers=reader),
        client.post("/posts/bookmarks", data=said, headers=reader),
    ]

    assert [answer.status_code for answer in answers] == [403] * 4
    assert "delete" in answers[0].json["error"]
    assert repo.head.commit == before


def test_404_a_mention_is_not_the_owners_to_delete(client, bearer, parts, approve, items, post):
    approve(receive(parts, page=post("Hello")))
    [mention] = items("/posts/mentions")

    answer = client.delete(f"/posts/{mention['id']}", headers=bearer())

    assert answer.status_code == 404
    assert len(items("/posts/mentions")) == 1


def test_200_verify_says_whose_token_it_is(client, bearer):
    token = bearer("create")["Authorization"].removeprefix("Bearer ")

    answer = client.post("/account/verify", data={"token": token})

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    said = answer.json
    assert "error" not in said
    assert (said["token"], said["username"], said["full_name"]) == (token, "site", "Ada")
    assert said["default_site"] == "site.example"
    assert said["has_site"] is True
    assert isinstance(said["plans"], list)
    assert urlsplit(said["avatar"]).scheme in ("http", "https")


@pytest.mark.parametrize("token", ["", "wrong", "x" * 10_000])
def test_200_verify_says_that_a_token_is_no_good(client, token):
    answer = client.post("/account/verify", data={"token": token})

    assert answer.status_code == 200
    assert answer.json == {"error": "App token was not valid."}


def test_400_a_token_must_not_be_in_the_url(client, bearer):
    token = bearer()["Authorization"].removeprefix("Bearer ")

    answer = client.post("/account/verify", query_string={"token": token})

    assert answer.status_code == 400
    assert "body" in answer.json["error"]
    assert token not in answer.text


def test_200_either_scheme(client, bearer):
    token = bearer()["Authorization"].removeprefix("Bearer ")
    headers = [f"{scheme} {token}" for scheme in ("Bearer", "bearer", "Token", "token", "TOKEN")]

    answers = [client.get("/posts/all", headers={"Authorization": each}) for each in headers]

    assert {answer.status_code for answer in answers} == {200}


def test_401_micropub_knows_one_scheme(client, bearer):
    token = bearer()["Authorization"].removeprefix("Bearer ")

    answer = client.get("/micropub?q=config", headers={"Authorization": f"Token {token}"})

    assert answer.status_code == 401


CALLS = [
    *(("GET", f"/posts/{name}") for name in FEEDS),
    ("GET", "/posts/discover"),
    ("GET", "/posts/discover/books"),
    ("GET", "/posts/site"),
    ("GET", "/posts/site/photos"),
    ("GET", "/posts/conversation?id=1"),
    ("GET", "/posts/check"),
    ("GET", "/users/is_following?username=grace"),
    ("GET", "/users/following/grace"),
    ("POST", "/posts/favorites"),
    ("POST", "/posts/bookmarks"),
    ("DELETE", "/posts/favorites/1"),
    ("DELETE", "/posts/bookmarks/1"),
    ("POST", "/posts/reply"),
    ("POST", "/posts/markers"),
    ("DELETE", "/posts/1"),
]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Token wrong"}], ids=["none", "wrong"])
def test_401_without_a_good_token(client, repo, headers):
    before = repo.head.commit

    answers = [client.open(path, method=method, headers=headers) for method, path in CALLS]

    assert {answer.status_code for answer in answers} == {401}
    for answer in answers:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert re.fullmatch(r"[^\"\\]+", answer.json["error"])
    assert repo.head.commit == before


def test_200_empty_where_that_is_true(ask):
    discovered = ask("/posts/discover")

    assert as_apps_decode(discovered) == as_apps_decode(ask("/posts/discover/books")) == []
    assert discovered["_microblog"]["tagmoji"] == []
    assert ask("/users/is_following?username=grace") == {"is_following": False}
    assert ask("/users/following/grace") == []


ELSEWHERE = [
    ("POST", "/users/follow"),
    ("POST", "/users/unfollow"),
    ("POST", "/users/mute"),
    ("GET", "/users/muting"),
    ("POST", "/users/push/register"),
    ("POST", "/account/signin"),
    ("GET", "/posts/bookmarks/highlights"),
    ("GET", "/books/bookshelves"),
    ("GET", "/notes/notebooks"),
]


def test_404_what_only_micro_blog_does(client, bearer):
    headers, data = bearer(), {"username": "grace"}

    answers = [client.open(path, method=how, headers=headers, data=data) for how, path in ELSEWHERE]

    assert {answer.status_code for answer in answers} == {404}
    assert all("not supported" in answer.json["error"] for answer in answers)


def test_200_the_profile_stands_over_the_posts(ask, items, post):
    post("Hello")

    profile = ask("/posts/site")

    assert len(as_apps_decode(profile)) == 1
    assert profile["author"]["name"] == "Ada"
    known = profile["_microblog"]
    assert known["id"].isdigit()
    assert known["username"] == "site"
    assert known["is_you"] is True
    assert (known["following_count"], known["discover_count"]) == (0, 0)


BAD = ["", "0", "-1", "1.5", "abc", "9" * 18, "9" * 19, "9" * 400, "\x00", "\u0663", "1 2", "null"]
NUMBERS = ("count", "since_id", "before_id", "id")


@pytest.mark.parametrize("path", ["all", "mentions", "check", "conversation", "site", "favorites"])
def test_bad_numbers_are_the_askers_fault(client, bearer, post, path):
    post("Hello")
    headers = bearer()

    answers = [
        client.get(f"/posts/{path}", query_string={name: value}, headers=headers)
        for name in NUMBERS
        for value in BAD
    ]

    assert {answer.status_code for answer in answers} <= {200, 400, 404}
    assert all(answer.is_json for answer in answers)


FORM = "application/x-www-form-urlencoded"
BODIES = [
    ("application/json", b"[]"),
    ("application/json", b'{"id": {"a": 1}, "content": []}'),
    ("application/json", b'{"id": ' + b"[" * 5000),
    ("application/json", b"{"),
    ("application/json", b'{"id": "1", "content": "a\\u0000b\\ud800"}'),
    (FORM, b"id=%FF&content=%00"),
    (FORM, b"id[]=1&id[a]=2"),
    (FORM, b"id=" + b"1" * 100_000),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=x", b"--x"),
    ("text/plain", b"id=1"),
    ("", b""),
]


@pytest.mark.parametrize("name", ["reply", "favorites", "bookmarks", "markers"])
def test_bad_bodies_change_nothing(client, bearer, repo, name):
    before, headers = repo.head.commit, bearer()

    answers = [
        client.post(f"/posts/{name}", data=body, content_type=content_type, headers=headers)
        for content_type, body in BODIES
    ]

    assert {answer.status_code for answer in answers} <= {400, 404, 413, 415, 422}
    assert all(answer.json["error"] for answer in answers)
    assert repo.head.commit == before


def test_bad_bodies_verify_nothing(client):
    answers = [
        client.post("/account/verify", data=body, content_type=content_type)
        for content_type, body in BODIES
    ]

    assert {answer.status_code for answer in answers} <= {200, 400, 413, 415}
    assert all(answer.json["error"] for answer in answers)


def test_400_a_reply_says_something(client, bearer, repo, items, post):
    post("Hello")
    [hello] = items("/posts/all")
    before, headers = repo.head.commit, bearer()

    answers = [
        client.post("/posts/reply", data={"id": hello["id"], **said}, headers=headers)
        for said in ({"content": ""}, {"content": "   "}, {})
    ]

    assert {answer.status_code for answer in answers} == {400}
    assert repo.head.commit == before


def test_404_unless_it_is_switched_on(installation, start):
    installation.configure(microblog={"api": False})
    client = make_app(start()).test_client()

    answers = [client.get("/posts/all"), client.post("/account/verify", data={"token": "x"})]

    assert [answer.status_code for answer in answers] == [404, 405]


def test_200_without_the_api_for_mastodon(installation, start, client_of, bearer_of):
    installation.configure(mastodon={"api": False})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)

    profile = client.get("/posts/site", headers=headers)

    assert profile.status_code == 200
    assert client.get(urlsplit(profile.json["author"]["avatar"]).path).mimetype == "image/png"
    assert client.get("/api/v1/instance").status_code == 404


@pytest.fixture
def served(installation, start):
    """An installation that shows a site with pages at the addresses of the API, and others."""
    installation.configure(site={"serve": True})
    output = installation.config.site.output
    for path in ("posts/all", "posts/my-article", "posts/site", "users/following/ada"):
        folder = output / path
        folder.mkdir(parents=True)
        (folder / "index.html").write_text(f"<h1>{path}</h1>")
    (output / "posts/check").write_text("Checked")
    return start()


def look(client, path, **options):
    """Return the text of an answer, and where it leads."""
    with client.get(path, **options) as answer:
        return answer.text, answer.headers.get("Location")


def test_200_readers_see_the_site(served, client_of):
    client = client_of(served)

    for path in ("posts/all", "posts/my-article", "posts/site", "users/following/ada"):
        assert look(client, f"/{path}/") == (f"<h1>{path}</h1>", None)
        assert look(client, f"/{path}")[1] == f"/{path}/"
    password = {"Authorization": "Basic YWRhOnNlY3JldA=="}
    assert look(client, "/posts/check", headers=password) == ("Checked", None)
    assert client.get("/posts/mentions").status_code == 404


def test_200_apps_see_the_api_beside_the_site(served, client_of, bearer_of):
    client, headers = client_of(served), bearer_of(served)

    assert as_apps_decode(client.get("/posts/all", headers=headers).json) == []
    assert client.get("/posts/site", headers=headers).json["author"]
    assert look(client, "/posts/all/", headers=headers) == ("<h1>posts/all</h1>", None)
    assert look(client, "/posts/my-article/", headers=headers)[0] == "<h1>posts/my-article</h1>"
    assert look(client, "/posts/my-article", headers=headers)[1] == "/posts/my-article/"


def test_caches_give_nobody_what_the_other_got(served, client_of, bearer_of):
    """The redirect has no ``Cache-Control``, so that caches may keep it (RFC 9110 §15.4.9)."""
    client = client_of(served)

    answers = [client.get("/posts/all"), client.get("/posts/all", headers=bearer_of(served))]

    assert [answer.status_code for answer in answers] == [308, 200]
    assert [answer.headers["Vary"] for answer in answers] == ["Authorization"] * 2


def test_200_under_a_path_of_its_own(installation, start, client_of, bearer_of):
    installation.configure(public_url="https://site.example/api")
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)

    answers = [client.get(path, headers=headers).json for path in ("/api/posts/all", "/posts/all")]

    assert [as_apps_decode(answer) for answer in answers] == [[], []]
    assert answers[0]["feed_url"] == "https://site.example/api/posts/all"


def test_200_a_mention_cannot_run_anything(parts, approve, items, post):
    page = post("Hello")
    html = '<p onclick="x()">Hi<script>alert(1)</script><a href="javascript:x()">y</a></p>'
    mention = said(html=html, name='"><script>')
    approve(receive(parts, mention=mention, page=page))

    [found] = items("/posts/mentions")

    assert not re.search(r"script|onclick", found["content_html"])
    assert json.dumps(found)


def test_pages_of_any_origin_may_call_it(client):
    asks = {"Origin": "https://app.example", "Access-Control-Request-Method": "DELETE"}

    preflight = client.options("/posts/123", headers=asks)
    refused = client.get("/posts/all", headers=asks)

    assert preflight.status_code == 204
    assert "DELETE" in preflight.headers["Access-Control-Allow-Methods"]
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == "*"
