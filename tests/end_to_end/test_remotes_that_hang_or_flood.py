"""Remotes that answer nothing, or without end: posts go on, and the owner hears why."""

import os
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager

import pytest
from programs import small_disk
from remotes import Hosting, git, publish

from endpoint.config.addresses import parse_address
from endpoint.errors import Unavailable
from endpoint.stores.git.access import Access
from endpoint.stores.git.network import Network
from endpoint.stores.remote import Remote
from endpoint.stores.repository import Repository

AUTHOR = "Ada <ada@site.example>"
NOTE = "content/notes/2024/{}.md"


def page(number):
    return f"---\ndate: 2024-01-{number + 1:02}T10:00:00Z\n---\nNote {number}\n"


@pytest.fixture
def hosting(installation, tmp_path):
    made = Hosting.of(installation.folder / "site.git", tmp_path)
    made.edit({NOTE.format(number): page(number) for number in range(3)})
    return made


@pytest.fixture
def part(hosting, tmp_path):
    """A fresh clone without files."""
    sender = ("--no-local", "-u", "git -c uploadpack.allowFilter=true upload-pack")
    words = ("--quiet", "--bare", "--filter=blob:none", *sender)
    git(tmp_path, "clone", *words, str(hosting.bare), "part.git")
    return tmp_path / "part.git"


@contextmanager
def silence():
    """Give the address of a hosting that takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield f"http://127.0.0.1:{silent.getsockname()[1]}/site.git"


def access_to(url):
    return Access(parse_address(str(url)))


def test_a_hosting_that_hangs_is_waited_for_once(part):
    with silence() as url:
        git(part, "config", "remote.origin.url", url)
        settings = {"branch": "main", "author": AUTHOR, "remote": access_to(url)}
        repository = Repository(part, **settings, patience_s=0.5)

        with pytest.raises(Unavailable, match="did not come to an end") as first:
            repository.read(NOTE.format(0))
        with pytest.raises(Unavailable, match="did not answer a moment ago") as second:
            repository.read(NOTE.format(1))

    assert first.value.retry_after_s
    assert second.value.retry_after_s


def test_another_place_that_has_the_file_is_asked_at_once(part):
    with silence() as url:
        settings = {"branch": "main", "author": AUTHOR, "remote": access_to(url)}
        repository = Repository(part, **settings, patience_s=3)

        read = [repository.read(NOTE.format(number)) for number in range(2)]

    assert read == [page(0).encode(), page(1).encode()]


def test_no_request_fetches_what_the_owner_has_pushed(
    hosting, part, installation, start, client_of, bearer_of
):
    """The worker has done it before they come here, so a hosting that is down holds up nobody."""
    settings = {"path": str(part), "remote": str(hosting.bare)}
    installation.configure(repository=settings, site={"build": ""})
    parts = start()
    parts.index.catch_up()
    client = client_of(parts)
    hosting.edit({NOTE.format(number): page(number) for number in range(3, 6)})

    publish(parts)
    hosting.bare.rename(hosting.bare.with_name("away.git"))
    shown = client.get("/feed.json").json["items"]
    posted = client.post("/micropub", data={"content": "New"}, headers=bearer_of(parts))

    assert posted.status_code == 201
    assert {item["content_text"] for item in shown} >= {f"Note {n}" for n in range(6)}


@pytest.fixture
def network(hosting, installation):
    return Network(installation.folder / "site.git", access_to(hosting.bare))


def test_of_a_flood_the_first_and_the_last_are_kept(network):
    script = "!(echo first; head -c 9000000 /dev/zero | tr '\\0' x; echo; echo last) >&2; exit 3"

    said = network.run("-c", f"alias.flood={script}", "flood", timeout_s=20)

    assert said.code == 3
    assert said.errors.startswith("first\n")
    assert said.errors.endswith("last\n")
    assert len(said.errors) < 200_000


@pytest.mark.parametrize("stream", [1, 2], ids=["output", "errors"])
def test_a_flood_without_end_is_left(network, stream):
    began = time.monotonic()

    with pytest.raises(Unavailable, match="more than anybody would read"):
        network.run("-c", f"alias.flood=!exec yes >&{stream}", "flood", timeout_s=60)

    assert time.monotonic() - began < 20


def test_what_leaves_no_room_for_posts_is_not_taken(hosting, installation, tmp_path):
    (hosting.desk / "large.bin").write_bytes(os.urandom(12_000_000))
    newest = hosting.edit({})
    with small_disk(tmp_path / "disk", "16m") as disk:
        bare = shutil.copytree(installation.folder / "site.git", disk / "site.git")
        remote = Remote(bare, "main", access_to(hosting.bare))

        with pytest.raises(Unavailable, match="sends more than the disk"):
            remote.fetch()
        left = list((bare / "objects/pack").glob("tmp_*"))
        free = shutil.disk_usage(disk).free
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        fetched = remote.fetch()

    assert left == []
    assert free > 10_000_000
    assert fetched == newest
