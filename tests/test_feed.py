"""``/feed.json``: the public posts, newest first, for readers that ask again and again."""

import json
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from urllib.parse import parse_qs, urlencode, urlsplit
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from endpoint.domain.feed import FeedSettings
from endpoint.domain.posts import Post
from endpoint.generators.hugo import Hugo
from endpoint.handlers import cors, errors, feed
from endpoint.services.feed import FeedService
from endpoint.stores.database import make_engine
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Repository

SITE = "https://site.example/"
FEED = "https://site.example/api/feed.json"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def repository(tmp_path):
    made = Repository.init(tmp_path / "site.git", branch="main", author="Ada <ada@site.example>")
    made.begin({"hugo.toml": b""}, "Begin", NOW)
    return made


@pytest.fixture
def generator():
    return Hugo(site_url=SITE, zone=ZoneInfo("Europe/Berlin"))


@pytest.fixture
def client(tmp_path, repository, generator, clock):
    engine = make_engine(f"sqlite:///{tmp_path}/index.db")
    settings = FeedSettings(
        title="Ada",
        home_page_url=SITE,
        feed_url=FEED,
        language="en",
        authors=({"name": "Ada", "url": SITE},),
    )
    app = Flask("test")
    service = FeedService(PostIndex(engine, repository, generator, clock), settings, clock)
    app.extensions["endpoint"] = SimpleNamespace(feed=service)
    errors.register(app)
    cors.register(app, frozenset({"/feed.json"}))
    app.register_blueprint(feed.bp)
    yield app.test_client()
    engine.dispose()


@pytest.fixture
def commit(repository, clock):
    """Return a function that commits files, None for those that go."""

    def commit(files):
        with repository.writing() as writer:
            writer.commit(files, "Change", clock())

    return commit


@pytest.fixture
def publish(commit, generator):
    """Return a function that commits a post and gives its permalink."""

    def publish(slug, **values):
        post = make_post(generator, slug, **values)
        commit({post.path: generator.write(post)})
        return post.permalink

    return publish


@pytest.fixture
def publish_many(commit, generator):
    """Return a function that commits many notes at once, two in each minute."""

    def publish_many(number, **values):
        posts = [
            make_post(generator, f"p{n}", at=NOW - timedelta(minutes=n // 2), **values)
            for n in range(number)
        ]
        commit({post.path: generator.write(post) for post in posts})
        return [post.permalink for post in posts]

    return publish_many


def make_post(generator, slug, *, kind="note", at=NOW - timedelta(hours=1), **properties):
    path, permalink = generator.place(kind, slug, at)
    content = {"content": [f"About {slug}"]} if kind == "note" else {}
    values = {name.replace("_", "-"): value for name, value in properties.items()}
    dated = {"published": [at.isoformat()], **content, **values}
    return Post("h-entry", kind, dated, permalink, path)


def check(response):
    """Return the feed in ``response``, having made sure it is one (JSON Feed 1.1)."""
    assert response.status_code == 200
    assert response.headers["Content-Type"].partition(";")[0] == "application/feed+json"
    assert not response.data.startswith(b"\xef\xbb\xbf")
    page = json.loads(
        response.data.decode("utf-8"), object_pairs_hook=once, parse_constant=pytest.fail
    )
    assert page["version"] == "https://jsonfeed.org/version/1.1"
    check_members(page, TOP)
    for author in page["authors"]:
        assert author
        check_members(author, AUTHOR)
    for item in page["items"]:
        check_item(item)
    assert len({item["id"] for item in page["items"]}) == len(page["items"])
    return page


def check_item(item):
    check_members(item, ITEM)
    assert item["id"]
    assert "content_html" in item
    for name in ("date_published", "date_modified"):
        assert name not in item or RFC_3339.fullmatch(item[name])
    assert all(isinstance(tag, str) and tag for tag in item.get("tags", []))
    for attachment in item.get("attachments", []):
        check_members(attachment, ATTACHMENT)
        assert attachment["mime_type"].count("/") == 1


def check_members(found, known):
    required = {name.rstrip("!") for name in known if name.endswith("!")}
    types = {name.rstrip("!"): type_ for name, type_ in known.items()}
    assert required <= found.keys()
    for name, value in found.items():
        if not re.fullmatch(r"_[A-Za-z][^.]*", name):
            assert isinstance(value, types[name])
        if name.endswith("url"):
            assert urlsplit(value).scheme in ("http", "https")


def once(pairs):
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names)
    return dict(pairs)


RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TOP = {
    "version!": str, "title!": str, "items!": list, "home_page_url!": str, "feed_url!": str,
    "authors!": list, "language": str, "description": str, "icon": str, "next_url": str,
}  # fmt: skip
AUTHOR = {"name": str, "url": str, "avatar": str}
ITEM = {
    "id!": str, "url!": str, "title": str, "content_html": str, "content_text": str,
    "summary": str, "image": str, "date_published!": str, "date_modified": str, "tags": list,
    "attachments": list,
}  # fmt: skip
ATTACHMENT = {"url!": str, "mime_type!": str, "title": str}


def follow(client, url="/feed.json"):
    """Return every page from ``url`` on."""
    pages, met = [], set()
    while url:
        assert url not in met
        met.add(url)
        pages.append(check(client.get(url.replace(FEED, "/feed.json"))))
        url = pages[-1].get("next_url")
    return pages


def ids(page):
    return [item["id"] for item in page["items"]]


def test_200_empty_feed(client):
    page = check(client.get("/feed.json"))

    assert page["items"] == []
    assert page["title"] == "Ada"
    assert page["feed_url"] == FEED
    assert page["language"] == "en"


def test_200_posts_of_every_kind(client, publish):
    publish("note", category=["tea"], content=["a *b*"])
    publish(
        "article",
        kind="article",
        name=["Fish & chips"],
        content=[{"html": "<p>a</p>"}],
        summary=["s"],
        updated=["2026-11-22T11:30:00+00:00"],
    )
    publish("photo", kind="photo", photo=[{"value": "https://m.example/a.jpg", "alt": "A"}])
    publish("like", kind="like", like_of=["https://b.example/"])
    publish("event", kind="event", name=["Party"], start=["2026-12-24T20:00:00+01:00"])

    page = check(client.get("/feed.json"))

    items = {item["id"].rstrip("/").rpartition("/")[2]: item for item in page["items"]}
    assert items["note"]["content_text"] == "a *b*"
    assert items["note"]["tags"] == ["tea"]
    assert items["article"]["title"] == "Fish & chips"
    assert {name for name, item in items.items() if "title" in item} == {"article", "event"}
    assert items["photo"]["image"] == "https://m.example/a.jpg"
    assert 'class="u-like-of"' in items["like"]["content_html"]


def test_200_only_what_is_public(client, publish, commit, generator):
    shown = publish("shown")
    publish("draft", post_status=["draft"])
    publish("unlisted", visibility=["unlisted"])
    publish("scheduled", at=NOW + timedelta(days=1))
    publish("deleted")
    commit({make_post(generator, "deleted").path: None})

    page = check(client.get("/feed.json"))

    assert ids(page) == [shown]


def test_200_pages_meet_every_post_once_newest_first(client, publish_many):
    made = publish_many(45)

    pages = follow(client)

    assert [len(page["items"]) for page in pages] == [20, 20, 5]
    met = [item for page in pages for item in page["items"]]
    assert sorted(item["id"] for item in met) == sorted(made)
    dates = [datetime.fromisoformat(item["date_published"]) for item in met]
    assert dates == sorted(dates, reverse=True)
    assert {page["feed_url"] for page in pages} == {FEED}


def test_200_full_page_has_no_next(client, publish_many):
    publish_many(20)

    [page] = follow(client)

    assert len(page["items"]) == 20


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("tag=C%2B%2B", 21, id="tag"),
        pytest.param("tag=c%2B%2B", 21, id="tag in another case"),
        pytest.param("type=like", 1, id="type"),
        pytest.param("tag=C%2B%2B&type=note", 21, id="tag and type"),
        pytest.param("tag=C%2B%2B&type=like", 0, id="both without a match"),
        pytest.param("tag=nothing", 0, id="unknown tag"),
        pytest.param("type=nothing", 0, id="unknown type"),
        pytest.param("utm_source=a", 22, id="what others add"),
    ],
)
def test_200_part_of_the_posts(client, publish, publish_many, query, expected):
    publish_many(21, category=["C++"])
    publish("like", kind="like", like_of=["https://b.example/"])

    pages = follow(client, f"/feed.json?{query}")

    assert sum(len(page["items"]) for page in pages) == expected
    assert all(page["feed_url"] != page.get("next_url") for page in pages)


@pytest.mark.parametrize(
    "tag", ["C++", "a&b=c", "50%", "x y", "é 日本", "a/b?c#d", '"<b>"', "İstanbul", "+", "%26"]
)
def test_200_next_url_keeps_any_tag(client, publish, publish_many, tag):
    permalinks = publish_many(21, category=["other", tag])
    publish("not-this", category=[f"{tag}x", "other"])

    first, second = follow(client, f"/feed.json?{urlencode({'tag': tag, 'type': 'note'})}")

    assert parse_qs(urlsplit(first["next_url"]).query)["tag"] == [tag]
    assert first["feed_url"] == second["feed_url"]
    assert sorted(ids(first) + ids(second)) == sorted(permalinks)


def test_200_broken_files_hide_no_other_post(client, publish, commit):
    permalink = publish("tea")
    commit(
        {
            "content/notes/broken.md": b"---\ntitle: [\n---\nx",
            "content/notes/date.md": b"---\ndate: yesterday\n---\nx",
            "content/notes/deep.md": b"---\na: " + b"[" * 5000 + b"\n---\n",
            "content/notes/binary.md": b"\xff\xfe\x00",
            "content/notes/odd.md": b"---\ndate: 2026-11-20\ntags: {a: [b]}\nphotos: 7\n---\nOdd",
            "data/gone/x.json": b"[]",
        }
    )

    [page] = follow(client)

    assert ids(page) == [permalink, f"{SITE}notes/odd/"]


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("after=nonsense", id="no cursor"),
        pytest.param("after=", id="blank cursor"),
        pytest.param("tag=", id="blank tag"),
        pytest.param("tag=a&tag=b", id="two tags"),
        pytest.param("tag=%00", id="nul"),
        pytest.param("tag=" + "x" * 501, id="long tag"),
        pytest.param("type=Not%20a%20type", id="no type"),
        pytest.param("after=" + "x" * 20000, id="long cursor"),
    ],
)
def test_400_odd_value(client, publish, query):
    publish("a")

    response = client.get(f"/feed.json?{query}")

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"
    assert response.json["error_description"].startswith(query.partition("=")[0])
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_head_has_the_headers_of_get(client, publish):
    publish("a")

    got, head = client.get("/feed.json"), client.head("/feed.json")

    assert head.status_code == 200
    assert head.data == b""
    assert dict(head.headers) == dict(got.headers)
    assert got.headers["Access-Control-Allow-Origin"] == "*"
    assert re.fullmatch('"[^"]+"', got.headers["ETag"])
    assert "Last-Modified" in got.headers


@pytest.mark.parametrize(
    "value",
    [
        pytest.param("{etag}", id="the tag"),
        pytest.param("W/{etag}", id="weak"),
        pytest.param('"a", {etag}, "b"', id="in a list"),
        pytest.param('"a", W/{etag}', id="weak in a list"),
        pytest.param("*", id="any"),
    ],
)
def test_304_tag_is_known(client, publish, value):
    publish("a")
    etag = client.get("/feed.json").headers["ETag"]

    response = client.get("/feed.json", headers={"If-None-Match": value.format(etag=etag)})

    assert response.status_code == 304
    assert response.data == b""
    assert response.headers["ETag"] == etag
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_304_not_modified_since(client, publish):
    publish("a")
    modified = client.get("/feed.json").headers["Last-Modified"]

    response = client.head("/feed.json", headers={"If-Modified-Since": modified})

    assert response.status_code == 304


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"If-None-Match": '"other"'}, id="other tag"),
        pytest.param({"If-None-Match": 'nonsense, ,"'}, id="no tag"),
        pytest.param({"If-None-Match": ""}, id="empty tag"),
        pytest.param({"If-Modified-Since": "yesterday"}, id="no date"),
        pytest.param({"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"}, id="long ago"),
        pytest.param(
            {
                "If-None-Match": '"other"',
                "If-Modified-Since": format_datetime(NOW + timedelta(days=1), usegmt=True),
            },
            id="other tag beside a date",
        ),
    ],
)
def test_200_not_known_yet(client, publish, headers):
    publish("a")

    response = client.get("/feed.json", headers=headers)

    assert len(check(response)["items"]) == 1


@pytest.mark.parametrize(
    ("slug", "content"),
    [
        pytest.param("new", ["New"], id="new"),
        pytest.param("old", ["Edited"], id="edited"),
        pytest.param("old", None, id="deleted"),
    ],
)
def test_200_every_change_makes_another_tag(client, publish, commit, generator, slug, content):
    publish("old")
    before = client.get("/feed.json")
    post = make_post(generator, slug, content=content)

    commit({post.path: generator.write(post) if content else None})

    assert_is_new(client, before)


def test_200_scheduled_post_comes_out_in_time(client, publish, clock):
    publish("old")
    scheduled = publish("scheduled", at=NOW + timedelta(days=1))
    before = client.get("/feed.json")

    clock.now += timedelta(days=1)

    assert scheduled not in ids(check(before))
    assert_is_new(client, before)
    assert ids(check(client.get("/feed.json")))[0] == scheduled


def assert_is_new(client, before):
    """Make sure that neither tag nor date of the answer ``before`` are taken for today's."""
    known = before.headers
    by_tag = client.get("/feed.json", headers={"If-None-Match": known["ETag"]})
    by_date = client.get("/feed.json", headers={"If-Modified-Since": known["Last-Modified"]})
    assert by_tag.status_code == by_date.status_code == 200
    assert by_tag.headers["ETag"] != known["ETag"]
    assert check(by_tag)["items"] != check(before)["items"]


def test_200_each_query_has_its_own_tag(client, publish):
    publish("a", category=["tea"])
    urls = ["/feed.json", "/feed.json?tag=tea", "/feed.json?type=note"]

    tags = {client.get(url).headers["ETag"] for url in urls}

    assert len(tags) == 3


def test_304_commit_that_changes_no_post(client, publish, commit):
    publish("a")
    etag = client.get("/feed.json").headers["ETag"]

    commit({"layouts/home.html": b"<p>"})

    response = client.get("/feed.json", headers={"If-None-Match": etag})
    assert response.status_code == 304


def test_preflight_lets_pages_ask(client):
    response = client.options("/feed.json")

    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "If-None-Match" in response.headers["Access-Control-Allow-Headers"].split(", ")
