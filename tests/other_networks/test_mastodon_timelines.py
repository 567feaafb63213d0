"""Timelines: what is in them, in which order, and how they are paged."""

import pytest
from requests.utils import parse_header_links
from sqlalchemy import event

from endpoint.domain.posts import Post

HOME = "/api/v1/timelines/home"
PUBLIC = "/api/v1/timelines/public"
STATUSES = "/api/v1/accounts/1/statuses"


@pytest.fixture
def headers(bearer):
    return bearer("read")


@pytest.fixture
def write(parts, clock):
    """Return a function that commits notes of these dates at once, and gives their URLs."""

    def write(dates):
        files, urls = {}, []
        for number, date in enumerate(dates):
            place = f"notes/by-hand-{number}/"
            note = f"---\ndate: {date}\nurl: {place}\n---\nNote {number}\n"
            files[f"content/{place}index.md"] = note.encode()
            urls.append(f"https://site.example/{place}")
        with parts.repository.writing() as writer:
            writer.commit(files, "By hand\n", clock())
        return urls

    return write


@pytest.fixture
def change(client, bearer):
    headers = bearer()

    def change(url, **properties):
        action = {
            "action": "update",
            "url": url,
            "replace": {k: [v] for k, v in properties.items()},
        }
        assert client.post("/micropub", json=action, headers=headers).status_code in (200, 204)

    return change


@pytest.fixture
def read(client, headers):
    """Return a function that gives the URLs of the statuses at a path."""

    def read(path, **query):
        answer = client.get(path, query_string=query, headers=headers)
        assert answer.status_code == 200
        return [status["url"] for status in answer.json]

    return read


@pytest.fixture
def walk(client, headers):
    """Return a function that follows one relation to the end, and gives each page of ids."""

    def walk(path, rel="next"):
        pages = []
        while path and len(pages) < 100:
            answer = client.get(path, headers=headers)
            assert answer.status_code == 200
            pages.append([status["id"] for status in answer.json])
            links = {link["rel"]: link["url"] for link in parse(answer.headers.get("Link", ""))}
            path = links.get(rel, "").removeprefix("https://site.example")
        return pages

    return walk


def parse(header):
    return parse_header_links(header) if header else []


@pytest.mark.parametrize("path", [HOME, PUBLIC, STATUSES])
def test_200_public_posts_newest_first(publish, read, path):
    urls = [publish(content=f"Note {n}") for n in range(3)]

    assert read(path) == urls[::-1]


@pytest.mark.parametrize("path", [HOME, PUBLIC, STATUSES, "/api/v1/timelines/tag/coffee"])
def test_200_neither_drafts_nor_unlisted_nor_scheduled_nor_deleted(
    publish, read, path, client, bearer
):
    tag = {"category": "coffee"}
    shown = publish(content="Shown", **tag)
    publish(content="Draft", **tag, **{"post-status": "draft"})
    publish(content="Unlisted", **tag, visibility="unlisted")
    publish(content="Later", **tag, published="2031-01-01T00:00:00Z")
    gone = publish(content="Gone", **tag)
    client.post("/micropub", data={"action": "delete", "url": gone}, headers=bearer())

    assert read(path) == [shown]


@pytest.mark.parametrize(
    "hidden",
    [{"visibility": "unlisted"}, {"post-status": "draft"}, {"published": "2031-01-01T00:00:00Z"}],
    ids=["unlisted", "draft", "later"],
)
@pytest.mark.parametrize("path", [HOME, "/api/v1/timelines/tag/coffee"])
def test_200_what_was_shown_and_is_hidden_since_is_gone(publish, change, read, path, hidden):
    url, other = (publish(content=f"Note {n}", category="coffee") for n in range(2))
    before = read(path)

    change(url, **hidden)

    assert (before, read(path)) == ([other, url], [other])


def test_200_a_scheduled_post_appears_when_it_is_out(publish, read, clock):
    first = publish(content="First")
    later = publish(content="Later", published="2025-11-23T08:00:00Z")
    before = read(HOME)

    clock.forward(days=1)

    assert (before, read(HOME)) == ([first], [later, first])


def test_200_also_one_whose_date_is_of_another_zone(publish, write, read, clock):
    first = publish(content="First")
    [later] = write(["2025-11-22T04:40:00-04:00"])
    before = read(HOME)

    clock.forward(hours=1)

    assert (before, read(HOME)) == ([first], [later, first])


def test_200_an_undeleted_post_has_the_id_that_it_had(publish, client, headers, bearer):
    url = publish(content="Back again")
    [before] = client.get(HOME, headers=headers).json
    for action in ("delete", "undelete"):
        client.post("/micropub", data={"action": action, "url": url}, headers=bearer())

    [after] = client.get(HOME, headers=headers).json

    assert after["id"] == before["id"]


def test_200_an_edited_date_moves_nothing(publish, change, client, headers, walk):
    *_, edited = (publish(content=f"Note {n}") for n in range(3))
    before = client.get(HOME, headers=headers).json

    change(edited, published="2020-01-01T00:00:00Z")

    after = client.get(HOME, headers=headers).json
    assert [status["id"] for status in after] == [status["id"] for status in before]
    assert after[0]["created_at"] == "2020-01-01T00:00:00.000Z"
    assert walk(f"{HOME}?limit=1") == [[status["id"]] for status in before]


def test_200_a_backdated_post_takes_its_place(publish, read):
    first, last = publish(content="First"), publish(content="Last")
    old = publish(content="Old", published="2001-01-01")

    assert read(HOME) == [last, first, old]


def test_200_posts_made_by_hand_are_numbered_too(write, read, publish):
    first = publish(content="First")
    [second] = write(["2025-11-20"])

    assert read(HOME) == [first, second]


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 40])
@pytest.mark.parametrize(
    "path", [HOME, STATUSES, "/api/v1/timelines/tag/coffee"], ids=["home", "account", "tag"]
)
def test_200_the_pages_hold_each_post_once(publish, walk, path, limit):
    for n in range(7):
        # Two of each date: what is of one moment must not be lost between pages.
        publish(content=f"Note {n}", category="coffee", published=f"2025-10-{n // 2 + 1:02}")

    pages = walk(f"{path}?limit={limit}")

    ids = [number for page in pages for number in page]
    assert len(ids) == len(set(ids)) == 7
    assert all(len(page) <= limit for page in pages)
    assert sorted(ids, key=int, reverse=True) == ids
    assert pages[-1]


@pytest.mark.parametrize("path", [HOME, "/api/v1/timelines/tag/coffee"])
def test_200_since_id_gives_the_newest_and_min_id_the_oldest(publish, client, headers, path):
    for n in range(6):
        publish(content=f"Note {n}", category="coffee")
    ids = [status["id"] for status in client.get(path, headers=headers).json]

    def ask(**query):
        answer = client.get(path, query_string=query, headers=headers)
        return [ids.index(status["id"]) for status in answer.json]

    assert ask(since_id=ids[4], limit=2) == [0, 1]
    assert ask(min_id=ids[4], limit=2) == [2, 3]
    assert ask(min_id=ids[0]) == ask(since_id=ids[0]) == []
    assert ask(max_id=ids[1], since_id=ids[4]) == [2, 3]
    assert ask(max_id=ids[5]) == []


def test_200_the_way_back_up_leads_to_the_top(publish, client, headers, walk):
    for n in range(5):
        publish(content=f"Note {n}")
    ids = [status["id"] for status in client.get(HOME, headers=headers).json]

    pages = walk(f"{HOME}?limit=2&min_id={ids[-1]}", "prev")

    assert pages == [ids[2:4], ids[:2], []]


def test_200_the_cursor_of_a_deleted_post_still_leads_on(publish, client, headers, bearer, read):
    urls = [publish(content=f"Note {n}") for n in range(3)]
    middle = client.get(HOME, headers=headers).json[1]["id"]
    client.post("/micropub", data={"action": "delete", "url": urls[1]}, headers=bearer())

    assert read(HOME, max_id=middle) == [urls[0]]
    assert read(HOME, since_id=middle) == [urls[2]]


def test_200_next_comes_first_and_keeps_what_was_asked(publish, client, headers):
    for n in range(3):
        publish(content=f"Note {n}", category="über uns")
    path = "/api/v1/timelines/tag/%C3%BCber%20uns"

    answer = client.get(f"{path}?limit=1&only_media=false&x[]=1&x[]=2", headers=headers)

    following, previous = parse(answer.headers["Link"])
    number = answer.json[0]["id"]
    kept = "limit=1&only_media=false&x%5B%5D=1&x%5B%5D=2"
    assert following["rel"] == "next"
    assert following["url"] == f"https://site.example{path}?{kept}&max_id={number}"
    assert previous["rel"] == "prev"
    assert previous["url"] == f"https://site.example{path}?{kept}&min_id={number}"


def test_200_links_are_of_the_server_and_not_of_the_host_header(publish, client, headers):
    publish(content="Note")

    answer = client.get(HOME, headers={**headers, "Host": "evil.example"})

    assert "evil.example" not in answer.headers["Link"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param({"pinned": "true"}, "", id="none are pinned"),
        pytest.param({"only_media": "1"}, "photo", id="with media"),
        pytest.param({"exclude_replies": "true"}, "note photo thread boost", id="no replies"),
        pytest.param({"exclude_reblogs": "true"}, "note photo thread reply", id="no reposts"),
        pytest.param({"tagged": "Coffee"}, "photo", id="with a tag"),
    ],
)
def test_200_the_statuses_of_the_account_are_chosen(publish, read, query, expected):
    urls = {"note": publish(content="Note")}
    photo = {"value": "https://photos.example/a.jpg", "alt": "A cup"}
    urls["photo"] = publish(content="Cup", photo=photo, category="coffee")
    urls["thread"] = publish(content="More", **{"in-reply-to": urls["note"]})
    urls["reply"] = publish(content="Yes", **{"in-reply-to": "https://grace.example/1"})
    urls["boost"] = publish(**{"repost-of": "https://grace.example/2"})

    found = read(STATUSES, **query)

    assert sorted(found) == sorted(urls[name] for name in expected.split())


@pytest.mark.parametrize("path", [PUBLIC, STATUSES, "/api/v1/timelines/tag/x"])
def test_200_strangers_read_what_is_public(publish, client, path):
    url = publish(content="Hello", category="x")

    answer = client.get(path)

    assert [status["url"] for status in answer.json] == [url]


def test_200_other_servers_have_nothing_here(publish, read):
    publish(content="Hello")

    assert read(PUBLIC, remote="true") == []


def test_401_strangers_have_no_home(client):
    assert client.get(HOME).status_code == 401


@pytest.mark.parametrize(
    ("query", "length"),
    [({"limit": "0"}, 1), ({"limit": "-3"}, 1), ({"limit": "1000"}, 40), ({"max_id": ""}, 20)],
)
def test_200_limits_are_clamped(write, read, query, length):
    write(f"2025-01-01T00:00:{n:02}Z" for n in range(42))

    assert len(read(HOME, **query)) == length


@pytest.mark.parametrize("name", ["max_id", "since_id", "min_id", "limit"])
@pytest.mark.parametrize("value", ["abc", "-1x", "1 2", "²", "\0", "9" * 40])
def test_422_cursors_that_are_none(client, headers, name, value):
    answer = client.get(HOME, query_string={name: value}, headers=headers)

    assert answer.status_code == 422
    assert name in answer.json["error"]


def test_a_page_asks_the_database_the_same_few_questions_whatever_its_length(
    publish, client, headers, parts
):
    for n in range(20):
        publish(content=f"Note {n}", **{"in-reply-to": f"https://grace.example/{n}"})
    client.get(HOME, headers=headers)

    def ask(limit):
        asked = []
        listener = lambda *args: asked.append(args[2])  # noqa: E731
        event.listen(parts.engine, "before_cursor_execute", listener)
        client.get(f"{HOME}?limit={limit}", headers=headers)
        event.remove(parts.engine, "before_cursor_execute", listener)
        return asked

    long, short = ask(20), ask(2)
    assert len(long) <= len(short) + 2 < 20
    assert not [query for query in long if query.startswith(("INSERT", "UPDATE", "DELETE"))]


def test_many_deleted_posts_between_two_are_passed_over(parts, write, walk):
    """A page goes on after what it passes over, and its work is bounded."""
    published = [f"2025-01-01T00:{n // 60:02}:{n % 60:02}Z" for n in range(900)]
    gone = [
        Post("h-entry", "note", {"published": [date]}, f"https://site.example/{n}/", f"{n}.md")
        for n, date in enumerate(published)
    ]
    parts.timelines.numbers.posts(gone)
    write(["2025-06-01", "2024-06-01"])

    pages = walk(f"{HOME}?limit=1")

    assert [len(page) for page in pages] == [1, 1]


def test_a_whole_site_is_numbered_by_the_worker(parts, write, walk):
    write(f"2025-01-01T{n // 60:02}:{n % 60:02}:00Z" for n in range(450))

    parts.following.work("numbers")
    pages = walk(f"{HOME}?limit=40")

    ids = [number for page in pages for number in page]
    assert len(set(ids)) == len(ids) == 450


def test_the_newest_are_there_before_the_worker_has_numbered_all(write, read):
    urls = write(f"2025-01-01T{n // 60:02}:{n % 60:02}:00Z" for n in range(250))

    assert read(HOME, limit=2) == [urls[249], urls[248]]


@pytest.mark.parametrize("tag", ["coffee", "Coffee", "%23coffee", "nobody-has-it"])
def test_200_a_tag_before_its_timeline(client, headers, publish, tag):
    publish(content="Cup", category="coffee")

    answer = client.get(f"/api/v1/tags/{tag}", headers=headers)

    name = tag.removeprefix("%23")
    assert answer.json["name"] == name
    assert answer.json["url"] == f"https://site.example/tags/{name.lower()}/"
    assert (answer.json["following"], answer.json["history"]) == (False, [])


def test_404_a_tag_without_a_name(client, headers):
    assert client.get("/api/v1/tags/%23", headers=headers).status_code == 404
