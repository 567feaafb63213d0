"""The file of a page's mentions: its format, its threads, and how two versions of it become one."""

import json

import pytest

from endpoint.config import Config
from endpoint.domain.webmentions.keeping import stored
from endpoint.generators.mention_files import mentions_key
from endpoint.services.publishing.rules import Rules
from endpoint.stores.git.replays import Versions


def entry(source: str, received: int = 0, **values: object) -> stored.Entry:
    return {"source": source, "target": "t", "received": f"2025-01-{received + 1:02}", **values}


A, B, C = (entry(f"https://{name}.example/", number) for number, name in enumerate("abc"))


def changed(one: stored.Entry) -> stored.Entry:
    return {**one, "content": "changed"}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        pytest.param([A], [A, B], [A, C], [A, B, C], id="both add"),
        pytest.param(None, [A], [B], [A, B], id="both begin"),
        pytest.param(None, [A], [A], [A], id="both begin with the same"),
        pytest.param([A], [A, B], [], [B], id="they take out what we left"),
        pytest.param([A, B], [A], [A, B, C], [A, C], id="we take out"),
        pytest.param([A, B], None, [A, B, C], [C], id="we take out the last"),
        pytest.param([A, B], None, [A, B], None, id="we take out all"),
        pytest.param([A], [changed(A)], [A, B], [changed(A), B], id="we change"),
        pytest.param([A], [A, B], [changed(A)], [changed(A), B], id="they change"),
        pytest.param([A], [changed(A)], [], [changed(A)], id="changed here, taken out there"),
    ],
)
def test_two_versions_become_one(base, ours, theirs, merged):
    sides = [side if side is None else stored.write(side) for side in (base, ours, theirs)]

    data = stored.merge(*sides)

    assert data == (None if merged is None else stored.write(merged))


@pytest.mark.parametrize("path", ["content/notes/x/webmentions.json", "data/webmentions/x.json"])
def test_a_replay_never_clashes_over_mentions(parts, path):
    rules = Rules(parts.generator)

    both = rules.merge(Versions(path, None, stored.write([A]), stored.write([B])))
    gone = rules.merge(Versions(path, stored.write([A]), stored.write([A, B]), None))

    assert both == stored.write([A, B])
    assert gone is None


def parents(entries: list[stored.Entry]) -> dict[str, str | None]:
    return {one["source"]: one.get("parent") for one in stored.thread(entries)}


def test_a_reply_names_what_it_answers():
    entries = [
        entry("https://a.example/", 0, url="https://a.example/nice"),
        entry("https://b.example/", 1, in_reply_to=["https://site.example/", "https://a.example/"]),
        entry("https://c.example/", 2, in_reply_to=["https://a.example/nice"]),
        entry("https://d.example/", 3, in_reply_to=["https://b.example/"]),
        entry("https://e.example/", 4, in_reply_to=["https://elsewhere.example/"]),
    ]

    found = parents(entries)

    assert found == {
        "https://a.example/": None,
        "https://b.example/": "https://a.example/",
        "https://c.example/": "https://a.example/",
        "https://d.example/": "https://b.example/",
        "https://e.example/": None,
    }


def test_no_mention_is_its_own_ancestor():
    ring = [
        entry(f"https://{n}.example/", n, in_reply_to=[f"https://{(n + 1) % 3}.example/"])
        for n in range(3)
    ]
    itself = entry("https://x.example/", 4, in_reply_to=["https://x.example/"], parent="old")

    found = parents([*ring, itself])

    assert found["https://0.example/"] is None
    assert found["https://x.example/"] is None
    assert sum(parent is not None for parent in found.values()) == 1


def test_ten_thousand_answers_to_each_other_are_a_shallow_thread():
    chain = [
        {
            "source": f"https://{n}.example/",
            "received": f"{n:09}",
            "in_reply_to": [f"https://{n - 1}.example/"],
        }
        for n in range(10_000)
    ]

    found = parents(chain)

    depths: dict[str | None, int] = {None: -1}
    for source, parent in found.items():
        depths[source] = depths[parent] + 1
    assert max(depths.values()) == 8


def test_what_came_in_one_second_stays_as_it_stands():
    late, early = entry("https://z.example/", 1), entry("https://a.example/", 1)
    asks = entry("https://b.example/", 1, in_reply_to=["https://z.example/"])

    threaded = stored.thread([late, asks, early, A])

    assert stored.in_order([late, early, A]) == [A, late, early]
    assert [one["source"] for one in threaded[1:]] == [
        late["source"],
        asks["source"],
        early["source"],
    ]
    assert threaded[2]["parent"] == late["source"]


def test_bytes_are_the_same_whatever_the_order():
    assert stored.write([A, B, C]) == stored.write([C, A, B])
    assert json.loads(stored.write([C, A]) or b"") == [A, C]
    assert stored.write([]) is None


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("notes/2026/11/hello-world/", "notes-2026-11-hello-world"),
        ("2026/11/22/Hello_World.html", "2026-11-22-hello-world-html"),
        ("", "home"),
        ("%D0%BF%D1%80%D0%B8/", "home"),
        ("../../etc/passwd", "etc-passwd"),
        ("%2e%2e/x%00y/", "x-y"),
        ("a" * 300, "a" * 100),
    ],
)
def test_a_name_is_one_that_templates_can_make_and_no_path(path, key):
    assert mentions_key(path) == key


def test_new_sites_name_the_receiver_as_long_as_there_is_one(installation, repo):
    assert isinstance(installation.config, Config)
    assert "webmention = true" in repo.git.show("HEAD:hugo.toml")
