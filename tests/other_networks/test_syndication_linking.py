"""The links to copies in the front matter: one commit a round, and nothing else changes."""

import subprocess

import pytest
from networks import refusing

from endpoint.stores.repository import Conflict

HAND_WRITTEN = """\
---
# My own comment, and an odd order.
title:   'It''s mine'
tags:
  - tea     # the best
cover: {image: "x.jpg", big: yes}
date: 2025-01-02 03:04:05 +01:00   # a Friday
---
Some words,

and *more*.
"""
PERMALINK = "https://site.example/notes/2025/01/mine/"
PATH = "content/notes/2025/01/mine/index.md"


@pytest.fixture
def push(repo, tmp_path):
    """Return a function that commits a file as its owner would, by clone and push."""

    def push(text, path=PATH):
        with repo.clone(tmp_path / "clone") as clone:
            file = tmp_path / "clone" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            clone.index.add([path])
            clone.index.commit("By hand")
            clone.remote().push()

    return push


def ask(publisher, permalink, *targets):
    publisher.act("update", permalink, replace={"mp-syndicate-to": list(targets)})


def test_all_links_of_a_round_come_back_in_one_commit(configure, start_publisher, network, repo):
    configure({}, {"uid": "other"})
    publisher = start_publisher()
    permalinks = [publisher.post("small", "other", content=f"Number {n}") for n in range(3)]
    before = int(repo.git.rev_list("--count", "HEAD"))

    publisher.deploy()

    assert int(repo.git.rev_list("--count", "HEAD")) == before + 1
    for permalink in permalinks:
        assert len(publisher.source(permalink)["syndication"]) == 2
    subject, _, *lines = repo.head.commit.message.splitlines()
    assert subject == "syndication: link copies of 3 posts"
    assert lines == [f"- /notes/2025/11/number-{n}/" for n in range(3)]
    assert repo.head.commit.author.name == "Ada"


def test_the_owners_front_matter_stays_byte_for_byte(publisher, network, push, repo):
    push(HAND_WRITTEN)
    publisher.deploy()
    ask(publisher, PERMALINK, "small")

    publisher.work()

    url = f"{network.url}posts/1"
    file = repo.git.show(f"HEAD:{PATH}", strip_newline_in_stdout=False)
    assert network.texts == ["<p>Some words,</p>\n<p>and <em>more</em>.</p>\n"]
    assert url in file
    kept = [line for line in file.splitlines() if "yndication" not in line and url not in line]
    assert kept == HAND_WRITTEN.splitlines()
    assert repo.head.commit.message == "syndication: link copies of /notes/2025/01/mine/\n"


def test_the_link_is_no_edit(publisher, network):
    permalink = publisher.post("small", content="Hello")
    before = publisher.source(permalink)

    publisher.deploy()
    publisher.deploy()

    after = publisher.source(permalink)
    assert after.pop("syndication") == [f"{network.url}posts/1"]
    assert after == before
    assert len(network.heard) == 1


def test_links_that_were_there_stay(publisher, network):
    known = ["https://x.example/1", {"type": ["h-cite"], "properties": {"name": ["A copy"]}}]
    permalink = publisher.post("small", content="Hello", syndication=known)

    publisher.deploy()

    assert publisher.source(permalink)["syndication"] == [*known, f"{network.url}posts/1"]


def test_a_copy_that_moves_is_linked_where_it_is(publisher, network):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    network.posts["1"]["url"] = f"{network.url}elsewhere/1"

    publisher.act("update", permalink, replace={"content": ["Better"]})
    publisher.deploy()

    assert publisher.source(permalink)["syndication"] == [f"{network.url}elsewhere/1"]


def test_a_deleted_post_loses_nothing(publisher, network, clock):
    network.answers = [refusing(503, is_done=True)]
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    row = publisher.row(permalink)
    publisher.act("delete", permalink)
    clock.forward(minutes=10)
    publisher.deploy()

    publisher.act("undelete", permalink)
    publisher.deploy()

    assert not row.url
    assert publisher.source(permalink)["syndication"] == [f"{network.url}posts/2"]
    assert network.texts == ["<p>Hello</p>\n"]


def test_a_link_that_is_not_built_yet_keeps_no_other_copy_waiting(
    configure, start_publisher, network, clock
):
    configure({}, {"uid": "other"})
    publisher = start_publisher()
    network.answers = [refusing(429)]
    permalink = publisher.post("small", "other", content="Hello")
    publisher.deploy()
    first = len(publisher.source(permalink)["syndication"])

    clock.forward(minutes=2)
    publisher.work()

    assert first == 1
    assert len(publisher.source(permalink)["syndication"]) == 2


def test_an_edit_that_is_not_built_yet_is_not_sent(publisher, network):
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()

    publisher.act("update", permalink, replace={"content": ["Better"]})
    publisher.parts.syndication.overview.retry(permalink)
    publisher.work()

    assert network.texts == ["<p>Hello</p>\n"]


def test_what_cannot_be_committed_waits(publisher, network, monkeypatch, clock):
    permalink = publisher.post("small", content="Hello")
    repository = publisher.parts.repository
    with monkeypatch.context() as broken:
        broken.setattr(repository, "writing", lambda: _refuse())
        publisher.deploy()
    row = publisher.row(permalink)
    linked = "syndication" in publisher.source(permalink)

    clock.forward(minutes=1)
    publisher.work()

    assert (row.state, row.url, linked) == ("copied", f"{network.url}posts/1", False)
    assert publisher.source(permalink)["syndication"] == [row.url]
    assert len(network.heard) == 1


def _refuse():
    raise Conflict("The repository is too busy with pushes; try again.")


def test_a_page_links_to_a_network_that_asks_for_it(configure, start_publisher, network):
    link = "https://brid.gy/publish/small"
    configure({"options": {"wants_link": link}})
    publisher = start_publisher()
    permalink = publisher.post("small", content="Hello")
    publisher.deploy()
    first, asked = publisher.source(permalink)["syndicate-to"], list(network.heard)

    publisher.deploy()

    assert (first, asked) == ([link], [])
    assert network.texts == ["<p>Hello</p>\n"]
    assert publisher.source(permalink)["syndication"] == [f"{network.url}posts/1"]
    assert publisher.source(permalink)["syndicate-to"] == [link]


def test_what_is_linked_passes_git_fsck(publisher, network, repo):
    publisher.post("small", content="Hello")

    publisher.deploy()

    done = subprocess.run(["git", "-C", repo.git_dir, "fsck", "--strict"], capture_output=True)
    assert done.returncode == 0
