"""Queries (Micropub §3.7 and the extensions)."""

import json
from urllib.parse import parse_qs

import pytest

TARGETS = [
    {
        "kind": "link",
        "uid": "https://a.example/@ada",
        "name": "A",
        "service": {"name": "Mastodon"},
    },
    {
        "kind": "link",
        "uid": "https://b.example/",
        "name": "B",
        "clients": ["https://quill.p3k.io/"],
    },
]


@pytest.fixture
def query(client, bearer):
    headers = bearer()

    def query(**arguments):
        return client.get("/micropub", query_string=arguments, headers=headers)

    return query


@pytest.fixture
def posts(client, bearer, clock):
    """Five posts, a minute apart: three notes (one draft, one unlisted), an article, a photo."""
    headers = bearer()
    bodies = [
        {"content": "First note", "category[]": ["tea", "travel"]},
        {"content": "A draft", "post-status": "draft"},
        {"content": "Unlisted", "visibility": "unlisted", "category": "team"},
        {"name": "An article", "content": "Long words", "category": "tea"},
        {"photo": "https://x.example/a.jpg", "content": "Seen"},
    ]
    permalinks = []
    for body in bodies:
        clock.forward(minutes=1)
        response = client.post("/micropub", data=body, headers=headers)
        permalinks.append(response.headers["Location"])
    return permalinks


def test_200_empty_query_says_whose_token(client, bearer):
    response = client.get("/micropub", headers=bearer("create update"))

    assert response.json == {
        "me": "https://site.example/",
        "scope": "create update",
        "client_id": "https://app.example/",
    }


def test_200_empty_query_as_a_form(client, bearer):
    headers = {**bearer("create"), "Accept": "application/x-www-form-urlencoded"}

    response = client.get("/micropub", headers=headers)

    assert response.mimetype == "application/x-www-form-urlencoded"
    assert parse_qs(response.text)["me"] == ["https://site.example/"]


def test_200_config_is_nobody_elses_to_keep(query, client, bearer):
    form = {**bearer(), "Accept": "application/x-www-form-urlencoded"}

    answers = [query(q="config"), query(), client.get("/micropub", headers=form)]

    assert [answer.headers["Cache-Control"] for answer in answers] == ["no-store"] * 3


@pytest.mark.parametrize(
    "accept",
    [
        "application/json, application/x-www-form-urlencoded;q=0.8",
        "*/*",
        "text/html",
        "",
        "nonsense",
    ],
)
def test_200_json_unless_only_a_form_will_do(client, bearer, accept):
    headers = {**bearer(), "Accept": accept}

    for question in ("", "?q=syndicate-to", "?q=config"):
        assert client.get(f"/micropub{question}", headers=headers).mimetype == "application/json"


def test_200_config_as_json_even_if_a_form_is_asked_for(client, bearer):
    headers = {**bearer(), "Accept": "application/x-www-form-urlencoded"}

    for question in ("q=config", "q=source", "q=category", "q=post-types"):
        assert client.get(f"/micropub?{question}", headers=headers).mimetype == "application/json"


def test_200_an_endpoint_url_with_a_query_of_its_own(client, bearer):
    headers = bearer()

    answer = client.get("/micropub?site=1&q=config", headers=headers)
    created = client.post("/micropub?site=1&q=config", data={"content": "Hi"}, headers=headers)

    assert "syndicate-to" in answer.json
    assert created.status_code == 201


def test_200_every_query_that_config_names_answers(query):
    names = query(q="config").json["q"]

    answers = {name: query(q=name).status_code for name in names}

    assert set(answers.values()) == {200}
    assert {"config", "source", "syndicate-to", "category", "post-types", "channel", "contact"} <= (
        set(names)
    )


def test_200_config_without_channels_has_no_such_key(query):
    config = query(q="config").json

    assert "channels" not in config
    assert config["media-endpoint"] == "https://site.example/media"
    assert config["syndicate-to"] == []
    assert {"note", "article", "photo", "reply"} <= {t["type"] for t in config["post-types"]}
    assert config["visibility"] == ["public", "unlisted"]


def test_200_config_repeats_what_the_queries_say(query, posts):
    config = query(q="config").json

    for question, member in {
        "syndicate-to": "syndicate-to",
        "post-types": "post-types",
        "category": "categories",
    }.items():
        assert config[member] == query(q=question).json[member]
    assert set(config["categories"]) == {"tea", "team", "travel"}


def test_200_config_has_a_new_tag_at_once(query, posts, client, bearer):
    before = query(q="config").json

    client.post("/micropub", data={"content": "New", "category": "snow"}, headers=bearer())

    assert query(q="config").json["categories"] == ["snow", *before["categories"]]
    assert query(q="config", filter="sn").json["categories"] == ["snow"]
    assert query(q="config").json == before | {"categories": ["snow", *before["categories"]]}


def test_200_config_shows_each_app_its_own_targets(installation, start, client_of, bearer_of):
    installation.configure(syndication=TARGETS)
    parts = start()
    client = client_of(parts)
    quill = bearer_of(parts, "create", "https://quill.p3k.io/")
    other = bearer_of(parts, "create", "https://app.example/")

    answers = [client.get("/micropub?q=config", headers=who).json for who in (quill, other, quill)]

    assert [len(answer["syndicate-to"]) for answer in answers] == [2, 1, 2]


def test_200_channels_as_objects_in_both_places(installation, start, client_of, bearer_of):
    channels = [{"uid": "blog", "name": "Blog"}, {"uid": "tea", "name": "Tea"}]
    installation.configure(micropub={"channels": channels})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)

    answer = client.get("/micropub?q=channel", headers=headers).json
    config = client.get("/micropub?q=config", headers=headers).json

    assert answer == {"channels": channels}
    assert config["channels"] == channels


@pytest.mark.parametrize("client_id", ["https://quill.p3k.io", "HTTPS://Quill.p3k.io/"])
def test_200_a_client_is_known_in_any_spelling(
    installation, start, client_of, bearer_of, client_id
):
    installation.configure(syndication=TARGETS)
    parts = start()

    answer = client_of(parts).get(
        "/micropub?q=syndicate-to", headers=bearer_of(parts, "create", client_id)
    )

    assert [target["name"] for target in answer.json["syndicate-to"]] == ["A", "B"]


def test_200_targets_are_offered_to_their_clients(installation, start, client_of, bearer_of):
    installation.configure(syndication=TARGETS)
    parts = start()
    client = client_of(parts)
    quill = bearer_of(parts, "create", "https://quill.p3k.io/")
    other = bearer_of(parts, "create", "https://app.example/")

    to_quill = client.get("/micropub?q=syndicate-to", headers=quill).json
    to_other = client.get("/micropub?q=config", headers=other).json

    assert [target["uid"] for target in to_quill["syndicate-to"]] == [t["uid"] for t in TARGETS]
    shown = {name: TARGETS[0][name] for name in ("uid", "name", "service")}
    assert to_other["syndicate-to"] == [shown]


def test_200_targets_as_a_form(installation, start, client_of, bearer_of):
    installation.configure(syndication=TARGETS[:1])
    parts = start()
    headers = {**bearer_of(parts), "Accept": "application/x-www-form-urlencoded"}

    response = client_of(parts).get("/micropub?q=syndicate-to", headers=headers)

    assert parse_qs(response.text) == {"syndicate-to[]": ["https://a.example/@ada"]}


def test_200_source_of_one_post(query, posts):
    response = query(q="source", url=posts[0])

    assert response.json["type"] == ["h-entry"]
    assert response.json["properties"]["content"] == ["First note"]
    assert response.json["properties"]["category"] == ["tea", "travel"]


def test_200_no_names_mean_all_properties(query, posts):
    whole = query(q="source", url=posts[0]).json

    assert query(q="source", url=posts[0], properties="").json == whole


@pytest.mark.parametrize("name", ["properties", "properties[]", "properties[0]"])
def test_200_source_of_chosen_properties(query, posts, name):
    response = query(q="source", url=posts[0], **{name: ["content", "absent"]})

    assert response.json == {"properties": {"content": ["First note"]}}


def test_200_source_list_is_newest_first_with_urls(query, posts):
    response = query(q="source")

    urls = [item["properties"]["url"] for item in response.json["items"]]
    assert urls == [[url] for url in reversed(posts)]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param({"limit": 2}, [4, 3], id="limit"),
        pytest.param({"limit": 2, "offset": 1}, [3, 2], id="offset"),
        pytest.param({"post-type": "note"}, [2, 1, 0], id="post-type"),
        pytest.param({"post-status": "draft"}, [1], id="draft"),
        pytest.param({"post-status": "published"}, [4, 3, 2, 0], id="published"),
        pytest.param({"filter": "WORDS"}, [3], id="filter"),
        pytest.param({"post-type": "nonsense"}, [], id="unknown type"),
    ],
)
def test_200_source_lists(query, posts, arguments, expected):
    response = query(q="source", **arguments)

    urls = [item["properties"]["url"][0] for item in response.json["items"]]
    assert urls == [posts[number] for number in expected]


def test_200_paging_meets_every_post_once(query, posts):
    met, arguments = [], {"limit": 2}
    for _ in range(5):
        page = query(q="source", **arguments).json
        met += [item["properties"]["url"][0] for item in page["items"]]
        if "after" not in page["paging"]:
            break
        arguments = {"limit": 1, "after": page["paging"]["after"]}

    assert met == list(reversed(posts))


@pytest.mark.parametrize(
    "arguments",
    [{"limit": "x"}, {"limit": -1}, {"offset": "x"}, {"after": "nonsense"}, {"post-status": "x"}],
    ids=str,
)
def test_400_odd_list_values(query, arguments):
    response = query(q="source", **arguments)

    assert response.status_code == 400
    assert next(iter(arguments)) in response.json["error_description"]


def test_200_categories_each_once(query, posts):
    assert sorted(query(q="category").json["categories"]) == ["tea", "team", "travel"]
    assert sorted(query(q="category", filter="TEA").json["categories"]) == ["tea", "team"]
    assert query(q="category", search="none").json == {"categories": []}


def test_200_contacts(installation, start, client_of, bearer_of):
    people = [{"name": "Grace Hopper", "nickname": "grace"}, {"name": "Bo"}]
    installation.configure(micropub={"contacts": people})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)

    every = client.get("/micropub?q=contact", headers=headers).json["contacts"]
    some = client.get("/micropub?q=contact&filter=gra", headers=headers).json["contacts"]

    assert [contact["name"] for contact in every] == ["Grace Hopper", "Bo"]
    assert [contact["nickname"] for contact in some] == ["grace"]


@pytest.mark.parametrize("name", ["", "nonsense", "Config"])
def test_400_unknown_query(query, name):
    response = query(q=name)

    assert response.status_code == 400
    assert response.json["error"] == "invalid_request"


def test_400_source_of_an_unknown_url(query):
    response = query(q="source", url="https://site.example/nothing/")

    assert response.status_code == 400
    assert "url" in response.json["error_description"]


@pytest.mark.parametrize(
    ("scope", "status"),
    [
        ("create", 200),
        ("draft", 200),
        ("update", 200),
        ("delete", 200),
        ("write", 200),
        ("write:statuses", 200),
        ("profile", 403),
        ("media", 403),
        ("write:media", 403),
        ("read", 403),
    ],
)
def test_source_is_for_those_who_may_change_posts(client, bearer, posts, scope, status):
    answers = [
        client.get("/micropub", query_string={"q": "source", **query}, headers=bearer(scope))
        for query in ({}, {"url": posts[0]})
    ]

    assert [answer.status_code for answer in answers] == [status] * 2


def test_200_files_made_by_hand_are_posts(query, repo, tmp_path):
    with repo.clone(tmp_path / "clone") as clone:
        for name, text in {
            "content/notes/2026/02/by-hand.md": "---\ndate: 2026-02-03T04:05:06Z\n---\nMine\n",
            "content/about-us.md": "+++\ntitle = 'About us'\n+++\nWe\n",
        }.items():
            file = tmp_path / "clone" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            clone.index.add([name])
        clone.index.commit("By hand")
        clone.remote().push()

    note = query(q="source", url="https://site.example/notes/2026/02/by-hand/").json
    page = query(q="source", url="https://site.example/about-us/").json

    assert note["properties"]["content"] == ["Mine"]
    assert note["properties"]["published"] == ["2026-02-03T04:05:06+00:00"]
    assert page["properties"]["name"] == ["About us"]


HAND_WRITTEN = {
    "a.md": """\
---
date: 2026-02-03
stamps: [2020-01-01, 2020-01-01T10:00:00Z, "12:30", .inf, -.inf, .nan, ~, 0x10, 1_000]
blob: [!!binary aGk=]
huge: [99999999999999999999999]
checkin:
  type: [h-card]
  properties: {when: [2020-01-01], 1: [true]}
tags: [1, yes, 2020-01-01, ~]
photos: [{url: /a.jpg, alt: 5}]
1: [y]
true: [z]
---
Mine
""",
    "b.md": """\
+++
date = 2026-02-03
times = [1979-05-27, 07:32:00, inf, nan, 2020-01-01T00:00:00]
+++
Mine
""",
    "c.md": '{"date": "2026-02-03", "title": {"a": [null]}, "rows": [[1], [null]]}\n\nMine\n',
    "d.md": "---\ntitle: [a, {b: c}]\ndate: 2026-02-03\nurl: /moved/d/\n---\nMine\n",
}


def test_200_whatever_hand_written_files_hold_is_json(query, repo, tmp_path):
    with repo.clone(tmp_path / "clone") as clone:
        for name, text in HAND_WRITTEN.items():
            file = tmp_path / "clone/content/notes" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        clone.git.add(all=True)
        clone.index.commit("By hand")
        clone.remote().push()

    answer = query(q="source")

    items = json.loads(answer.data, parse_constant=pytest.fail)["items"]
    values = [value for item in items for value in item["properties"].values()]
    assert {item["properties"]["url"][0].split("/")[-2] for item in items} == {"a", "b", "c", "d"}
    assert all(isinstance(value, list) and value for value in values)
    assert "null" not in answer.text
    for item in items:
        [url] = item["properties"].pop("url")
        assert query(q="source", url=url).json == item


def test_200_paging_back(query, posts):
    page = query(q="source", limit=2, offset=2).json

    newer = query(q="source", limit=2, before=page["paging"]["before"]).json

    urls = [item["properties"]["url"][0] for item in newer["items"]]
    assert urls == [posts[4], posts[3]]
    assert "before" not in newer["paging"]


def test_200_lists_of_chosen_properties_keep_their_urls(query, posts):
    items = query(q="source", **{"properties[]": ["name", "category"], "limit": 2}).json["items"]

    assert [item["properties"] for item in items] == [
        {"url": [posts[4]]},
        {"name": ["An article"], "category": ["tea"], "url": [posts[3]]},
    ]


def test_200_posts_of_a_channel(installation, start, client_of, bearer_of):
    channels = [{"uid": "blog", "name": "Blog"}, {"uid": "tea", "name": "Tea"}]
    installation.configure(micropub={"channels": channels})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    for uid in ("blog", "tea"):
        client.post("/micropub", data={"content": uid, "mp-channel": uid}, headers=headers)

    items = client.get("/micropub?q=source&channel=tea", headers=headers).json["items"]

    assert [item["properties"]["content"] for item in items] == [["tea"]]
