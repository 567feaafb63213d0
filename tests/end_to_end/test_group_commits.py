"""Posts that come together: each its own commit, one wait for the disk, one move of the branch."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import git
import pytest
from werkzeug.test import TestResponse

from endpoint.app import make_app
from endpoint.assembly import Parts
from endpoint.errors import InvalidRequest, Unavailable
from endpoint.stores.groups import Groups, Later
from endpoint.stores.repository import GroupWriter

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class Crowd:
    """Clients who ask while the repository is busy, so that all of them wait when it is free."""

    def __init__(self, parts: Parts, headers: dict[str, str]) -> None:
        self._parts = parts
        self._app = make_app(parts)
        self._headers = headers
        self.groups: Groups = self._app.extensions["endpoint"].posts._committing._groups

    def ask(self, form: dict[str, Any], **headers: str) -> TestResponse:
        """Return the answer to a form, or to JSON if ``form`` is an update."""
        sent = {"json": form} if form.get("action") == "update" else {"data": form}
        client = self._app.test_client()
        return client.post("/micropub", headers={**self._headers, **headers}, **sent)

    def together(self, *forms: dict[str, Any], **headers: str) -> list[TestResponse]:
        """Return the answers to requests that came in this order and waited for each other."""
        with ThreadPoolExecutor(len(forms)) as pool:
            with self._parts.repository.writing():
                asked = []
                for number, form in enumerate(forms, 1):
                    asked.append(pool.submit(self.ask, form, **headers))
                    # One after the other, or their order would be anyone's guess.
                    wait_for(number, self.groups)
            return [each.result() for each in asked]


def wait_for(number: int, groups: Groups) -> None:
    """Wait until as many actions wait for the next group."""
    deadline = time.monotonic() + 20
    while len(groups._waiting) < number:
        assert time.monotonic() < deadline, "they were refused before they came that far"
        time.sleep(0.002)


@pytest.fixture
def crowd(parts: Parts, bearer) -> Crowd:
    return Crowd(parts, bearer())


def note(number: int, **more: str) -> dict[str, str]:
    return {"content": f"Note {number}", "mp-slug": f"note-{number}", **more}


@contextmanager
def watching(parts: Parts) -> Iterator[list[str]]:
    """Give the places where the branch has been seen meanwhile, in order."""
    seen, done = [parts.repository.head()], threading.Event()

    def watch() -> None:
        while not done.is_set():
            if (head := parts.repository.head()) != seen[-1]:
                seen.append(head)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        time.sleep(0.05)
        done.set()
        watcher.join()


def history(repo: git.Repo, before: str) -> list[tuple[str, list[str]]]:
    """Return subject and paths of each commit since ``before``, oldest first."""
    commits = list(repo.iter_commits(f"{before}..main", reverse=True))
    assert all(len(commit.parents) == 1 for commit in commits)
    return [(commit.summary, list(commit.stats.files)) for commit in commits]


def test_those_who_wait_are_one_group_of_several_commits(crowd, parts, repo):
    before = parts.repository.head()

    with watching(parts) as seen:
        answers = crowd.together(*(note(number) for number in range(6)))

    made = history(repo, before)
    assert [answer.status_code for answer in answers] == [201] * 6
    assert [subject for subject, _ in made] == [f"note: Note {number}" for number in range(6)]
    assert [[Path(path).parent.name for path in paths] for _, paths in made] == [
        [f"note-{number}"] for number in range(6)
    ]
    assert seen == [before, parts.repository.head()]
    assert repo.git.fsck("--strict", "--full", "--no-dangling") == ""


def test_the_feed_has_all_of_them(crowd, parts):
    crowd.together(*(note(number) for number in range(4)))

    items = make_app(parts).test_client().get("/feed.json").json["items"]

    assert {item["content_text"] for item in items} >= {f"Note {number}" for number in range(4)}


def test_one_that_fails_leaves_the_others(crowd, parts, repo):
    before = parts.repository.head()
    nowhere = {"action": "delete", "url": "https://site.example/nowhere/"}

    answers = crowd.together(note(1), nowhere, note(2))

    assert [answer.status_code for answer in answers] == [201, 400, 201]
    assert [subject for subject, _ in history(repo, before)] == ["note: Note 1", "note: Note 2"]


def test_the_same_key_twice_is_one_post(crowd, parts, repo):
    before = parts.repository.head()

    first, second = crowd.together(note(1), note(2), **{"Idempotency-Key": "7"})

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.headers["Location"] == second.headers["Location"]
    assert len(history(repo, before)) == 1


def test_the_same_wish_gets_two_permalinks(crowd):
    answers = crowd.together(*({"content": f"Tea {n}", "mp-slug": "tea"} for n in range(3)))

    names = [answer.headers["Location"].rstrip("/").rpartition("/")[2] for answer in answers]
    assert names == ["tea", "tea-2", "tea-3"]


def test_two_updates_of_one_post_are_both_there(crowd, parts):
    url = crowd.ask(note(1)).headers["Location"]

    answers = crowd.together(
        *({"action": "update", "url": url, "add": {"category": [tag]}} for tag in ("tea", "cake"))
    )

    assert [answer.status_code for answer in answers] == [204, 204]
    parts.index.catch_up()
    assert parts.index.find(url).properties["category"] == ["tea", "cake"]


def test_deleted_and_brought_back_as_if_one_after_the_other(crowd, parts, repo):
    url = crowd.ask(note(1)).headers["Location"]
    before = parts.repository.head()

    answers = crowd.together(
        {"action": "delete", "url": url}, {"action": "undelete", "url": url}, note(2)
    )

    parts.index.catch_up()
    assert [answer.status_code for answer in answers] == [204, 204, 201]
    assert parts.index.find(url) is not None
    assert sorted(subject.partition(" ")[0] for subject, _ in history(repo, before)) == [
        "delete",
        "note:",
        "undelete",
    ]


def test_a_failed_action_leaves_nothing_of_itself(parts):
    def fail(writer: GroupWriter) -> None:
        writer.claim("place")
        writer.commit({"content/half.md": b"Half"}, "Half", AT)
        writer.commit({".git/config": b"evil"}, "Evil", AT)

    with parts.repository.writing_together() as make_writer:
        writer = make_writer()
        with pytest.raises(InvalidRequest):
            writer.attempt(fail)
        writer.attempt(lambda writer: writer.claim("place"))
        writer.attempt(lambda writer: writer.commit({"content/whole.md": b"Whole"}, "Whole", AT))
        flushed = writer.flush()

    assert flushed
    assert parts.repository.read("content/half.md") is None
    assert parts.repository.read("content/whole.md") == b"Whole"


def test_later_actions_see_the_files_of_earlier_ones(parts):
    with parts.repository.writing_together() as make_writer:
        writer = make_writer()
        writer.attempt(lambda writer: writer.commit({"content/a.md": b"A"}, "A", AT))
        seen = writer.attempt(lambda writer: writer.read("content/a.md"))
        stored = parts.repository.read("content/a.md")

    assert (seen, stored) == (b"A", None)


def test_a_push_in_between_makes_the_group_run_again(parts, tmp_path):
    owner = _clone(parts, tmp_path / "owner")

    def post(writer: GroupWriter) -> None:
        writer.commit({"content/ours.md": b"Ours"}, "Ours", AT)

    with parts.repository.writing_together() as make_writer:
        writer = make_writer()
        writer.attempt(post)
        pushed = _push(owner, "theirs.md")
        first = (writer.flush(), parts.repository.head())
        again = make_writer()
        again.attempt(post)
        second = again.flush()

    assert first == (False, pushed)
    assert second
    assert parts.repository.read("content/ours.md") == b"Ours"
    assert parts.repository.read("theirs.md") == b"theirs.md"


def test_pushes_and_posts_at_the_same_time(crowd, parts, repo, tmp_path):
    owner, before = _clone(parts, tmp_path / "owner"), parts.repository.head()

    with ThreadPoolExecutor(4) as pool:
        posted = [pool.submit(crowd.ask, note(number)) for number in range(24)]
        for number in range(3):
            _push(owner, f"static/by-hand-{number}.txt")
        answers = [each.result() for each in posted]

    assert [answer.status_code for answer in answers] == [201] * 24
    subjects = [subject for subject, _ in history(repo, before)]
    assert len(subjects) == 27
    assert subjects.count("By hand") == 3


def _clone(parts: Parts, folder: Path) -> git.Repo:
    owner = git.Repo.clone_from(str(parts.repository.path), str(folder))
    with owner.config_writer() as config:
        config.set_value("user", "name", "Olga")
        config.set_value("user", "email", "olga@site.example")
    return owner


def _push(owner: git.Repo, path: str) -> str:
    """Push a file until it arrives, as the owner would; return the commit."""
    file = Path(owner.working_dir) / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(path)
    owner.git.add(path)
    owner.git.commit("-m", "By hand")
    while True:
        try:
            owner.git.push("--quiet", "origin", "main")
        except git.GitCommandError:
            owner.git.pull("--quiet", "--rebase", "origin", "main")
        else:
            return str(owner.head.commit)


def test_507_for_all_of_a_group_on_a_full_disk(small_disk, start, bearer_of):
    parts = start()
    crowd, before = Crowd(parts, bearer_of(parts)), parts.repository.head()
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass

    answers = crowd.together(note(1), note(2), note(3))
    after, left = parts.repository.head(), [*small_disk.rglob("tmp_*")]
    filler.unlink()
    again = crowd.ask(note(1))

    assert [answer.status_code for answer in answers] == [507] * 3
    assert (after, left) == (before, [])
    assert again.status_code == 201
    assert again.headers["Location"].endswith("/note-1/")


def test_503_for_all_of_a_group_on_a_read_only_disk(small_disk, start, bearer_of):
    parts = start()
    crowd, before = Crowd(parts, bearer_of(parts)), parts.repository.head()
    with ThreadPoolExecutor(3) as pool:
        with parts.repository.writing():
            asked = [pool.submit(crowd.ask, note(number)) for number in range(3)]
            wait_for(3, crowd.groups)
            objects = small_disk / "objects"
            subprocess.run(["mount", "--bind", str(objects), str(objects)], check=True)
            subprocess.run(["mount", "-o", "remount,ro,bind", str(objects)], check=True)
        answers = [each.result() for each in asked]

    subprocess.run(["umount", str(small_disk / "objects")], check=True)
    assert [answer.status_code for answer in answers] == [503] * 3
    assert parts.repository.head() == before


POSTER = """
import sys, threading
from pathlib import Path
from endpoint.app import make_app
from endpoint.assembly import assemble
from endpoint.config import load

parts = assemble(load(Path(sys.argv[1])))
app = make_app(parts)
headers = {"Authorization": f"Bearer {sys.argv[2]}"}

def post(name):
    client = app.test_client()
    for number in range(int(sys.argv[4])):
        note = {"content": f"{name} {number}"}
        answer = client.post("/micropub", data=note, headers=headers)
        with turn:
            print(answer.status_code, answer.headers.get("Location"), flush=True)

turn = threading.Lock()
threads = [threading.Thread(target=post, args=(f"{sys.argv[3]} {n}",)) for n in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.fixture
def poster(installation, parts) -> Callable[[str, int], subprocess.Popen[str]]:
    """Return a function that starts a process of four threads, which post and print answers."""
    secret, _ = parts.tokens.create("https://app.example/", ["create"])
    config = str(installation.folder / "config.toml")

    def begin(name: str, posts: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", POSTER, config, secret, name, str(posts)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    return begin


def test_two_processes_of_four_threads(poster, parts, repo):
    before = parts.repository.head()

    with poster("one", 6) as one, poster("two", 6) as two:
        said = one.stdout.read().splitlines() + two.stdout.read().splitlines()

    parts.index.catch_up()
    permalinks = {line.partition(" ")[2] for line in said}
    assert {line[:3] for line in said} == {"201"}
    assert len(permalinks) == 48
    assert len(history(repo, before)) == 48
    assert all(parts.index.find(permalink) for permalink in permalinks)


def test_nothing_acknowledged_is_lost_by_a_kill(poster, parts, repo):
    said = []
    for turn in range(2):
        with poster(f"turn {turn}", 1000) as process:
            said.append(process.stdout.readline())
            time.sleep(0.15 + 0.037 * turn)
            os.kill(process.pid, signal.SIGKILL)
            said += process.stdout.read().splitlines(keepends=True)

    parts.index.catch_up()
    whole = [line.split() for line in said if line.endswith("\n")]
    assert {status for status, _ in whole} == {"201"}
    assert all(parts.index.find(permalink) for _, permalink in whole)
    assert repo.git.fsck("--strict", "--full", "--no-dangling") == ""


def test_an_action_that_fails_after_its_commit_leaves_no_object(parts, repo):
    def fail(writer: GroupWriter) -> None:
        writer.commit({"static/gone.txt": b"Gone"}, "Gone", AT)
        raise InvalidRequest("no")

    with parts.repository.writing_together() as make_writer:
        writer = make_writer()
        with pytest.raises(InvalidRequest):
            writer.attempt(fail)
        writer.attempt(lambda _: writer.commit({"static/kept.txt": b"Kept"}, "Kept", AT))
        writer.flush()

    assert repo.git.fsck("--unreachable", "--no-reflogs", "--no-progress") == ""
    paths = repo.git.ls_tree("-r", "--name-only", "main").splitlines()
    assert ("static/gone.txt" in paths, "static/kept.txt" in paths) == (False, True)


class TestGroups:
    """The road itself, without any repository."""

    def test_a_group_is_bounded(self):
        gate, sizes = threading.Event(), []

        def work(group) -> None:
            gate.wait()
            done = []
            group.run(lambda action: done.append(action(None)))
            sizes.append(len(done))

        groups = Groups(work)
        with ThreadPoolExecutor(100) as pool:
            asked = [pool.submit(groups.do, lambda _: 7) for _ in range(100)]
            wait_for(100, groups)
            gate.set()
            for each in asked:
                each.result()

        assert sizes == [64, 36]

    def test_later_is_first_in_the_next_group(self):
        gate, order, turns = threading.Event(), [], []

        def work(group) -> None:
            gate.wait()
            turns.append(None)
            group.run(lambda action: action(None))

        def hesitate(_tool) -> None:
            if len(turns) == 1:
                raise Later
            order.append("hesitant")

        groups = Groups(work)
        with ThreadPoolExecutor(3) as pool:
            for number, action in enumerate((hesitate, lambda _: order.append("other")), 1):
                pool.submit(groups.do, action)
                wait_for(number, groups)
            gate.set()

        assert order == ["other", "hesitant"]
        assert len(turns) == 2

    def test_work_that_fails_at_once_fails_for_those_who_wait(self):
        def work(_group) -> None:
            raise InvalidRequest("no")

        groups = Groups(work)

        with pytest.raises(InvalidRequest):
            groups.do(lambda _: None)

    def test_an_action_that_failed_for_itself_keeps_its_own_reason(self):
        gate = threading.Event()

        def work(group) -> None:
            gate.wait()
            group.run(lambda action: action(None))
            raise Unavailable("the disk")

        def refuse(_tool) -> None:
            raise InvalidRequest("no")

        groups = Groups(work)
        with ThreadPoolExecutor(2) as pool:
            asked = [pool.submit(groups.do, action) for action in (refuse, lambda _: None)]
            wait_for(2, groups)
            gate.set()

        errors = [each.exception() for each in asked]
        assert [type(error) for error in errors] == [InvalidRequest, Unavailable]
