"""The bare repository when disk, processes and objects fail: nothing is half done."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from programs import small_disk, succeeds, unpack

from endpoint.errors import EndpointError, InsufficientStorage, Unavailable
from endpoint.stores.repository import Repository

AUTHOR = "Ada <ada@site.example>"
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return begin(tmp_path_factory.mktemp("seed") / "site.git").path


@pytest.fixture
def repository(seed: Path, tmp_path: Path) -> Repository:
    path = shutil.copytree(seed, tmp_path / "site.git")
    return Repository(path, branch="main", author=AUTHOR)


def begin(path: Path) -> Repository:
    made = Repository.init(path, branch="main", author=AUTHOR)
    made.begin({"README.md": b"My site\n", "a/b.md": b"B"}, "Begin the site", AT)
    return made


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def commit(repository: Repository, path: str = "new.md", data: bytes = b"New") -> str:
    with repository.writing() as writer:
        return writer.commit({path: data}, "note: New", AT)


def leftovers(repository: Repository) -> list[str]:
    """Return the names of files that only a write in progress should have."""
    found = [*repository.path.rglob("tmp_*"), *repository.path.rglob("*.lock")]
    found += repository.path.glob("endpoint.ref")
    return [path.name for path in found if path.name != "endpoint.lock"]


def refusal_of(call: Callable[[], object]) -> EndpointError:
    """Return the refusal ``call`` raises, having checked that a client may see it."""
    with pytest.raises(EndpointError) as raised:
        call()
    assert raised.value.description.isascii()
    assert not set(raised.value.description) & {'"', "\\", "\n"}
    return raised.value


def test_503_there_is_no_repository(tmp_path):
    repository = Repository(tmp_path / "absent.git", branch="main", author=AUTHOR)

    for call in (repository.head, lambda: commit(repository), repository.prepare):
        refusal = refusal_of(call)
        assert refusal.status == 503
        assert refusal.description == "There is no bare git repository at the configured path."
    assert list(tmp_path.iterdir()) == []


def test_503_there_is_no_branch(repository):
    other = Repository(repository.path, branch="blog", author=AUTHOR)

    for call in (other.head, lambda: other.read("README.md"), lambda: commit(other)):
        refusal = refusal_of(call)
        assert refusal.status == 503
        assert "no branch" in refusal.description
    assert git(repository.path, "for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_503_the_branch_is_deleted_while_writing(repository):
    with repository.writing() as writer:
        git(repository.path, "update-ref", "-d", "refs/heads/main")

        refusal = refusal_of(lambda: writer.commit({"new.md": b"N"}, "note", AT))

    assert refusal.status == 503
    assert git(repository.path, "for-each-ref") == ""


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty after a power cut"),
        pytest.param(b"\0" * 41, id="zeros after a power cut"),
        pytest.param(b"ref: refs/heads/other\n", id="symbolic"),
    ],
)
def test_503_the_branch_is_unreadable(repository, content):
    ref = repository.path / "refs/heads/main"
    ref.write_bytes(content)

    refusals = [refusal_of(repository.head), refusal_of(lambda: commit(repository))]

    assert {refusal.status for refusal in refusals} == {503}
    assert ref.read_bytes() == content


def test_a_first_commit_is_made_once(repository):
    before = repository.head()

    refusal = refusal_of(lambda: repository.begin({"a.md": b"A"}, "Begin", AT))

    assert refusal.status == 503
    assert repository.head() == before


def test_503_a_format_we_do_not_read(tmp_path):
    git(tmp_path, "init", "--quiet", "--bare", "--object-format=sha256", "site.git")
    repository = Repository(tmp_path / "site.git", branch="main", author=AUTHOR)

    refusal = refusal_of(repository.prepare)

    assert refusal.status == 503
    assert "format" in refusal.description


def spoil_bits(file: Path) -> None:
    file.chmod(0o644)
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0xFF
    file.write_bytes(data)


def spoil_with_another(file: Path) -> None:
    """Put a sound object where another one belongs."""
    other = next(path for path in file.parent.parent.glob("??/*") if path != file)
    file.unlink()
    shutil.copy(other, file)


def empty(file: Path) -> None:
    file.chmod(0o644)
    file.write_bytes(b"")


@pytest.mark.parametrize("spoil", [spoil_bits, spoil_with_another, empty, Path.unlink])
@pytest.mark.parametrize(
    ("name", "path"),
    [
        pytest.param("main:a/b.md", "a/b.md", id="blob"),
        pytest.param("main:a", "a/b.md", id="folder"),
        pytest.param("main^{tree}", "README.md", id="root folder"),
        pytest.param("main", "README.md", id="commit"),
    ],
)
def test_503_an_object_is_damaged(repository, name, path, spoil):
    unpack(repository.path)
    before = repository.head()
    oid = git(repository.path, "rev-parse", name)
    spoil(repository.path / "objects" / oid[:2] / oid[2:])

    refusal = refusal_of(lambda: repository.read(path))

    assert refusal.status == 503
    assert oid in refusal.description
    assert repository.head() == before


def test_503_a_damaged_folder_is_not_written_over(repository):
    unpack(repository.path)
    before = repository.head()
    oid = git(repository.path, "rev-parse", "main:a")
    spoil_bits(repository.path / "objects" / oid[:2] / oid[2:])

    refusal = refusal_of(lambda: commit(repository, "a/c.md"))

    assert refusal.status == 503
    assert repository.head() == before
    assert leftovers(repository) == []


def test_503_a_pack_is_damaged(repository):
    posts = {f"{number}.md": os.urandom(200) for number in range(20)}
    with repository.writing() as writer:
        writer.commit(posts, "notes", AT)
    git(repository.path, "gc", "--quiet")
    # One that did not write them itself, and so has none in memory.
    repository = Repository(repository.path, branch="main", author=AUTHOR)
    oids = git(repository.path, "rev-parse", *(f"main:{path}" for path in posts)).split()
    [pack] = repository.path.glob("objects/pack/*.pack")
    pack.chmod(0o644)
    data = bytearray(pack.read_bytes())
    for position in range(1000, len(data), 500):
        data[position] ^= 0xFF
    pack.write_bytes(data)

    refusals = []
    for oid, post in zip(oids, posts.values(), strict=True):
        try:
            assert repository.read_object(oid) == post
        except EndpointError as refusal:
            refusals.append(refusal)

    assert 0 < len(refusals) < 20
    assert {refusal.status for refusal in refusals} == {503}
    assert refusal_of(lambda: list(repository.read_many(oids))).status == 503


@pytest.fixture
def tmpfs(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, 1 MB."""
    with small_disk(tmp_path / "disk", "1m") as folder:
        yield folder


def test_507_the_disk_is_full(tmpfs):
    repository = begin(tmpfs / "site.git")
    before = repository.head()
    objects = git(repository.path, "count-objects")

    large = refusal_of(lambda: commit(repository, "photo.jpg", os.urandom(2_000_000)))
    left = leftovers(repository)
    counted = git(repository.path, "count-objects")
    made = commit(repository)

    assert isinstance(large, InsufficientStorage)
    assert (left, counted) == ([], objects)
    assert git(repository.path, "rev-parse", f"{made}^") == before
    assert git(repository.path, "fsck", "--strict", "--full") == ""


def test_507_the_disk_is_full_to_the_last_byte(tmpfs):
    repository = begin(tmpfs / "site.git")
    before = repository.head()
    with (tmpfs / "filler").open("wb", buffering=0) as filler:
        while True:
            try:
                filler.write(b"x" * 4096)
            except OSError:
                break

    refusal = refusal_of(lambda: commit(repository))
    left = leftovers(repository)
    (tmpfs / "filler").unlink()
    made = commit(repository)

    assert refusal.status == 507
    assert left == []
    assert git(repository.path, "rev-parse", f"{made}^") == before


def test_503_the_disk_is_read_only(tmpfs):
    repository = begin(tmpfs / "site.git")
    before = repository.head()
    subprocess.run(["mount", "-o", "remount,ro", str(tmpfs)], check=True)

    refusal = refusal_of(lambda: commit(repository))

    assert isinstance(refusal, Unavailable)
    assert "read-only" in refusal.description
    assert repository.head() == before
    assert repository.read("a/b.md") == b"B"


@pytest.mark.parametrize("part", ["objects/pack", "refs/heads", "."])
def test_503_a_folder_may_not_be_written(repository, part):
    before = repository.head()
    folder = repository.path / part
    # The superuser may write everywhere, but not where this attribute is set.
    if not succeeds("chattr", "+i", str(folder)):
        pytest.skip("needs a file system with attributes, and the right to set them")
    try:
        refusal = refusal_of(lambda: commit(repository))
    finally:
        subprocess.run(["chattr", "-i", str(folder)], check=True)

    assert refusal.status == 503
    assert "permissions" in refusal.description
    assert repository.head() == before
    assert leftovers(repository) == []
    assert commit(repository) != before


def test_stale_locks_are_cleared_at_the_start(repository):
    locks = ["refs/heads/main.lock", "HEAD.lock", "packed-refs.lock"]
    for name in locks:
        (repository.path / name).write_text("")

    repository.prepare()

    assert leftovers(repository) == []
    assert commit(repository) == repository.head()


def test_a_lock_in_use_is_left_alone(repository):
    lock = repository.path / "refs/heads/main.lock"
    lock.write_text("")
    stop = threading.Event()

    def keep_busy() -> None:
        while not stop.wait(0.1):
            lock.unlink()
            lock.write_text("")

    busy = threading.Thread(target=keep_busy)
    busy.start()
    repository.prepare()
    stop.set()
    busy.join()

    assert lock.exists()


def test_a_commit_waits_for_a_push_to_finish(repository):
    lock = repository.path / "refs/heads/main.lock"
    lock.write_text("")
    finish = threading.Timer(0.3, lock.unlink)

    began = time.monotonic()
    finish.start()
    made = commit(repository)

    assert time.monotonic() - began > 0.2
    assert repository.head() == made


def test_503_the_branch_stays_locked(repository):
    before = repository.head()
    (repository.path / "refs/heads/main.lock").write_text("")

    refusal = refusal_of(lambda: commit(repository))

    assert refusal.status == 503
    assert "locked" in refusal.description
    assert repository.head() == before
    assert leftovers(repository) == ["main.lock"]


def test_our_own_stale_lock_stops_nobody(repository):
    draft = repository.path / "endpoint.ref"
    draft.write_text(f"{'1' * 40}\n")
    (repository.path / "refs/heads/main.lock").hardlink_to(draft)

    made = commit(repository)

    assert repository.head() == made
    assert leftovers(repository) == []


POSTER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from endpoint.stores.repository import Repository

repository = Repository(Path(sys.argv[1]), branch="main", author="Ada <ada@site.example>")
number = 0
while True:
    path = f"content/{sys.argv[2]}-{number}/index.md"
    with repository.writing() as writer:
        writer.commit({path: path.encode()}, path, datetime.now(UTC))
    print(path, flush=True)
    number += 1
"""


def test_nothing_acknowledged_is_lost_by_a_kill(repository):
    acknowledged = set()
    for turn in range(10):
        command = [sys.executable, "-c", POSTER, str(repository.path), str(turn)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            first = process.stdout.readline()
            time.sleep(0.02 + turn * 0.0037)
            process.send_signal(signal.SIGKILL)
            acknowledged |= set((first + process.stdout.read()).splitlines())
        made = commit(repository, f"between-{turn}.md")
        assert repository.head() == made

    paths = {path for path, _ in repository.files(repository.head())}
    assert len(acknowledged) >= 10
    assert acknowledged <= paths
    assert git(repository.path, "fsck", "--strict", "--full", "--no-dangling") == ""


def test_a_killed_writer_gives_up_its_lock(repository):
    holder = """
import sys, time
from pathlib import Path
from endpoint.stores.repository import Repository
repository = Repository(Path(sys.argv[1]), branch="main", author="Ada <ada@site.example>")
with repository.writing():
    print("locked", flush=True)
    time.sleep(60)
"""
    command = [sys.executable, "-c", holder, str(repository.path)]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        process.stdout.readline()
        waiting = threading.Thread(target=commit, args=(repository,))
        waiting.start()
        waiting.join(0.2)
        was_waiting = waiting.is_alive()
        process.kill()
    waiting.join()

    assert was_waiting
    assert repository.read("new.md") == b"New"


def test_a_failed_action_gives_up_its_lock(repository):
    before = repository.head()

    with pytest.raises(ZeroDivisionError), repository.writing():
        raise ZeroDivisionError

    assert repository.head() == before
    assert commit(repository) != before
