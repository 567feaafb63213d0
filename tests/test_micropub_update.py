"""Update: the action changes what it names and nothing else (Micropub §3.4)."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

HAND_WRITTEN = """\
---
# My own comment, and an odd order.
title:   'It''s mine'
tags:
  - tea     # the best
  - travel
cover: {image: "x.jpg", big: yes}
date: 2026-01-02 03:04:05 +01:00   # a Friday
toc: true
---
Some words,

and *more*.
"""
PERMALINK = "https://site.example/notes/2026/01/mine/"
PATH = "content/notes/2026/01/mine/index.md"


@pytest.fixture(autouse=True)
def targets(offer):
    offer("https://social.example/@ada")


@pytest.fixture
def by_hand(repo, tmp_path):
    """Return a function that commits a file as its owner would, by clone and push."""

    def push(text=HAND_WRITTEN, path=PATH):
        with repo.clone(tmp_path / "clone") as clone:
            file = tmp_path / "clone" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
            clone.index.add([path])
            clone.index.commit("By hand")
            clone.remote().push()

    return push


@pytest.fixture
def update(client, bearer):
    headers = bearer("update")

    def update(_url=PERMALINK, **operations):
        body = {"action": "update", "url": _url, **operations}
        return client.post("/micropub", json=body, headers=headers)

    return update


@pytest.fixture
def properties(client, bearer):
    headers = bearer()

    def properties(url=PERMALINK):
        query = {"q": "source", "url": url}
        return client.get("/micropub", query_string=query, headers=headers).json["properties"]

    return properties


@pytest.fixture
def post(client, bearer):
    """A post with two properties to change, and its permalink."""
    body = {"content": "Hello", "category[]": ["a", "b"], "syndication[]": ["https://x.example/1"]}
    return client.post("/micropub", data=body, headers=bearer()).headers["Location"]


def changed_lines(repo) -> list[str]:
    """The lines taken out and put in by the newest commit."""
    diff = repo.git.show("--format=", "--unified=0", "HEAD").splitlines()
    return [line for line in diff if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def test_204_update_of_a_hand_written_post_changes_only_its_line(by_hand, update, repo):
    by_hand()

    response = update(replace={"category": ["tea", "travel", "maps"]})

    assert response.status_code == 204
    assert response.data == b""
    assert changed_lines(repo) == ["+  - maps"]


def test_204_new_content_leaves_the_front_matter_alone(by_hand, update, repo):
    by_hand()

    update(replace={"content": ["Some words,\n\nand more."]})

    assert changed_lines(repo) == [
        "+lastmod: 2025-11-22T09:30:15+01:00",
        "-and *more*.",
        "+and more.",
    ]


def test_204_toml_front_matter_stays_toml(by_hand, update, repo):
    by_hand(
        '+++\n# mine\ntitle = "T"   # short\ndate = 2026-01-02T03:04:05+01:00\n'
        'tags = [ "a" ]\n\n[cover]\nimage = "x.jpg"\n+++\n\nBody\n'
    )

    update(add={"category": ["b"]})

    assert changed_lines(repo) == ['-tags = [ "a" ]', '+tags = [ "a", "b" ]']


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        pytest.param(
            {"replace": {"content": ["New"], "category": ["c"]}},
            {"content": ["New"], "category": ["c"]},
            id="replace two",
        ),
        pytest.param(
            {"add": {"category": ["c"], "syndication": ["https://x.example/2"]}},
            {
                "category": ["a", "b", "c"],
                "syndication": ["https://x.example/1", "https://x.example/2"],
            },
            id="add to two",
        ),
        pytest.param(
            {"add": {"summary": ["S"], "location": ["geo:1,2"]}},
            {"summary": ["S"], "location": ["geo:1,2"]},
            id="add makes two",
        ),
        pytest.param(
            {"delete": ["category", "syndication"]},
            {"category": None, "syndication": None},
            id="delete two properties",
        ),
        pytest.param(
            {"delete": {"category": ["a", "nope"], "syndication": ["https://x.example/1"]}},
            {"category": ["b"], "syndication": None},
            id="delete values of two, the last one of one",
        ),
        pytest.param(
            {"delete": ["absent", "category"]}, {"category": None}, id="what is absent is no error"
        ),
        pytest.param(
            {
                "replace": {"content": ["New"]},
                "add": {"category": ["c"]},
                "delete": {"category": ["a"]},
            },
            {"content": ["New"], "category": ["b", "c"]},
            id="all three at once",
        ),
        pytest.param(
            {"replace": {"content": [{"html": "<p>Now <b>HTML</b></p>"}]}},
            {"content": [{"html": "<p>Now <b>HTML</b></p>"}]},
            id="plain becomes HTML",
        ),
        pytest.param(
            {"replace": [], "add": {"category": ["c"]}},
            {"category": ["a", "b", "c"]},
            id="an empty list of PHP",
        ),
        pytest.param(
            {"replace": {"post-status": ["draft"]}}, {"post-status": ["draft"]}, id="take back"
        ),
        pytest.param({"replace": {"content": []}}, {"content": None}, id="replace with nothing"),
    ],
)
def test_204_json_updates(post, update, properties, operations, expected):
    before = properties(post)

    response = update(post, **operations)

    after = properties(post)
    assert response.status_code == 204
    assert {name: after.get(name) for name in expected} == expected
    untouched = before.keys() - expected.keys() - {"updated"}
    assert {name: after.get(name) for name in untouched} == {n: before[n] for n in untouched}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param(
            {"action": "update", "replace[content]": "New", "add[category][]": ["c", "d"]},
            {"content": ["New"], "category": ["a", "b", "c", "d"]},
            id="replace and add",
        ),
        pytest.param(
            {"action": "update", "delete[category][]": "a", "delete[]": "syndication"},
            {"category": ["b"], "syndication": None},
            id="delete a value and a property",
        ),
        pytest.param(
            {"mp-action": "update", "delete[]": ["category", "syndication"]},
            {"category": None, "syndication": None},
            id="an older name of action",
        ),
        pytest.param(
            {"content": "New", "category": "c"},
            {"content": ["New"], "category": ["a", "b", "c"]},
            id="the draft: url and values",
        ),
        pytest.param(
            {"add_tags": "c,d", "remove_tags": "a"},
            {"category": ["b", "c", "d"]},
            id="the draft: tags",
        ),
        pytest.param(
            {"syndication": "https://x.example/2"},
            {"syndication": ["https://x.example/1", "https://x.example/2"]},
            id="the draft: syndication is added",
        ),
    ],
)
def test_204_form_updates(post, client, bearer, properties, fields, expected):
    response = client.post("/micropub", data={"url": post, **fields}, headers=bearer("update"))

    after = properties(post)
    assert response.status_code == 204
    assert {name: after.get(name) for name in expected} == expected


def test_204_what_is_so_already_makes_no_commit(post, update, repo):
    before = repo.head.commit

    response = update(post, replace={"content": ["Hello"]})

    assert response.status_code == 204
    assert repo.head.commit == before


def test_204_the_permalink_stays(post, update, properties):
    update(post, replace={"name": ["Now an article"], "published": ["2020-01-01T00:00:00Z"]})

    assert properties(post)["name"] == ["Now an article"]


def test_202_syndication_of_an_existing_post(post, client, bearer, repo):
    before = repo.head.commit
    body = {"url": post, "syndicate-to": "https://social.example/@ada"}

    response = client.post("/micropub", data=body, headers=bearer("update"))

    assert response.status_code == 202
    assert "Location" not in response.headers
    assert repo.head.commit == before


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({}, id="no operation"),
        pytest.param({"replace": {}, "add": [], "delete": []}, id="empty operations"),
        pytest.param({"replace": {"content": "x"}}, id="a value that is no list"),
        pytest.param({"replace": {"a": ["x"], "b": 3}}, id="one of two values is no list"),
        pytest.param({"replace": "content"}, id="replace is a string"),
        pytest.param({"add": ["category"]}, id="add is a list of names"),
        pytest.param({"delete": "category"}, id="delete is a string"),
        pytest.param({"delete": [1]}, id="delete lists a number"),
        pytest.param({"replace": {"content": [None]}}, id="null content"),
        pytest.param({"replace": {"published": ["yesterday"]}}, id="a bad date"),
        pytest.param({"replace": {"visibility": ["private"]}}, id="private"),
        pytest.param({"replace": {"post-status": ["hidden"]}}, id="unknown status"),
        pytest.param({"replace": {"mp-slug": ["other"]}}, id="the slug is settled"),
        pytest.param({"replace": {"url": ["https://x.example/"]}}, id="so is the permalink"),
        pytest.param({"delete": ["url", "category"]}, id="which cannot be deleted"),
        pytest.param({"add": {"access_token": ["x"]}}, id="a token is no property"),
        pytest.param({"add": {"content": ["more"]}}, id="a second content"),
        pytest.param({"replace": {"category": [["x"]]}}, id="a list in a list"),
        pytest.param({"delete": ["category", "content", "syndication", "published"]}, id="all"),
    ],
)
def test_400_bad_updates_change_nothing(post, update, repo, body):
    before = repo.head.commit

    response = update(post, **body)

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"
    assert repo.head.commit == before


def test_400_an_edited_post_is_not_emptied(client, bearer, update, repo):
    body = {"type": ["h-card"], "properties": {"name": ["Ada"]}}
    card = client.post("/micropub", json=body, headers=bearer()).headers["Location"]
    update(card, replace={"name": ["Grace"]})
    before = repo.head.commit

    response = update(card, delete=["name", "published"])

    assert response.status_code == 400
    assert repo.head.commit == before


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "https://other.example/notes/2025/11/hello/",
        "https://site.example.evil.example/notes/2025/11/hello/",
        "https://site.example@evil.example/notes/2025/11/hello/",
        "https://site.example/nothing/here/",
        "https://site.example/",
        ["https://site.example/notes/2025/11/hello/"],
        None,
        7,
    ],
    ids=str,
)
@pytest.mark.parametrize("action", ["update", "delete", "undelete"])
def test_400_url_of_no_post(post, client, bearer, repo, action, url):
    before = repo.head.commit
    body = {"action": action, "url": url, "replace": {"content": ["x"]}}

    response = client.post("/micropub", json=body, headers=bearer())

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"
    assert "url" in response.json["error_description"]
    assert repo.head.commit == before


def test_400_update_of_a_deleted_post(post, client, bearer, update, repo):
    client.post("/micropub", data={"action": "delete", "url": post}, headers=bearer())
    before = repo.head.commit

    response = update(post, replace={"content": ["x"]})

    assert response.status_code == 400
    assert "undelete" in response.json["error_description"]
    assert repo.head.commit == before


def test_204_eight_updates_at_once_are_all_applied(client, bearer, post, properties):
    app, headers, ready = client.application, bearer("update"), Barrier(8)

    def update(number):
        body = {"action": "update", "url": post, "add": {"category": [f"c{number}"]}}
        with app.test_client() as client:
            ready.wait()
            return client.post("/micropub", json=body, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(update, range(8)))

    assert answers == [204] * 8
    assert set(properties(post)["category"]) == {"a", "b", *(f"c{number}" for number in range(8))}


@pytest.mark.parametrize(
    ("name", "hidden", "shown"),
    [("post-status", "draft", "published"), ("visibility", "unlisted", "public")],
)
def test_204_taken_back_and_shown_again(post, update, properties, client, name, hidden, shown):
    def feed():
        return [item["id"] for item in client.get("/feed.json").json["items"]]

    before = properties(post), feed()
    taken_back = update(post, replace={name: [hidden]})
    between = properties(post)[name], feed()
    shown_again = update(post, replace={name: [shown]})
    after = properties(post), feed()

    assert (taken_back.status_code, shown_again.status_code) == (204, 204)
    assert between == ([hidden], [])
    assert before[1] == after[1] == [post]
    assert {**after[0], name: None} == {**before[0], name: None}


PLACES = {
    "the default": {},
    "a path without a date": {"path": "content/n/{slug}.md", "url": "n/{year}/{month}/{slug}/"},
    "neither has a date": {"path": "content/n/{slug}.md", "url": "n/{slug}/"},
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_204_another_date_moves_nothing(installation, start, client_of, bearer_of, repo, place):
    installation.configure(posts={"note": place} if place else {})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    post = client.post("/micropub", data={"content": "Hi"}, headers=headers).headers["Location"]
    files = repo.git.ls_tree("-r", "--name-only", "HEAD")
    body = {"action": "update", "url": post, "replace": {"published": ["2020-02-03T04:05:06Z"]}}

    response = client.post("/micropub", json=body, headers=headers)

    query = {"q": "source", "url": post}
    source = client.get("/micropub", query_string=query, headers=headers).json
    [item] = client.get("/micropub?q=source", headers=headers).json["items"]
    assert response.status_code == 204
    assert source["properties"]["published"] == ["2020-02-03T04:05:06+00:00"]
    assert item["properties"]["url"] == [post]
    assert repo.git.ls_tree("-r", "--name-only", "HEAD") == files


def test_204_the_url_of_a_card_can_change(client, bearer, update, properties):
    body = {"h": "card", "name": "Grace", "url": "https://grace.example/"}
    card = client.post("/micropub", data=body, headers=bearer()).headers["Location"]

    response = update(card, add={"url": ["https://hopper.example/"]})

    assert response.status_code == 204
    assert properties(card)["url"] == ["https://grace.example/", "https://hopper.example/"]


def test_204_copies_asked_for_in_an_update(post, update, repo, asked_for):
    before = repo.head.commit

    response = update(post, add={"mp-syndicate-to": ["https://social.example/@ada"]})

    assert response.status_code == 204
    assert asked_for(post) == ["https://social.example/@ada"]
    assert repo.head.commit == before


@pytest.mark.parametrize("scope", ["draft", "media", "delete"])
def test_403_syndication_needs_update_or_create(post, client, bearer, scope, asked_for):
    body = {"url": post, "mp-syndicate-to": "https://social.example/@ada"}

    response = client.post("/micropub", data=body, headers=bearer(scope))

    assert response.status_code == 403
    assert asked_for(post) == []


@pytest.mark.parametrize(
    "contents",
    [
        pytest.param(["a *b*", {"html": "<p>c <b>d</b></p>"}, "e <i>"], id="plain and HTML"),
        pytest.param([{"markdown": "*a*"}, "*a*", {"markdown": "b"}], id="plain and Markdown"),
        pytest.param([{"html": "<table><tr><td>a</td></tr></table>"}, "b"], id="HTML that stays"),
    ],
)
def test_204_content_of_another_kind_and_back(post, update, properties, contents):
    for content in contents:
        response = update(post, replace={"content": [content]})

        [found] = properties(post)["content"]
        assert response.status_code == 204
        assert type(found) is type(content)
        assert found == content or "<table>" in found["html"]
