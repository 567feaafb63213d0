"""Favourites, boosts and bookmarks: each is a post that tells the other by Webmention."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest
from received_mentions import let_grace_answer, receive, said
from statuses import read_post

STATUSES = "/api/v1/statuses"
GRACE = "https://grace.example/1"
VERBS = [
    ("favourite", "unfavourite", "favourited", "likeOf"),
    ("reblog", "unreblog", "reblogged", "repostOf"),
    ("bookmark", "unbookmark", "bookmarked", "bookmarkOf"),
]

COUNTED = {"favourite": "favourites_count", "reblog": "reblogs_count"}


@pytest.fixture
def parts(installation, start):
    """An installation that shows every mention that comes."""
    installation.configure(webmention={"approve": ["all"]})
    return start()


@pytest.fixture
def headers(bearer):
    return bearer("read write")


@pytest.fixture
def mention(client, headers, parts):
    """What Grace has said about a post, as a status."""
    return let_grace_answer(client, headers, parts)


def count_commits(repo):
    return int(repo.git.rev_list("--count", "HEAD"))


@pytest.mark.parametrize(("do", "undo", "flag", "key"), VERBS)
def test_200_done_twice_and_undone_twice(client, headers, mention, repo, do, undo, flag, key):
    url = f"{STATUSES}/{mention['id']}"
    before = count_commits(repo)

    done = [client.post(f"{url}/{do}", headers=headers) for _ in range(2)]
    post, commits = read_post(repo), count_commits(repo)
    shown = client.get(url, headers=headers).json
    undone = [client.post(f"{url}/{undo}", headers=headers) for _ in range(2)]

    answers = [answer.json["reblog"] or answer.json for answer in done]
    assert [answer.status_code for answer in [*done, *undone]] == [200] * 4
    assert [answer[flag] for answer in answers] == [True, True]
    assert [answer.get(COUNTED.get(do), 1) for answer in answers] == [1, 1]
    assert [answer["id"] for answer in answers] == [mention["id"]] * 2
    assert post[key] == [GRACE]
    assert commits == before + 1
    assert shown[flag] is True
    assert [answer.json[flag] for answer in undone] == [False, False]
    assert [answer.json["id"] for answer in undone] == [mention["id"]] * 2
    assert count_commits(repo) == before + 2


@pytest.mark.parametrize(("do", "undo", "flag", "key"), VERBS)
def test_200_undone_and_done_again(client, headers, mention, do, undo, flag, key):
    url = f"{STATUSES}/{mention['id']}"

    for each in (do, undo, do):
        answer = client.post(f"{url}/{each}", headers=headers)

    assert (answer.json["reblog"] or answer.json)[flag] is True


def test_200_a_boost_is_a_status_with_the_other_within(client, headers, mention):
    answer = client.post(
        f"{STATUSES}/{mention['id']}/reblog", data={"visibility": "unlisted"}, headers=headers
    )

    assert answer.json["id"] != mention["id"]
    assert answer.json["reblog"]["id"] == mention["id"]
    assert answer.json["visibility"] == "unlisted"
    assert answer.json["account"]["id"] == "1"


@pytest.mark.parametrize(
    "path",
    [
        *(f"{STATUSES}/{{}}/{do}" for do, *_ in VERBS),
        *(f"/posts/{name}?id={{}}" for name in ("favorites", "bookmarks")),
    ],
)
def test_200_several_apps_at_once_make_one_post(
    parts, start, client_of, bearer, mention, repo, path
):
    processes = [parts, start()]
    clients = [client_of(processes[n % 2]) for n in range(6)]
    tokens = [bearer("read write") for _ in clients]
    before, ready = count_commits(repo), Barrier(len(clients))

    def do(client, headers):
        ready.wait()
        return client.post(path.format(mention["id"]), headers=headers)

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = list(pool.map(do, clients, tokens))

    assert [answer.status_code for answer in answers] == [200] * 6
    assert count_commits(repo) == before + 1


@pytest.mark.parametrize(
    "change",
    [
        {"add": {"content": ["Read this"]}},
        {"replace": {"repost-of": ["https://elsewhere.example/2"]}},
        {"replace": {"post-status": ["draft"]}},
        {"replace": {"published": ["2031-01-01T00:00:00Z"]}},
    ],
    ids=["words", "other page", "draft", "scheduled"],
)
def test_200_a_boost_that_is_none_any_more_is_made_anew(
    client, headers, bearer, mention, repo, change
):
    url = f"{STATUSES}/{mention['id']}/reblog"
    first = client.post(url, headers=headers).json
    update = {"action": "update", "url": first["url"], **change}
    client.post("/micropub", json=update, headers=bearer())

    second, third = (client.post(url, headers=headers).json for _ in range(2))

    assert second["id"] != first["id"]
    assert second["reblog"]["id"] == mention["id"]
    assert second["reblog"]["reblogged"] is True
    assert read_post(repo)["repostOf"] == [GRACE]
    assert third == second


def test_200_who_may_write_drafts_only_drafts_a_like_once(client, headers, bearer, mention, repo):
    url = f"{STATUSES}/{mention['id']}/favourite"
    before = count_commits(repo)

    drafted = [client.post(url, headers=bearer("draft")).status_code for _ in range(2)]
    commits = count_commits(repo)
    liked = client.post(url, headers=headers).json

    assert drafted == [200, 200]
    assert commits == before + 1
    assert liked["favourited"] is True
    assert count_commits(repo) == before + 2


def test_200_what_micropub_did_counts_too(client, headers, bearer, mention, repo):
    for name in ("like-of", "repost-of", "bookmark-of"):
        client.post("/micropub", data={name: GRACE}, headers=bearer())
    before = repo.head.commit
    for verb in ("favourite", "reblog", "bookmark"):
        client.post(f"{STATUSES}/{mention['id']}/{verb}", headers=headers)
    after = repo.head.commit

    shown = client.get(f"{STATUSES}/{mention['id']}", headers=headers).json
    undone = client.post(f"{STATUSES}/{mention['id']}/unfavourite", headers=headers).json

    assert (shown["favourited"], shown["reblogged"], shown["bookmarked"]) == (True,) * 3
    assert (undone["favourited"], undone["reblogged"]) == (False, True)
    assert after == before


def test_200_a_reply_that_also_bookmarks_is_not_taken_back(client, headers, bearer, mention, repo):
    reply = {"in-reply-to": GRACE, "bookmark-of": GRACE, "content": "Yes"}
    client.post("/micropub", data=reply, headers=bearer())
    before = repo.head.commit

    answers = [
        client.post(f"{STATUSES}/{mention['id']}/{verb}", headers=headers)
        for verb in ("unfavourite", "unreblog", "unbookmark")
    ]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert repo.head.commit == before


def test_who_is_liked_is_told_and_told_again_when_it_is_taken_back(
    configure_sending, start_author, targets, bearer_of
):
    configure_sending(approve=["all"])
    author, target = start_author(), targets.put("/post")
    own = author.post(content="Hello")
    receive(author.parts, source=target, page=own, mention=replace(said(), url=target))
    headers = bearer_of(author.parts, "read write")
    [told] = author.client.get("/api/v1/notifications", headers=headers).json
    url = f"{STATUSES}/{told['status']['id']}"

    author.client.post(f"{url}/favourite", headers=headers)
    author.deploy()
    liked = list(targets.told)
    author.client.post(f"{url}/unfavourite", headers=headers)
    author.deploy()

    [(source, liked_target)] = liked
    assert "/likes/" in source
    assert liked_target == target
    assert targets.told == [*liked, *liked]


@pytest.mark.parametrize(("do", "undo", "flag", "key"), VERBS)
def test_422_a_post_of_ones_own(client, headers, repo, do, undo, flag, key):
    own = client.post(STATUSES, json={"status": "Hello"}, headers=headers).json
    before = repo.head.commit

    answers = [
        client.post(f"{STATUSES}/{own['id']}/{each}", headers=headers) for each in (do, undo)
    ]

    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json["error"].startswith("Validation failed: id ")
    assert repo.head.commit == before


@pytest.mark.parametrize("visibility", ["private", "direct", "x"])
def test_422_a_boost_for_a_few(client, headers, mention, repo, visibility):
    before = repo.head.commit

    answer = client.post(
        f"{STATUSES}/{mention['id']}/reblog", json={"visibility": visibility}, headers=headers
    )

    assert answer.status_code == 422
    assert repo.head.commit == before


@pytest.mark.parametrize("number", ["99", "x", "1" * 50])
def test_404_nothing_to_do_it_with(client, headers, repo, number):
    before = repo.head.commit

    answers = [
        client.post(f"{STATUSES}/{number}/{each}", headers=headers)
        for do, undo, _, _ in VERBS
        for each in (do, undo)
    ]

    assert [answer.status_code for answer in answers] == [404] * 6
    assert repo.head.commit == before


@pytest.mark.parametrize(
    ("scope", "verb", "status"),
    [
        ("write:favourites", "favourite", 200),
        ("write:favourites", "unfavourite", 200),
        ("write:bookmarks", "bookmark", 200),
        ("write:bookmarks", "favourite", 403),
        ("write:favourites", "reblog", 403),
        ("write:statuses", "reblog", 200),
        ("read", "favourite", 403),
        ("create", "favourite", 200),
        ("media", "favourite", 403),
    ],
)
def test_a_scope_for_each_verb(client, bearer, mention, repo, scope, verb, status):
    before = repo.head.commit

    answer = client.post(f"{STATUSES}/{mention['id']}/{verb}", headers=bearer(scope))

    assert answer.status_code == status
    assert status == 200 or repo.head.commit == before


@pytest.mark.parametrize(
    ("name", "do", "undo", "prop"),
    [
        ("favourites", "favourite", "unfavourite", "like-of"),
        ("bookmarks", "bookmark", "unbookmark", "bookmark-of"),
    ],
)
def test_200_a_list_of_what_was_done(client, headers, bearer, mention, clock, name, do, undo, prop):
    path = f"/api/v1/{name}"
    nothing = client.get(path, headers=headers)
    client.post(f"{STATUSES}/{mention['id']}/{do}", headers=headers)
    clock.forward(minutes=1)
    client.post("/micropub", data={prop: "https://elsewhere.example/a"}, headers=bearer())

    both = client.get(path, headers=headers)
    first = client.get(path, query_string={"limit": 1}, headers=headers)
    older = first.headers["Link"].partition(">")[0].removeprefix("<https://site.example")
    second = client.get(older, headers=headers)
    client.post(f"{STATUSES}/{mention['id']}/{undo}", headers=headers)
    after = client.get(path, headers=headers)

    assert nothing.json == []
    assert [each["url"] for each in both.json] == ["https://elsewhere.example/a", GRACE]
    assert both.json[1]["id"] == mention["id"]
    assert first.json == both.json[:1]
    assert second.json == both.json[1:]
    assert after.json == both.json[:1]


@pytest.mark.parametrize("path", ["/api/v1/favourites", "/api/v1/bookmarks"])
def test_a_list_is_for_the_owners_apps(client, bearer, path):
    answers = [client.get(path), client.get(path, headers=bearer("write:media"))]

    assert [answer.status_code for answer in answers] == [401, 403]


def test_200_what_is_typed_by_hand_and_no_url_is_in_nobodys_way(client, headers, edit):
    """The post on ``https://[`` is a like all the same, and stands in the timeline."""
    for day, url in enumerate(("https://other.example/1", "https://["), 1):
        date = f"2025-11-0{day}T10:00:00Z"
        file = f'---\ndate: {date}\nlikeOf: ["{url}", "https://b.example/"]\n---\n'
        edit({f"content/likes/2025/11/{day}/index.md": file})

    answer = client.get("/api/v1/favourites", headers=headers)

    assert [status["url"] for status in answer.json] == ["https://other.example/1"]
    assert len(client.get("/api/v1/timelines/public").json) == 2
