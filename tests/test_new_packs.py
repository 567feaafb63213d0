"""What the server stores: packs that git itself takes for sound, and never many of them."""

import os
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from struct import unpack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from endpoint.stores.git.new_packs import NewPacks
from endpoint.stores.git.objects import frame
from endpoint.stores.git.pack_format import encode, format_index, format_pack
from endpoint.stores.repository import Repository

AUTHOR = "Ada <ada@site.example>"
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def git(repository: Path, *arguments: str, feed: bytes | None = None) -> bytes:
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, input=feed, capture_output=True, check=True).stdout


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seed") / "site.git"
    git(folder.parent, "init", "--quiet", "--bare", str(folder))
    return folder


@pytest.fixture
def repository(seed: Path, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "--quiet", "--bare", str(seed), "site.git")
    return tmp_path / "site.git"


def blobs(*contents: bytes) -> dict[str, bytes]:
    return dict(frame("blob", content) for content in contents)


def packs(repository: Path) -> list[Path]:
    return sorted(repository.glob("objects/pack/*.pack"))


def read(repository: Path, objects: Mapping[str, bytes]) -> bool:
    """Whether git finds each of ``objects``, and nothing wrong with any pack."""
    for pack in packs(repository):
        git(repository, "verify-pack", str(pack.with_suffix(".idx")))
    return all(
        git(repository, "cat-file", "blob", oid) == framed.partition(b"\0")[2]
        for oid, framed in objects.items()
    )


@pytest.mark.parametrize("size", [0, 1, 15, 16, 127, 2047, 2048, 300_000])
def test_git_reads_objects_of_any_size(repository, size):
    objects = blobs(os.urandom(size))

    NewPacks(repository / "objects").write(objects)

    assert read(repository, objects)
    assert git(repository, "count-objects", "-v").count(b"garbage: 0\n") == 2


@settings(max_examples=30, deadline=None)
@given(st.lists(st.binary(max_size=300), min_size=1, max_size=40))
def test_a_pack_is_what_git_makes_of_its_index(seed, contents):
    entries = {bytes.fromhex(oid): encode(each) for oid, each in blobs(*contents).items()}
    checksum, pieces = format_pack(entries)
    (seed / "new.pack").write_bytes(b"".join(pieces))

    git(seed, "index-pack", "--strict", "new.pack")

    assert (seed / "new.idx").read_bytes() == format_index(entries, checksum)
    (seed / "new.idx").unlink()


def test_an_index_knows_places_beyond_two_gigabytes():
    class Long(bytes):
        def __len__(self) -> int:
            return 2**31

    entries = {bytes([1]) * 20: Long(b"1"), bytes([2]) * 20: b"2", bytes([3]) * 20: b"3"}

    index = format_index(entries, b"c" * 20)

    # Header, counts, ids and checksums come before the places; two checksums after them.
    places = index[8 + 1024 + 3 * (20 + 4) : -40]
    assert unpack(">3L2Q", places) == (12, 1 << 31, 1 << 31 | 1, 2**31 + 12, 2**31 + 13)


def test_there_are_never_many(repository):
    new, objects = NewPacks(repository / "objects"), {}
    counts = []

    for number in range(300):
        part = blobs(b"Post %d" % number, b"Again %d" % (number % 7))
        new.write(part)
        objects |= part
        counts.append(len(packs(repository)))

    assert max(counts) <= 31
    assert (counts[14], counts[15], counts[255]) == (15, 1, 1)
    assert read(repository, objects)


def test_large_ones_are_not_written_again(repository):
    new, objects = NewPacks(repository / "objects"), blobs(os.urandom(600_000))
    new.write(objects)
    [large] = packs(repository)
    before = large.stat().st_ino

    for number in range(40):
        new.write(blobs(b"Post %d" % number))

    assert large.stat().st_ino == before
    assert read(repository, objects)


def test_what_git_gc_has_taken_away_is_not_missed(repository):
    new, objects = NewPacks(repository / "objects"), {}

    for number in range(40):
        part = blobs(b"Post %d" % number)
        new.write(part)
        objects |= part
        if number % 9 == 8:
            git(repository, "repack", "-a", "-d", "-k", "--quiet")

    assert read(repository, objects)


def test_a_full_disk_leaves_nothing_behind(repository):
    new = NewPacks(repository / "objects")
    new.write(blobs(b"Before"))
    before = sorted((repository / "objects/pack").iterdir())

    def fail() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        new.write(blobs(b"After"), beside=fail)

    assert sorted((repository / "objects/pack").iterdir()) == before


def test_clones_and_git_gc_may_run_meanwhile(tmp_path):
    repository = Repository.init(tmp_path / "site.git", branch="main", author=AUTHOR)
    repository.begin({"README.md": b"My site\n"}, "Begin the site", AT)
    other = Repository(repository.path, branch="main", author=AUTHOR)

    def write(number: int) -> None:
        with (repository, other)[number % 2].writing() as writer:
            writer.commit({f"content/{number}/index.md": b"Post %d" % number}, "note: Hello", AT)

    def clone(number: int) -> None:
        git(tmp_path, "clone", "--quiet", "--no-local", str(repository.path), f"clone-{number}")

    def tidy() -> None:
        for _ in range(3):
            git(repository.path, "gc", "--quiet")

    with ThreadPoolExecutor(3) as pool:
        done = [*(pool.submit(clone, number) for number in range(8)), pool.submit(tidy)]
        for number in range(150):
            write(number)
        for each in done:
            each.result()

    assert git(repository.path, "fsck", "--strict", "--full") == b""
    assert len([*repository.files(repository.head(), "content")]) == 150
