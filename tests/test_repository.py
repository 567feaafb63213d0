"""The bare repository: the commits it makes are those that git itself would make."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from programs import unpack

from endpoint.errors import ConfigError, InvalidRequest, Unavailable
from endpoint.stores.repository import Conflict, Entry, Repository

AUTHOR = "Ada <ada@site.example>"
AT = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=1)))


@pytest.fixture(scope="module")
def seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("seed") / "site.git"
    made = Repository.init(path, branch="main", author=AUTHOR)
    made.begin({"README.md": b"My site\n"}, "Begin the site", AT)
    return path


@pytest.fixture
def repository(seed: Path, tmp_path: Path) -> Repository:
    path = shutil.copytree(seed, tmp_path / "site.git")
    return Repository(path, branch="main", author=AUTHOR)


@pytest.fixture(autouse=True)
def no_temporary_files(repository: Repository) -> Iterator[None]:
    yield
    left = [*repository.path.rglob("tmp_*"), *repository.path.rglob("*.lock")]
    assert [path.name for path in left if path.name != "endpoint.lock"] == []
    assert not (repository.path / "endpoint.ref").exists()


def git(folder: Path, *arguments: str, feed: bytes | None = None) -> str:
    settings = ("-c", "user.name=Olga", "-c", "user.email=olga@site.example")
    command = ["git", "-C", str(folder), *settings, *arguments]
    done = subprocess.run(command, input=feed, capture_output=True, check=True)
    return done.stdout.decode().rstrip("\n")


def commit(repository: Repository, changes: Mapping[str, bytes | Entry | None]) -> str:
    with repository.writing() as writer:
        return writer.commit(changes, "note: Hello", AT)


def clone(repository: Repository, name: str = "owner") -> Path:
    folder = repository.path.with_name(name)
    git(repository.path.parent, "clone", "--quiet", str(repository.path), str(folder))
    return folder


def push(folder: Path, files: Mapping[str, str]) -> str:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "-m", "By hand")
    git(folder, "push", "--quiet", "origin", "HEAD:main")
    return git(folder, "rev-parse", "HEAD")


def fast_import(folder: Path, files: Mapping[str, bytes]) -> str:
    """Let git itself put ``files`` on a new branch, and return the id of their tree."""
    feed = b"commit refs/heads/reference\ncommitter A <a@site.example> 1 +0000\ndata 1\nx\n"
    for path, data in files.items():
        feed += b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data)
    git(folder, "fast-import", "--quiet", feed=feed)
    return git(folder, "rev-parse", "reference^{tree}")


def test_trees_are_those_of_fast_import(repository):
    # Git sorts a folder as if its name ended with a slash: after "a.md", before "a0".
    files = {"README.md": b"My site\n", "a.md": b"", "a0": b"1", "a-": b"2", "ä/ö.md": b"3\n"}
    files |= {f"a/{month:02}/post-{n}/index.md": b"%d" % n for month in (1, 12) for n in range(5)}

    for path, data in files.items():
        commit(repository, {path: data})
    commit(repository, {"a/01/post-3": None, "b/c.md": b"new"})

    del files["a/01/post-3/index.md"]
    reference = fast_import(repository.path, {**files, "b/c.md": b"new"})
    assert git(repository.path, "rev-parse", "main^{tree}") == reference
    assert git(repository.path, "fsck", "--strict", "--full") == ""


def test_several_changes_are_one_commit(repository):
    before = repository.head()

    after = commit(repository, {"a/index.md": b"A", "a/photo.jpg": b"\xff\xd8", "README.md": None})

    assert git(repository.path, "rev-list", "--parents", "-1", "main") == f"{after} {before}"
    shown = git(repository.path, "show", "--no-renames", "--name-status", "--format=", "main")
    assert shown.splitlines() == ["D\tREADME.md", "A\ta/index.md", "A\ta/photo.jpg"]
    assert repository.read("a/photo.jpg") == b"\xff\xd8"


def test_a_commit_says_who_when_and_why(repository):
    with repository.writing() as writer:
        writer.commit(
            {"a.md": b"A"}, "note: Grüße, 世界 🎉\n\nWhy.\n", AT, "Bob <bob@site.example>"
        )

    pattern = "--format=%an <%ae>|%aI|%cn <%ce>|%B"
    assert git(repository.path, "show", "--no-patch", pattern, "main").strip() == (
        f"Bob <bob@site.example>|2026-11-22T09:30:00+01:00|{AUTHOR}|note: Grüße, 世界 🎉\n\nWhy."
    )


@pytest.mark.parametrize(
    ("message", "kept"),
    [
        pytest.param("note\0parent 0", "note parent 0", id="NUL, which would hide the rest"),
        pytest.param("a\r\nb\rc", "a\nb\nc", id="line ends of other systems"),
        pytest.param("\n\n tree x\n", "tree x", id="blank lines before"),
        pytest.param("\x1b[31mred\x07", " [31mred", id="terminal escapes"),
        pytest.param(" \n", "Update", id="nothing"),
        pytest.param("half \ud83d pair", "half ? pair", id="a lone surrogate"),
    ],
)
def test_messages_cannot_mislead(repository, message, kept):
    with repository.writing() as writer:
        writer.commit({"a.md": b"A"}, message, AT)

    stored = git(repository.path, "cat-file", "commit", "main").partition("\n\n")[2]
    assert stored.strip() == kept.strip()
    assert git(repository.path, "fsck", "--strict") == ""


@pytest.mark.parametrize(
    "author",
    [
        pytest.param("Eve <e@x>\nparent 0000", id="newline"),
        pytest.param("Eve\0 <e@x>", id="NUL"),
        pytest.param("Eve <e@x> <f@x>", id="two addresses"),
        pytest.param("Eve", id="no address"),
        pytest.param(" <e@x>", id="no name"),
        pytest.param("Eve <e@ x>", id="blank in the address"),
    ],
)
def test_authors_cannot_inject_headers(repository, author):
    before = repository.head()

    with repository.writing() as writer, pytest.raises(InvalidRequest, match="author"):
        writer.commit({"a.md": b"A"}, "note", AT, author)

    assert repository.head() == before
    with pytest.raises(ConfigError, match=r"repository\.author"):
        Repository(repository.path, branch="main", author=author)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("", id="empty"),
        pytest.param("/etc/passwd", id="absolute"),
        pytest.param("a//b", id="empty segment"),
        pytest.param("a/", id="trailing slash"),
        pytest.param("./a", id="dot"),
        pytest.param("a/../../b", id="dots"),
        pytest.param("a/.. /b", id="dots that Windows trims"),
        pytest.param("a/\u200b../b", id="dots behind a zero-width space"),
        pytest.param(".git/config", id="git"),
        pytest.param("a/.GIT/hooks/post-update", id="git in capitals"),
        pytest.param(".git /config", id="git and a blank"),
        pytest.param(".git./config", id="git and a dot"),
        pytest.param(".git. . /config", id="git and both"),
        pytest.param(".git::$INDEX_ALLOCATION/config", id="git as an NTFS stream"),
        pytest.param("GIT~1/config", id="git as an NTFS short name"),
        pytest.param(".g\u200cit/config", id="git with a zero-width non-joiner, for HFS+"),
        pytest.param("\ufeff.git/config", id="git with a byte order mark"),
        pytest.param(".ｇｉｔ/config", id="git in full width"),
        pytest.param(".gitmodules", id="submodules"),
        pytest.param("a/GITMOD~1", id="submodules as a short name"),
        pytest.param("a\0b", id="NUL"),
        pytest.param("a\nb", id="newline"),
        pytest.param("a\x7f", id="DEL"),
        pytest.param("a\x85b", id="C1 control"),
        pytest.param("a\u2028b", id="line separator"),
        pytest.param("a\\..\\b", id="backslash"),
        pytest.param("\udcff.md", id="not UTF-8"),
        pytest.param("ä" * 128, id="256 bytes"),
        pytest.param("a/" * 100 + "b", id="too deep"),
        pytest.param("/".join(["a" * 250] * 10), id="too long"),
        pytest.param("readme.md", id="case of an existing file"),
        pytest.param("NOTES/new.md", id="case of an existing folder"),
        pytest.param("cafe\u0301.md", id="Unicode form of an existing file"),
        pytest.param("README.md/a", id="folder where a file is"),
        pytest.param("notes", id="file where a folder is"),
        pytest.param("link", id="symbolic link"),
        pytest.param("link/a", id="through a symbolic link"),
        pytest.param("theme", id="submodule"),
        pytest.param("theme/a", id="into a submodule"),
    ],
)
def test_refused_paths(repository, path):
    files = {"README.md": b"My site\n", "notes/old.md": b"", "caf\u00e9.md": b"", "to": b"notes"}
    commit(repository, files)
    link = Entry(0o120000, git(repository.path, "rev-parse", "main:to"))
    before = add_entries(repository, {"link": link, "theme": Entry(0o160000, repository.head())})

    with repository.writing() as writer, pytest.raises(InvalidRequest) as refusal:
        writer.commit({"good.md": b"A", path: b"B"}, "note", AT)

    assert repository.head() == before
    assert refusal.value.description.isascii()
    assert not set(refusal.value.description) & {'"', "\\"}


def add_entries(repository: Repository, entries: Mapping[str, Entry]) -> str:
    """Put links and submodules into the root folder, as an owner could."""
    index = {**os.environ, "GIT_INDEX_FILE": str(repository.path / "scratch-index")}
    lines = "".join(f"{mode:o} {oid}\t{path}\n" for path, (mode, oid) in entries.items())
    base = ["git", "-C", str(repository.path)]
    subprocess.run([*base, "read-tree", "main"], env=index, check=True)
    feed = [*base, "update-index", "--add", "--index-info"]
    subprocess.run(feed, env=index, check=True, input=lines.encode())
    tree = subprocess.run([*base, "write-tree"], env=index, check=True, capture_output=True)
    head = git(
        repository.path, "commit-tree", "-p", "main", "-m", "x", tree.stdout.decode().strip()
    )
    git(repository.path, "update-ref", "refs/heads/main", head)
    return head


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("content/notes/2026/11/hello-world/index.md", id="bundle"),
        pytest.param(".gitignore", id="a name that only begins like git"),
        pytest.param("a/.github/x.yml", id="a folder that only begins like git"),
        pytest.param("a b/ö.md", id="blank and umlaut"),
        pytest.param("نمی\u200cخواهم.md", id="zero-width non-joiner where Persian needs it"),
        pytest.param("-rf", id="hyphen"),
        pytest.param("ä" * 127, id="254 bytes"),
        pytest.param("Notes.md", id="case of no sibling"),
    ],
)
def test_accepted_paths(repository, path):
    commit(repository, {path: b"A"})

    assert repository.read(path) == b"A"
    assert git(repository.path, "show", f"main:{path}") == "A"
    assert git(repository.path, "fsck", "--strict") == ""


def test_two_new_names_that_differ_by_case_are_refused(repository):
    with repository.writing() as writer, pytest.raises(InvalidRequest, match="case"):
        writer.commit({"a/Foo.md": b"A", "a/foo.md": b"B"}, "note", AT)

    assert repository.read("a/Foo.md") is None


def test_a_rename_may_change_case_alone(repository):
    commit(repository, {"README.md": None, "readme.md": b"My site\n"})

    assert git(repository.path, "ls-tree", "--name-only", "main") == "readme.md"


def test_a_file_gives_way_to_a_folder_when_it_goes(repository):
    commit(repository, {"README.md": None, "README.md/index.md": b"A"})

    assert repository.read("README.md/index.md") == b"A"
    assert git(repository.path, "fsck", "--strict") == ""


def test_empty_folders_disappear(repository):
    commit(repository, {"a/b/c/one.md": b"1", "a/b/two.md": b"2"})

    commit(repository, {"a/b/c/one.md": None})
    first = git(repository.path, "ls-tree", "-r", "-t", "--name-only", "main").split()
    commit(repository, {"a/b": None})
    second = git(repository.path, "ls-tree", "-r", "-t", "--name-only", "main").split()

    assert first == ["README.md", "a", "a/b", "a/b/two.md"]
    assert second == ["README.md"]


def test_no_change_is_no_commit(repository):
    before = repository.head()

    after = commit(repository, {"README.md": b"My site\n", "absent/file.md": None})

    assert (after, repository.head()) == (before, before)


def test_an_executable_file_stays_executable(repository):
    blob = git(repository.path, "rev-parse", "main:README.md")
    commit(repository, {"bin/build": Entry(0o100755, blob)})

    commit(repository, {"bin/build": b"#!/bin/sh\n"})

    assert git(repository.path, "ls-tree", "main", "bin/build").startswith("100755 blob")
    assert repository.read("bin/build") == b"#!/bin/sh\n"


@pytest.mark.parametrize("path", ["a/b", "a/b/index.md"], ids=["folder", "file"])
def test_what_was_removed_comes_back_as_it_was(repository, path):
    commit(repository, {"a/b/index.md": b"A", "a/b/photo.jpg": b"\xff", "a/other.md": b"O"})
    tree = git(repository.path, "rev-parse", "main^{tree}")
    with repository.writing() as writer:
        removed = writer.object_id(path)
        writer.commit({path: None}, "delete", AT)
        assert not writer.exists(path)

    commit(repository, {path: repository.entry(removed.oid)})

    assert git(repository.path, "rev-parse", "main^{tree}") == tree
    assert git(repository.path, "fsck", "--strict") == ""


def test_a_folder_does_not_come_back_over_another(repository):
    commit(repository, {"a/b.md": b"A", "c/d.md": b"B"})
    with repository.writing() as writer:
        folder = writer.object_id("a")

        with pytest.raises(InvalidRequest, match="folder"):
            writer.commit({"c": folder}, "undelete", AT)

    assert repository.read("c/d.md") == b"B"


@pytest.mark.parametrize("mode", [0o120000, 0o160000], ids=["link", "submodule"])
def test_links_and_submodules_are_not_written(repository, mode):
    before = repository.head()
    blob = git(repository.path, "rev-parse", "main:README.md")

    with repository.writing() as writer, pytest.raises(InvalidRequest, match="link"):
        writer.commit({"new": Entry(mode, blob)}, "undelete", AT)

    assert repository.head() == before


def test_an_object_that_is_missing_does_not_come_back(repository):
    before = repository.head()

    with repository.writing() as writer, pytest.raises(Unavailable, match="missing"):
        writer.commit({"a.md": Entry(0o100644, "1" * 40)}, "undelete", AT)

    assert repository.head() == before


def test_a_writer_stands_on_its_own_commit(repository):
    with repository.writing() as writer:
        before = writer.commit_id
        found = [writer.exists("a.md"), writer.read("README.md"), writer.read("a")]
        first = writer.commit({"a.md": b"A"}, "one", AT)
        found += [writer.exists("a.md"), writer.commit_id == first]
        second = writer.commit({"a.md": b"B"}, "two", AT)

    assert found == [False, b"My site\n", None, True, True]
    assert git(repository.path, "rev-list", "main").split() == [second, first, before]


def test_reading_by_path_and_commit(repository):
    old = repository.head()
    commit(repository, {"README.md": b"Changed\n", "a/b.md": b"B"})

    assert repository.read("README.md") == b"Changed\n"
    assert repository.read("README.md", old) == b"My site\n"
    assert repository.read("a/b.md", old) is None
    assert repository.read("a") is None
    assert repository.read("README.md/x") is None
    assert repository.read_object(git(repository.path, "rev-parse", "main:a/b.md")) == b"B"


def test_files_are_regular_files_with_names_in_utf8(repository):
    commit(repository, {"a/b.md": b"B", "a/c/d.md": b"D", "to": b"x"})
    blob = git(repository.path, "rev-parse", "main:a/b.md")
    add_entries(repository, {"a": Entry(0o120000, blob), "theme": Entry(0o160000, "2" * 40)})
    tree = b"100644 caf\xe9.md\0" + bytes.fromhex(blob) + b"100644 good.md\0" + bytes.fromhex(blob)
    odd = git(repository.path, "hash-object", "-t", "tree", "-w", "--stdin", feed=tree)
    newest = commit(repository, {"odd": Entry(0o40000, odd), "e/f.md": b"F"})

    paths = [path for path, _ in repository.files(newest)]

    assert paths == ["README.md", "e/f.md", "odd/good.md", "to"]
    assert [path for path, _ in repository.files(newest, "e/")] == ["e/f.md"]
    assert list(repository.files(newest, "to")) == list(repository.files(newest, "absent")) == []


def test_changes_are_those_of_git_diff(repository):
    old = commit(repository, {"a/b.md": b"B", "a/c.md": b"C", "turns": b"T", "x/y/z.md": b"Z"})
    commit(repository, {"a/b.md": b"B2", "a/c.md": None, "a/d/e.md": b"E"})
    new = commit(repository, {"turns": None, "turns/into.md": b"T", "x": None, "x.md": b"X"})

    changes = dict(repository.changes(old, new))

    diff = git(repository.path, "diff", "--no-renames", "--name-status", old, new).splitlines()
    gone = {line[2:] for line in diff if line[0] == "D"}
    there = {line[2:] for line in diff if line[0] != "D"}
    assert {path for path, oid in changes.items() if oid is None} == gone
    assert {path for path, oid in changes.items() if oid is not None} == there
    assert repository.read_object(changes["turns/into.md"] or "") == b"T"


def test_changes_open_no_folder_that_is_the_same(repository):
    old = commit(repository, {"big/a.md": b"A", "small/b.md": b"B"})
    new = commit(repository, {"small/b.md": b"B2"})
    same = git(repository.path, "rev-parse", "main:big")
    unpack(repository.path)
    (repository.path / "objects" / same[:2] / same[2:]).unlink()
    other = Repository(repository.path, branch="main", author=AUTHOR)

    assert [path for path, _ in other.changes(old, new)] == ["small/b.md"]


@pytest.mark.parametrize("old", [None, "1" * 40, "main", "--help"])
def test_changes_from_an_unknown_commit_are_every_file(repository, old):
    new = commit(repository, {"a/b.md": b"B"})

    assert list(repository.changes(old, new)) == list(repository.files(new))
    assert [path for path, _ in repository.changes(old, new)] == ["README.md", "a/b.md"]


def test_many_blobs_are_read_in_order(repository):
    commit(repository, {f"a/{n}.md": b"%d\n\n" % n for n in range(300)} | {"empty": b""})
    oids = [oid for _, oid in repository.files(repository.head())]

    blobs = list(repository.read_many(iter(oids)))

    assert [oid for oid, _ in blobs] == oids
    assert [data for _, data in blobs] == [repository.read_object(oid) for oid in oids]
    assert len(blobs) == 302


def test_many_blobs_may_be_left_halfway(repository):
    oids = [oid for _, oid in repository.files(repository.head())] * 1000

    blobs = repository.read_many(oids)
    first = next(blobs)
    blobs.close()

    assert first == (oids[0], b"My site\n")


@pytest.mark.parametrize("oid", ["1" * 40, "main", "HEAD\nHEAD", ""])
def test_many_blobs_name_the_missing(repository, oid):
    with pytest.raises(Unavailable, match=r"missing|no object id"):
        list(repository.read_many([oid]))


WRITER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from endpoint.stores.repository import Repository

repository = Repository(Path(sys.argv[1]), branch="main", author="Ada <ada@site.example>")

def post(thread):
    for number in range(5):
        path = f"content/{sys.argv[2]}/{thread}-{number}/index.md"
        with repository.writing() as writer:
            writer.commit({path: path.encode()}, path, datetime.now(UTC))

with ThreadPoolExecutor(8) as pool:
    list(pool.map(post, range(8)))
"""


def test_threads_of_two_processes_make_one_line_of_commits(repository):
    command = [sys.executable, "-c", WRITER, str(repository.path)]

    processes = [subprocess.Popen([*command, name]) for name in ("first", "second")]
    codes = [process.wait(60) for process in processes]

    assert codes == [0, 0]
    paths = {
        f"content/{p}/{t}-{n}/index.md"
        for p in ("first", "second")
        for t in range(8)
        for n in range(5)
    }
    assert paths == {path for path, _ in repository.files(repository.head(), "content")}
    parents = git(repository.path, "log", "--format=%P|%s").splitlines()
    assert {line.partition("|")[2] for line in parents} == {*paths, "Begin the site"}
    assert len(parents) == 81
    assert not any(" " in line.partition("|")[0] for line in parents)
    assert git(repository.path, "fsck", "--strict", "--full") == ""


def test_commits_go_on_top_of_what_the_owner_pushed(repository):
    owner = clone(repository)
    pushed = push(owner, {"content/about.md": "By hand\n"})

    made = commit(repository, {"content/new.md": b"New"})
    git(owner, "pull", "--quiet", "--rebase", "origin", "main")
    push(owner, {"content/about.md": "Again\n"})

    assert git(repository.path, "rev-parse", f"{made}^") == pushed
    assert (owner / "content/new.md").read_bytes() == b"New"
    assert repository.read("content/about.md") == b"Again\n"
    assert git(repository.path, "fsck", "--strict", "--full") == ""


def test_a_push_while_writing_is_kept_below_the_commit(repository):
    owner = clone(repository)

    with repository.writing() as writer:
        pushed = push(owner, {"content/a.md": "By hand\n"})
        made = writer.commit({"content/b.md": b"B", "README.md": None}, "note", AT)

    assert git(repository.path, "rev-parse", f"{made}^") == pushed
    paths = [path for path, _ in repository.files(made)]
    assert paths == ["content/a.md", "content/b.md"]


@pytest.mark.parametrize(
    ("pushed", "changes"),
    [
        pytest.param({"a/b.md": "mine"}, {"a/b.md": b"B"}, id="the file is written"),
        pytest.param({"a/c.md": "mine"}, {"a": None}, id="something in the folder is removed"),
        pytest.param({"seen.md": "mine"}, {"new.md": b"N"}, id="a file that was read"),
        pytest.param({"absent.md": "mine"}, {"new.md": b"N"}, id="a file that was looked for"),
        pytest.param({"new.md": "mine"}, {"new.md": b"N"}, id="the same new file"),
    ],
)
def test_a_push_of_what_the_writer_looked_at_is_a_conflict(repository, pushed, changes):
    commit(repository, {"a/b.md": b"A", "a/c.md": b"A", "seen.md": b"A"})
    owner = clone(repository)

    with repository.writing() as writer:
        writer.read("seen.md")
        writer.exists("absent.md")
        head = push(owner, pushed)
        with pytest.raises(Conflict) as refusal:
            writer.commit(changes, "note", AT)

    assert refusal.value.status == 503
    assert repository.head() == head
    assert commit(repository, changes) != head


def test_pushes_and_commits_at_the_same_time_lose_nothing(repository):
    owner = clone(repository)

    def push_often() -> None:
        for number in range(4):
            (owner / f"hand-{number}.md").write_text("H")
            git(owner, "add", "--all")
            git(owner, "commit", "--quiet", "-m", f"hand {number}")
            while True:
                git(owner, "pull", "--quiet", "--rebase", "origin", "main")
                command = ["git", "-C", str(owner), "push", "--quiet", "origin", "HEAD:main"]
                if subprocess.run(command, capture_output=True, check=False).returncode == 0:
                    break

    with ThreadPoolExecutor(1) as pool:
        pushing = pool.submit(push_often)
        for number in range(15):
            commit(repository, {f"post-{number}.md": b"P"})
            time.sleep(0.03)
        pushing.result()

    names = {path for path, _ in repository.files(repository.head())}
    posts = {f"post-{number}.md" for number in range(15)}
    assert names == {"README.md", *posts, *(f"hand-{number}.md" for number in range(4))}
    assert git(repository.path, "fsck", "--strict", "--full", "--no-dangling") == ""


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["pack-refs", "--all"], id="refs packed"),
        pytest.param(["gc", "--quiet"], id="everything packed"),
        pytest.param(
            ["gc", "--quiet", "--aggressive", "--prune=now"], id="packed with long deltas"
        ),
        pytest.param(["repack", "-a", "-d", "--max-pack-size=1m", "--quiet"], id="repacked"),
    ],
)
def test_packing_while_we_run_changes_nothing(repository, command):
    posts = {f"content/{n}/index.md": f"Post {n} {'words ' * n}".encode() for n in range(12)}
    for path, data in posts.items():
        commit(repository, {path: data})
        if path[-10] in "369":
            git(repository.path, *command)

    assert {path: repository.read(path) for path in posts} == posts
    assert git(repository.path, "rev-list", "--count", "main") == "13"
    assert git(repository.path, "fsck", "--strict", "--full") == ""


def test_a_branch_that_was_packed_moves_on(repository):
    git(repository.path, "pack-refs", "--all")
    old = repository.head()

    new = commit(repository, {"a.md": b"A"})

    assert git(repository.path, "rev-parse", "main", "main^").split() == [new, old]


def test_packs_that_are_gone_are_let_go(repository):
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    counts = []
    for number in range(12):
        commit(repository, {f"{number}.md": b"A" * number})
        git(repository.path, "repack", "-a", "-d", "--quiet")
        assert repository.read(f"{number}.md") == b"A" * number
        counts.append(descriptors())

    assert counts[-1] <= counts[2]


def test_a_borrowing_repository_reads_and_writes(repository, tmp_path):
    commit(repository, {"a/b.md": b"B"})
    git(repository.path, "gc", "--quiet")
    commit(repository, {"a/c.md": b"C"})
    path = tmp_path / "borrower.git"
    git(tmp_path, "clone", "--quiet", "--bare", "--shared", str(repository.path), str(path))

    borrower = Repository(path, branch="main", author=AUTHOR)
    commit(borrower, {"a/d.md": b"D"})

    assert [borrower.read(f"a/{name}.md") for name in "bcd"] == [b"B", b"C", b"D"]
    assert repository.read("a/d.md") is None
    assert git(path, "fsck", "--strict", "--full") == ""


def test_a_branch_with_a_slash(tmp_path):
    repository = Repository.init(tmp_path / "other.git", branch="sites/mine", author=AUTHOR)
    repository.begin({"a.md": b"A"}, "Begin", AT)
    git(repository.path, "pack-refs", "--all", "--prune")

    new = commit(repository, {"a.md": b"B"})

    assert git(repository.path, "rev-parse", "refs/heads/sites/mine") == new
    assert git(repository.path, "symbolic-ref", "HEAD") == "refs/heads/sites/mine"


@pytest.mark.parametrize(
    "branch", ["", "-x", "a..b", "a b", "../x", "a.lock", "/a", "a/", "a//b", "a\nb", "@", "a/.b"]
)
def test_branch_names_that_git_refuses(tmp_path, branch):
    with pytest.raises(ConfigError, match=r"repository\.branch"):
        Repository(tmp_path, branch=branch, author=AUTHOR)


def test_the_owner_can_push_but_not_undo_posts(repository):
    owner = clone(repository)
    commit(repository, {"a.md": b"A"})
    git(owner, "commit", "--quiet", "--allow-empty", "-m", "Other")

    command = ["git", "-C", str(owner), "push", "--force", "origin", "HEAD:main"]
    forced = subprocess.run(command, capture_output=True, check=False)

    assert forced.returncode == 1
    assert b"non-fast-forward" in forced.stderr
    assert repository.read("a.md") == b"A"


def test_prepare_keeps_the_owners_settings(repository):
    git(repository.path, "config", "receive.fsckObjects", "false")

    repository.prepare()

    assert git(repository.path, "config", "receive.fsckObjects") == "false"
    assert git(repository.path, "config", "core.fsync") == "committed,reference"


def test_tidy_packs_what_has_gathered(repository):
    files = {f"{number}.md": b"Post %d" % number for number in range(10)}
    for path, data in files.items():
        commit(repository, {path: data})
    git(repository.path, "config", "gc.autoPackLimit", "5")

    repository.tidy()

    assert len(list(repository.path.glob("objects/pack/*.pack"))) == 1
    assert {path: repository.read(path) for path in files} == files


def count_objects(repository: Repository) -> int:
    names = git(repository.path, "cat-file", "--batch-all-objects", "--batch-check")
    return len(names.splitlines())


@pytest.mark.parametrize("posts", [10, 3000])
def test_a_commit_writes_as_much_on_a_large_site(repository, posts):
    files = {f"content/{n % 2}/{n % 5}/{n}/index.md": b"%d" % n for n in range(posts)}
    fast_import(repository.path, files)
    git(repository.path, "update-ref", "refs/heads/main", "reference")
    before = count_objects(repository)

    commit(repository, {"content/1/1/new/index.md": b"New"})

    # The file, its folder and four above it with the root, the commit.
    assert count_objects(repository) - before == 7


def test_times_must_be_aware(repository):
    with repository.writing() as writer, pytest.raises(ValueError, match="aware"):
        writer.commit({"a.md": b"A"}, "note", datetime(2026, 1, 1))  # noqa: DTZ001

    assert repository.read("a.md") is None


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        pytest.param(UTC, "+00:00", id="UTC"),
        pytest.param(timezone(-timedelta(hours=3, minutes=30)), "-03:30", id="west"),
        pytest.param(timezone(timedelta(hours=5, minutes=45)), "+05:45", id="east"),
        pytest.param(timezone(timedelta(seconds=-4510)), "-01:15", id="with seconds"),
    ],
)
def test_the_zone_of_a_commit(repository, zone, shown):
    with repository.writing() as writer:
        writer.commit({"a.md": b"A"}, "note", datetime(2026, 11, 22, 9, 30, tzinfo=zone))

    assert git(repository.path, "show", "--no-patch", "--format=%aI", "main").endswith(shown)
    assert git(repository.path, "fsck", "--strict") == ""
