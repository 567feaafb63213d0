"""The checkout that builds read: it shows the newest commit, whatever happened to it before."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from programs import small_disk, unpack

from endpoint.errors import EndpointError
from endpoint.stores.checkout import Checkout
from endpoint.stores.repository import Repository

AUTHOR = "Ada <ada@site.example>"
AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seed") / "site.git"
    made = Repository.init(path, branch="main", author=AUTHOR)
    made.begin({"README.md": b"My site\n", "a/b.md": b"B"}, "Begin the site", AT)
    return path


@pytest.fixture
def repository(seed: Path, tmp_path: Path) -> Repository:
    path = shutil.copytree(seed, tmp_path / "site.git")
    return Repository(path, branch="main", author=AUTHOR)


@pytest.fixture
def checkout(repository: Repository, tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "site", repository.path, "main")


def commit(repository: Repository, changes: Mapping[str, bytes | None]) -> str:
    with repository.writing() as writer:
        return writer.commit(changes, "note", AT)


def files(folder: Path) -> dict[str, bytes]:
    """Return the content of each file outside ``.git``."""
    found = (path for path in folder.rglob("*") if path.is_file())
    names = {str(path.relative_to(folder)): path.read_bytes() for path in found}
    return {name: data for name, data in names.items() if not name.startswith(".git/")}


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def refusal_of(checkout: Checkout) -> EndpointError:
    with pytest.raises(EndpointError) as raised:
        checkout.update()
    assert raised.value.description.isascii()
    assert not set(raised.value.description) & {'"', "\\", "\n"}
    return raised.value


def test_it_follows(repository, checkout, tmp_path):
    before = checkout.commit()
    first = checkout.update()
    shown = files(tmp_path / "site")
    second = commit(repository, {"a": None, "c.md": b"C"})

    updated = checkout.update()

    assert before is None
    assert shown == {"README.md": b"My site\n", "a/b.md": b"B"}
    assert files(tmp_path / "site") == {"README.md": b"My site\n", "c.md": b"C"}
    assert first != second == updated == checkout.commit()
    assert git(tmp_path / "site", "status", "--porcelain") == ""
    assert git(tmp_path / "site", "symbolic-ref", "HEAD") == "refs/heads/main"


def test_an_update_undoes_changes_and_keeps_what_git_does_not_know(checkout, tmp_path):
    checkout.update()
    (tmp_path / "site/README.md").write_text("Changed")
    (tmp_path / "site/a/b.md").unlink()
    (tmp_path / "site/public").mkdir()
    (tmp_path / "site/public/index.html").write_text("built")

    checkout.update()

    shown = {"README.md": b"My site\n", "a/b.md": b"B", "public/index.html": b"built"}
    assert files(tmp_path / "site") == shown


def test_a_history_that_was_rewritten_is_followed(repository, checkout, tmp_path):
    first = checkout.update()
    commit(repository, {"c.md": b"C"})
    checkout.update()
    git(repository.path, "update-ref", "refs/heads/main", first)

    assert checkout.update() == first
    assert files(tmp_path / "site") == {"README.md": b"My site\n", "a/b.md": b"B"}


@pytest.mark.parametrize(
    "name",
    ["index.lock", "HEAD.lock", "config.lock", "refs/heads/main.lock", "packed-refs.lock"],
)
def test_stale_locks_are_cleared(repository, checkout, tmp_path, name):
    checkout.update()
    (tmp_path / "site/.git" / name).write_text("")
    new = commit(repository, {"c.md": b"C"})

    assert checkout.update() == new
    assert not (tmp_path / "site/.git" / name).exists()


@pytest.mark.parametrize("spoilt", [b"", b"not what it was"], ids=["empty", "another"])
@pytest.mark.parametrize("name", ["index", "HEAD", "refs/heads/main", "refs/remotes/origin/main"])
def test_what_a_power_cut_has_damaged_is_made_again(repository, checkout, tmp_path, name, spoilt):
    """git does not wait for the disk in a checkout, which can be had from the repository again."""
    commit(repository, {"gone.md": b"Gone"})
    checkout.update()
    (tmp_path / "site/.git" / name).write_bytes(spoilt)
    new = commit(repository, {"c.md": b"C", "gone.md": None})

    assert checkout.update() == new
    assert files(tmp_path / "site") == {"README.md": b"My site\n", "a/b.md": b"B", "c.md": b"C"}
    assert git(tmp_path / "site", "status", "--porcelain") == ""


def test_damaged_objects_of_the_checkout_are_brought_again(repository, checkout, tmp_path):
    checkout.update()
    for path in (tmp_path / "site/.git/objects").rglob("*"):
        if path.is_file():
            path.chmod(0o644)
            path.write_bytes(b"")
    (tmp_path / "site/README.md").write_text("")
    new = commit(repository, {"c.md": b"C"})

    assert checkout.update() == new
    assert files(tmp_path / "site") == {"README.md": b"My site\n", "a/b.md": b"B", "c.md": b"C"}


def test_hooks_do_not_run(repository, checkout, tmp_path):
    checkout.update()
    for folder in (tmp_path / "site/.git/hooks", repository.path / "hooks"):
        folder.mkdir(exist_ok=True)
        for name in ("post-checkout", "reference-transaction", "post-index-change"):
            (folder / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
            (folder / name).chmod(0o755)
    commit(repository, {"c.md": b"C"})

    checkout.update()

    assert (tmp_path / "site/c.md").read_bytes() == b"C"
    assert not (tmp_path / "ran").exists()


def test_the_environment_does_not_matter(repository, checkout, tmp_path, monkeypatch):
    evil = tmp_path / "gitconfig"
    evil.write_text(f"[core]\n\tautocrlf = true\n\tfsmonitor = touch {tmp_path}/ran\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(evil))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))

    checkout.update()

    assert files(tmp_path / "site") == {"README.md": b"My site\n", "a/b.md": b"B"}
    assert not any((tmp_path / name).exists() for name in ("ran", "elsewhere", "index"))


def test_unusual_paths(tmp_path):
    folder = tmp_path / "-my: site's ö"
    repository = Repository.init(folder / "s.git", branch="b/c", author=AUTHOR)
    made = repository.begin({"a.md": b"A"}, "Begin", AT)

    assert Checkout(folder / "--work", repository.path, "b/c").update() == made
    assert files(folder / "--work") == {"a.md": b"A"}


def test_folders_of_another_user(repository, checkout, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("needs the right to give files away")
    checkout.update()
    for folder in (repository.path, tmp_path / "site"):
        subprocess.run(["chown", "-R", "12345:12345", str(folder)], check=True)

    repository.prepare()
    new = commit(repository, {"c.md": b"C"})

    assert checkout.update() == new
    assert dict(repository.read_many(oid for _, oid in repository.files(new)))


def test_updates_at_the_same_time_wait_for_each_other(repository, checkout, tmp_path):
    other = Checkout(tmp_path / "site", repository.path, "main")
    new = commit(repository, {f"{number}.md": b"A" for number in range(50)})

    with ThreadPoolExecutor(4) as pool:
        shown = list(pool.map(lambda follower: follower.update(), [checkout, other] * 2))

    assert shown == [new] * 4
    assert len(files(tmp_path / "site")) == 52


@pytest.mark.parametrize("is_clone", [False, True], ids=["files", "a clone of somebody's"])
def test_503_the_folder_holds_something_else(repository, checkout, tmp_path, is_clone):
    if is_clone:
        git(tmp_path, "clone", "--quiet", str(repository.path), "site")
    (tmp_path / "site").mkdir(exist_ok=True)
    (tmp_path / "site/README.md").write_text("Work of days")

    refusal = refusal_of(checkout)

    assert refusal.status == 503
    assert "something else" in refusal.description
    assert (tmp_path / "site/README.md").read_text() == "Work of days"


def test_503_there_is_no_repository_or_branch(repository, tmp_path):
    path = tmp_path / "site"

    absent = refusal_of(Checkout(path, tmp_path / "absent.git", "main"))
    other = refusal_of(Checkout(path, repository.path, "other"))

    assert (absent.status, other.status) == (503, 503)
    assert "no branch" in other.description
    assert not path.exists()


def test_503_an_object_is_damaged(repository, checkout, tmp_path):
    first = checkout.update()
    commit(repository, {"c.md": b"C"})
    oid = git(repository.path, "rev-parse", "main:c.md")
    unpack(repository.path)
    (repository.path / "objects" / oid[:2] / oid[2:]).unlink()

    refusal = refusal_of(checkout)

    assert refusal.status == 503
    assert "git fetch failed" in refusal.description
    assert checkout.commit() == first
    assert files(tmp_path / "site") == {"README.md": b"My site\n", "a/b.md": b"B"}


def test_507_the_disk_is_full(repository, tmp_path):
    with small_disk(tmp_path / "disk", "1m") as disk:
        checkout = Checkout(disk / "site", repository.path, "main")
        first = checkout.update()
        commit(repository, {"large.bin": os.urandom(2_000_000)})

        refusal = refusal_of(checkout)
        kept = checkout.commit()
        commit(repository, {"large.bin": None, "c.md": b"C"})
        subprocess.run(["mount", "-o", "remount,size=9m", str(disk)], check=True)
        checkout.update()

        assert refusal.status == 507
        assert kept == first
        assert files(disk / "site").keys() == {"README.md", "a/b.md", "c.md"}


FOLLOWER = """
import sys
from pathlib import Path
from endpoint.stores.checkout import Checkout
print("began", flush=True)
Checkout(Path(sys.argv[1]), Path(sys.argv[2]), "main").update()
"""


def test_a_killed_update_is_mended(repository, checkout, tmp_path):
    """A post that came and went around a kill is not built."""
    for turn in range(6):
        commit(repository, {f"{turn}/{number}.md": b"A" for number in range(40)})
        command = [sys.executable, "-c", FOLLOWER, str(tmp_path / "site"), str(repository.path)]
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, start_new_session=True
        ) as process:
            process.stdout.readline()
            time.sleep(0.005 + turn * 0.006)
            os.killpg(process.pid, signal.SIGKILL)
        newest = commit(repository, {str(turn): None})

        assert checkout.update() == newest
        assert files(tmp_path / "site") == {"README.md": b"My site\n", "a/b.md": b"B"}
        assert git(tmp_path / "site", "status", "--porcelain") == ""


def test_files_written_by_a_killed_update_go_when_their_post_goes(repository, checkout, tmp_path):
    checkout.update()
    commit(repository, {"secret.md": b"S"})
    # As a kill leaves it between writing files and writing the index that knows of them.
    refs = "+refs/heads/main:refs/remotes/origin/main"
    git(tmp_path / "site", "fetch", "--quiet", str(repository.path), refs)
    (tmp_path / "site/secret.md").write_bytes(b"S")
    newest = commit(repository, {"secret.md": None})

    assert checkout.update() == newest
    assert files(tmp_path / "site") == {"README.md": b"My site\n", "a/b.md": b"B"}


def spoil(path: Path, content: bytes) -> None:
    """Write ``content`` as a power cut leaves a file: git sees the size and the time it knows."""
    before = path.stat()
    assert len(content) == before.st_size
    git(path.parent, "config", "core.trustctime", "false")
    index = Path(git(path.parent, "rev-parse", "--absolute-git-dir"), "index")
    # Younger than the file, or git would look into it of itself.
    os.utime(index, (before.st_mtime + 9, before.st_mtime + 9))
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_what_was_half_written_at_a_power_cut_is_written_again(checkout, tmp_path):
    checkout.update()
    spoil(tmp_path / "site/a/b.md", b"\0")
    sound = (tmp_path / "site/README.md").stat().st_mtime_ns
    unnoticed = checkout.update() and files(tmp_path / "site")["a/b.md"]
    (tmp_path / "site/.git/endpoint.boot").write_text("another boot")

    checkout.update()

    assert unnoticed == b"\0"
    assert files(tmp_path / "site") == {"README.md": b"My site\n", "a/b.md": b"B"}
    assert (tmp_path / "site/README.md").stat().st_mtime_ns == sound


def test_a_post_deleted_since_a_power_cut_goes(repository, checkout, tmp_path):
    commit(repository, {"gone.md": b"Gone"})
    checkout.update()
    (tmp_path / "site/.git/endpoint.boot").write_text("another boot")
    newest = commit(repository, {"gone.md": None})

    assert checkout.update() == newest
    assert files(tmp_path / "site") == {"README.md": b"My site\n", "a/b.md": b"B"}
    assert git(tmp_path / "site", "status", "--porcelain") == ""


def test_the_worker_looks_after_each_start_of_the_machine(parts):
    parts.following.work("site")
    shown = parts.config.repository.checkout
    text = (shown / "hugo.toml").read_bytes()
    spoil(shown / "hugo.toml", b"\0" * len(text))
    (shown / ".git/endpoint.boot").write_text("another boot")
    # The newest commit is shown, so nothing else would have it look.
    parts.followers.settle("checkout", parts.repository.head())

    parts.following.work("site")

    assert (shown / "hugo.toml").read_bytes() == text
