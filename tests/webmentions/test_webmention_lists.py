"""``/webmention/mentions`` and ``/webmention/count``: the lists as webmention.io has them."""

import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import quote

import pytest
from conftest import Installation
from sqlalchemy import delete, insert, update

from endpoint.app import make_app
from endpoint.assembly import assemble
from endpoint.config import load
from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.mention import Author, Mention
from endpoint.stores.mentions.photos import Photo, Photos
from endpoint.stores.mentions.rows import key_of, mentions

PAGE = "https://site.example/notes/a/"
OTHER = "https://site.example/notes/b/"
GRACE = Author("Grace", "https://grace.example/", "https://grace.example/me.jpg")


@pytest.fixture(scope="module")
def module_app(hugo_seed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lists") / "hugo"
    shutil.copytree(hugo_seed, folder, ignore=shutil.ignore_patterns("site"))
    Installation(folder).configure(webmention={"any_page": True})
    parts = assemble(load(folder / "config.toml"))
    yield parts, make_app(parts)
    parts.close()


@pytest.fixture
def parts(module_app):
    """The parts of an installation that is the same for all these tests, without mentions."""
    parts, _ = module_app
    with parts.engine.begin() as connection:
        connection.execute(delete(mentions))
    return parts


@pytest.fixture
def client(module_app, parts):
    _, app = module_app
    return app.test_client()


@pytest.fixture
def keep(parts):
    """Return a function that puts a mention in, shown unless told otherwise."""
    numbers = iter(range(1, 1000))

    def keep(kind="reply", page=PAGE, *, at=1, finding="present", decision="approved", **said):
        number = next(numbers)
        source = f"https://grace.example/{number}"
        received_at = datetime(2026, 1, at, 12, 30, 15, tzinfo=UTC)
        said = {"url": f"{source}/post", "author": GRACE, **said}
        row = {
            "id": f"id{number}",
            "key": key_of(source, address(page)),
            "source": source,
            "target": f"{page}?utm_source=a",
            "asked": page,
            "permalink": page,
            "address": address(page),
            "host": "grace.example",
            "received_at": received_at,
            "changed_at": received_at,
            "kind": kind,
            "content": Mention(kind, **said).to_json(),
            "finding": finding,
            "decision": decision,
        }
        with parts.engine.begin() as connection:
            connection.execute(insert(mentions).values(row))
        return source

    return keep


@pytest.fixture
def ask(client):
    """Return a function that gives the children of the feed that a query brings."""

    def ask(query="", path="/webmention/mentions.jf2"):
        response = client.get(f"{path}?{query}")
        assert response.status_code == 200
        assert response.json["type"] == "feed"
        return response.json["children"]

    return ask


def test_200_jf2_of_a_reply(keep, ask):
    keep(
        "reply",
        published="2025-12-31T23:59:59+01:00",
        html="<p>Yes &amp; no</p>",
        text="Yes & no",
        syndication=("https://social.example/1",),
    )

    [child] = ask(f"target={quote(PAGE)}")

    assert child == {
        "type": "entry",
        "author": {
            "type": "card",
            "name": "Grace",
            "photo": "https://grace.example/me.jpg",
            "url": "https://grace.example/",
        },
        "url": "https://grace.example/1/post",
        "published": "2025-12-31T23:59:59+01:00",
        "wm-received": "2026-01-01T12:30:15Z",
        "wm-id": 1,
        "wm-source": "https://grace.example/1",
        "wm-target": PAGE,
        "wm-protocol": "webmention",
        "syndication": ["https://social.example/1"],
        "content": {"html": "<p>Yes &amp; no</p>", "text": "Yes & no"},
        "in-reply-to": PAGE,
        "wm-property": "in-reply-to",
        "wm-private": False,
    }


@pytest.mark.parametrize(
    ("kind", "relation"),
    [
        ("reply", "in-reply-to"),
        ("like", "like-of"),
        ("repost", "repost-of"),
        ("bookmark", "bookmark-of"),
        ("mention", "mention-of"),
    ],
)
def test_200_relation_of_each_kind(keep, ask, kind, relation):
    keep(kind)

    [child] = ask()

    assert child["wm-property"] == relation
    assert child[relation] == PAGE


def test_200_rsvp_answers_the_invitation(keep, ask):
    keep("rsvp", rsvp="maybe")

    [child] = ask("wm-property=rsvp")

    assert child["wm-property"] == "rsvp"
    assert child["rsvp"] == "maybe"
    assert child["in-reply-to"] == PAGE


def test_200_nobody_in_particular_said_nothing(keep, ask):
    source = keep("mention", url="", author=Author())

    [child] = ask()

    assert child["author"] == {"type": "card", "name": "", "photo": "", "url": ""}
    assert child["url"] == source
    assert child["published"] is None
    assert not {"name", "content", "syndication"} & set(child)


@pytest.mark.parametrize(
    ("finding", "decision"),
    [
        *((finding, "approved") for finding in ("", "absent", "missing", "failed")),
        *(("present", decision) for decision in ("", "rejected", "spam")),
    ],
)
def test_200_only_what_is_there_and_approved(client, keep, finding, decision):
    keep(finding=finding, decision=decision)

    for query in ("", f"?target={quote(PAGE)}"):
        assert client.get(f"/webmention/mentions.jf2{query}").json["children"] == []
        assert client.get(f"/webmention/mentions.json{query}").json == {"links": []}
        assert client.get(f"/webmention/count{query}").json == {"count": 0, "type": {}}
        assert "Grace" not in client.get(f"/webmention/mentions.html{query}").text


@pytest.mark.parametrize(
    "target",
    [
        PAGE,
        "https://site.example/notes/a",
        "http://site.example/notes/a/",
        "https://www.site.example:443/notes/a/index.html",
        "https://site.example/notes/a/?utm_source=x&fbclid=y#reply",
        "//site.example/notes/a/",
        "https://SITE.example/notes/%61/",
    ],
)
def test_200_every_spelling_of_the_target(keep, ask, target):
    source = keep()
    keep(page=OTHER)

    children = ask(f"target={quote(target, safe='')}")

    assert [child["wm-source"] for child in children] == [source]


def test_200_address_of_before(client, keep, ask, post, parts):
    permalink = post("Hello")
    source = keep(page=permalink)
    [found] = [parts.index.find(permalink)]
    move(parts, found.path, "/old-place/")

    children = ask("target=https://site.example/old-place")

    assert [child["wm-source"] for child in children] == [source]
    assert children[0]["wm-target"] == permalink


def move(parts, path, old):
    """Give the post at ``path`` an address of before."""
    text = parts.repository.read(path).decode()
    changed = text.replace("---\n", f"---\naliases: [{old}]\n", 1)
    with parts.repository.writing() as writer:
        writer.commit({path: changed.encode()}, "Move", datetime(2026, 1, 1, tzinfo=UTC))
    parts.index.catch_up()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/?https://site.example/notes/a/",
        "https://site.example.evil.example/notes/a/",
        "https://site.example/notes/a/more",
        "javascript:alert(1)",
        "https://[",
        "nonsense",
        "https://site.example/\0",
        "https://site.example/" + "x" * 9000,
    ],
)
def test_200_none_of_what_is_no_such_page(keep, ask, target):
    keep()

    assert ask(f"target={quote(target, safe='')}") == []


@pytest.mark.parametrize("name", ["target", "target[]", "target%5B%5D"])
def test_200_several_targets(keep, ask, name):
    sources = {keep(), keep(page=OTHER)}
    keep(page="https://site.example/notes/c/")

    children = ask(f"{name}={quote(PAGE)}&{name}={quote(OTHER)}&{name}={quote(PAGE)}")

    assert {child["wm-source"] for child in children} == sources
    assert len(children) == 2


@pytest.mark.parametrize("query", ["", "domain=site.example", "domain=www.SITE.example&token=x"])
def test_200_all_of_the_site(keep, ask, query):
    keep()
    keep(page=OTHER)

    assert len(ask(query)) == 2


def test_200_none_of_another_domain(keep, ask):
    keep()

    assert ask("domain=evil.example") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("", [4, 3, 2, 1], id="newest first"),
        pytest.param("sort-dir=up", [1, 2, 3, 4], id="oldest first"),
        pytest.param("per-page=3", [4, 3, 2], id="first page"),
        pytest.param("per-page=3&page=1", [1], id="second page"),
        pytest.param("perPage=3&page=1", [1], id="older name"),
        pytest.param("per-page=3&page=2", [], id="after the last page"),
        pytest.param("page=999999999", [], id="far beyond"),
        pytest.param("per-page=999999999", [4, 3, 2, 1], id="more than there is"),
        pytest.param("per-page=0", [], id="none"),
        pytest.param("since_id=2", [4, 3], id="after a number"),
        pytest.param("since_id=2&sort-dir=up&per-page=1", [3], id="a poller's next"),
        pytest.param("since=2026-01-02", [4, 3, 2], id="since a day"),
        pytest.param("since=2026-01-02T12:30:15Z", [4, 3], id="after a moment"),
        pytest.param("since=2026-01-02T14:00:00%2B01:00", [4, 3], id="with an offset"),
        pytest.param("since=2026-01-02T14:00:00+01:00", [4, 3], id="whose plus nobody encoded"),
        pytest.param("since=2026-01-02T05:00:00-0700", [4, 3, 2], id="as webmention.io has it"),
        pytest.param("wm-property=like-of", [3], id="one kind"),
        pytest.param("wm-property[]=like-of&wm-property[]=rsvp", [3, 2], id="two kinds"),
        pytest.param("wm-property=like-of&wm-property=mention-of", [4, 3], id="repeated"),
        pytest.param("wm-property=invited", [], id="no kind"),
        pytest.param("sort-by=published", [1, 3, 2, 4], id="by date of publication"),
        pytest.param("sort-by=published&sort-dir=up&per-page=2", [4, 2], id="the other way"),
        pytest.param("sort-by=updated", [2, 4, 3, 1], id="by last change"),
        pytest.param("sort-by=rsvp&per-page=1", [2], id="by answer"),
    ],
)
def test_200_part_of_the_list(keep, ask, parts, query, expected):
    # 23:30 in New York is later than 03:00 the day after in Berlin.
    keep("reply", at=1, published="2025-06-01T23:30:00-05:00")
    keep("rsvp", at=2, published="2025-05-01", rsvp="yes")
    keep("like", at=3, published="2025-06-02T03:00:00+02:00")
    keep("mention", at=4)
    changed = update(mentions).where(mentions.c.number == 2)
    with parts.engine.begin() as connection:
        connection.execute(changed.values(changed_at=datetime(2026, 2, 1, tzinfo=UTC)))

    assert [child["wm-id"] for child in ask(query)] == expected


def test_200_twenty_a_page(keep, ask):
    for _ in range(21):
        keep()

    first, second = ask(), ask("page=1")

    assert [len(first), len(second)] == [20, 1]
    assert first[-1]["wm-id"] == second[0]["wm-id"] + 1


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("target=", "target"),
        ("target[]=%20", "target"),
        ("per-page=many", "per-page"),
        ("per-page=-1", "per-page"),
        ("perPage=%D9%A3", "perPage"),
        ("page=1.5", "page"),
        ("page=" + "9" * 30, "page"),
        ("since_id=x", "since_id"),
        ("since=yesterday", "since"),
        ("since=9999-12-31T24:00", "since"),
        ("sort-by=size", "sort-by"),
        ("sort-dir=sideways", "sort-dir"),
    ],
)
def test_400_odd_value(client, query, name):
    response = client.get(f"/webmention/mentions.jf2?{query}")

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"
    assert response.json["error_description"].startswith(name)
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/webmention/count", "/api/count", "/api/count.json"])
def test_200_count(client, keep, path):
    keep("like")
    keep("like")
    keep("rsvp", rsvp="yes")
    keep("mention")
    keep("like", page=OTHER)

    response = client.get(f"{path}?target={quote(PAGE)}")

    assert response.json == {"count": 4, "type": {"like": 2, "mention": 1, "rsvp-yes": 1}}


def test_200_count_of_nothing(client):
    response = client.get(f"/webmention/count?target={quote(PAGE)}")

    assert response.json == {"count": 0, "type": {}}


@pytest.mark.parametrize("path", ["/webmention/mentions.json", "/api/mentions", "/api/links.json"])
def test_200_json_of_before_jf2(client, keep, path):
    source = keep("mention", published="2026-01-01T00:00:00+00:00", html="<p>Hi</p>", text="Hi")

    [link] = client.get(f"{path}?target={quote(PAGE)}").json["links"]

    assert link == {
        "source": source,
        "verified": True,
        "verified_date": "2026-01-01T12:30:15+00:00",
        "id": 1,
        "private": False,
        "data": {
            "author": {
                "name": "Grace",
                "url": "https://grace.example/",
                "photo": "https://grace.example/me.jpg",
            },
            "url": f"{source}/post",
            "name": None,
            "content": "<p>Hi</p>",
            "published": "2026-01-01T00:00:00+00:00",
            "published_ts": 1767225600,
        },
        "activity": {"type": "link"},
        "target": PAGE,
    }


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/jf2feed+json", "application/json"),
        ("", "application/json"),
    ],
)
def test_200_form_by_accept(client, keep, accept, kind):
    keep()

    response = client.get("/webmention/mentions", headers={"Accept": accept})

    assert response.mimetype == kind
    assert kind == "text/html" or response.json["type"] == "feed"
    assert "Accept" in response.headers["Vary"]


def test_200_page_shows_words_as_words(client, keep):
    evil = Author("<script>alert(1)</script>", 'https://grace.example/"onclick="x')
    keep(author=evil, text="<img src=x onerror=alert(1)>", html="<p>fine</p>")

    response = client.get(f"/webmention/mentions.html?target={quote(PAGE)}")

    assert "<script>" not in response.text
    assert "<img" not in response.text
    assert '"onclick' not in response.text
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/webmention/mentions", "/api/mentions.jf2", "/webmention/count"])
def test_any_origin_may_read(client, path):
    response = client.get(path, headers={"Origin": "https://elsewhere.example"})
    preflight = client.options(path, headers={"Origin": "https://elsewhere.example"})

    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"


@pytest.fixture
def copied(parts):
    """Let us have a copy of Grace's photo, and return its URL."""
    photos, now = Photos(parts.engine), datetime(2026, 1, 1, tzinfo=UTC)
    photos.expect([GRACE.photo], now)
    photos.note(Photo(GRACE.photo, "abc.webp", 0), now)
    yield "https://site.example/faces/abc.webp"
    photos.forget([GRACE.photo])


def test_200_photo_is_our_copy_where_there_is_one(client, keep, ask, copied):
    other = replace(GRACE, photo="https://grace.example/other.jpg")
    keep(at=1)
    keep(at=2, author=other)
    keep(at=3, author=replace(GRACE, photo=""))

    links = client.get("/webmention/mentions.json").json["links"]
    page = client.get("/webmention/mentions.html").text

    assert [child["author"]["photo"] for child in ask()] == ["", other.photo, copied]
    assert [one["data"]["author"]["photo"] for one in links] == [None, other.photo, copied]
    assert f'<data class="u-photo" value="{copied}">' in page
    assert GRACE.photo not in page


@pytest.mark.parametrize("path", ["mentions.jf2", "mentions.json", "count"])
def test_304_until_something_changes(client, keep, parts, path):
    keep()
    first = client.get(f"/webmention/{path}")
    known = {"If-None-Match": first.headers["ETag"]}

    again = client.get(f"/webmention/{path}", headers=known)
    with parts.engine.begin() as connection:
        connection.execute(update(mentions).values(decision="rejected"))
    after = client.get(f"/webmention/{path}", headers=known)

    assert again.status_code == 304
    assert again.data == b""
    assert again.headers["ETag"] == first.headers["ETag"]
    assert after.status_code == 200
    assert first.headers["Cache-Control"] == "no-cache"


def test_head_has_the_headers_of_get(client, keep):
    keep()

    got, head = (client.open("/webmention/mentions.jf2", method=name) for name in ("GET", "HEAD"))

    assert head.data == b""
    assert dict(head.headers) == dict(got.headers)


def test_404_other_forms(client):
    response = client.get("/webmention/mentions.exe")

    assert response.status_code == 404


def test_post_is_not_for_lists(client):
    response = client.post("/webmention/mentions.jf2", data={"target": PAGE})

    assert response.status_code == 405


def test_text_is_not_escaped_in_json(client, keep):
    keep(text='Zoë said "<3" \u2028', name="日本")

    [child] = json.loads(client.get("/webmention/mentions.jf2").data)["children"]

    assert child["content"]["text"] == 'Zoë said "<3" \u2028'
    assert child["name"] == "日本"
