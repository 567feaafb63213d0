"""Publishing where it could lose or double something: moves, kills, poison, two at once."""

import json
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from remotes import NOTE, Hosting, git, publish

from endpoint.assembly.publishing import make_remote
from endpoint.stores.conflicts import Conflicts
from endpoint.stores.creations import Creation, Creations
from endpoint.stores.git.mover import Mover
from endpoint.stores.git.remote_refs import RemoteRefs
from endpoint.stores.remote import Remote
from endpoint.stores.syndications import Syndications

THEIRS = "---\ndate: 2025-11-22T08:00:00Z\n---\nTheirs\n"


@pytest.fixture
def offered(offer):
    offer("https://copy.example/")


@pytest.fixture
def send(client, bearer):
    """Return a function that posts a form or an action, and gives the answer."""
    headers = bearer()

    def send(data, key=""):
        keyed = {**headers, **({"Idempotency-Key": key} if key else {})}
        body = {"json": data} if "action" in data else {"data": data}
        answer = client.post("/micropub", headers=keyed, **body)
        assert answer.status_code in (201, 204), answer.data
        return answer.headers.get("Location", "")

    return send


def commit(parts, files, message="By an app"):
    with parts.repository.writing() as writer:
        return writer.commit(files, message, parts.clock())


def urls(client):
    return sorted(item["url"] for item in client.get("/feed.json").json["items"])


# A post that gives way


def test_a_retry_after_a_move_hears_of_the_new_address(hosting, offered, parts, send, client):
    hosting.edit({NOTE.format("hello"): THEIRS})
    note = {"content": "Hello", "mp-syndicate-to": "https://copy.example/"}
    first = send(note, key="k")
    publish(parts)

    again = send(note, key="k")

    assert again == first.replace("hello", "hello-2")
    assert urls(client) == [again, first]
    copies = Syndications(parts.engine).page(9)
    assert [(copy.permalink, copy.target) for copy in copies] == [(again, "https://copy.example/")]


def test_a_request_of_another_clone_stays_where_it_is(parts, send):
    send({"content": "Hello"}, key="k")
    permalink = send({"content": "Hello"}, key="k")

    Creations(parts.engine, "another").readdress(permalink, "https://site.example/x/")

    assert send({"content": "Hello"}, key="k") == permalink


def test_an_address_that_another_clone_gives_too_is_left_to_it(parts, send, clock):
    permalink = send({"content": "Hello"}, key="k")
    theirs = Creation("x", "https://site.example/x/", clock(), "another")
    Creations(parts.engine, "another").remember([theirs], timedelta(days=1))

    Creations(parts.engine, "").readdress(permalink, theirs.permalink)

    assert Creations(parts.engine, "").find("x", clock()) == theirs
    assert send({"content": "Hello"}, key="k") == permalink


@pytest.mark.parametrize("name", ["hello.md", "hello/index.html", "hello.html"])
def test_two_files_of_one_address_do_not_hide_each_other(hosting, parts, send, client, name):
    hosting.edit({f"content/notes/2025/11/{name}": THEIRS})
    hosting.edit({"content/notes/2025/11/hello-2.md": THEIRS})
    send({"content": "Hello"})

    backlog = publish(parts)

    assert "Hello" in hosting.read(NOTE.format("hello-3"))
    assert NOTE.format("hello") not in hosting.paths()
    assert "https://site.example/notes/2025/11/hello-3/" in urls(client)
    assert backlog.conflicts == ()


def test_a_post_gives_way_to_our_own_later_ones_too(hosting, parts, send):
    hosting.edit({NOTE.format("hello"): THEIRS})
    send({"content": "One", "mp-slug": "hello"})
    send({"content": "Two", "mp-slug": "hello"})

    publish(parts)

    assert "Theirs" in hosting.read(NOTE.format("hello"))
    assert "Two" in hosting.read(NOTE.format("hello-2"))
    assert "One" in hosting.read(NOTE.format("hello-3"))


def test_two_tombstones_of_one_post_are_one(hosting, parts, send):
    """As of two machines that deleted it, each at its own time."""
    url = send({"content": "Hello"})
    publish(parts)
    send({"action": "delete", "url": url})
    [grave] = [path for path, _ in parts.repository.files(parts.repository.head(), "data/gone")]
    theirs = parts.repository.read(grave).decode().replace("2025-11-22T", "2025-11-21T")
    git(hosting.desk, "pull", "--quiet")
    hosting.edit({grave: theirs, NOTE.format("hello"): None})

    backlog = publish(parts)

    assert backlog.conflicts == ()
    assert hosting.read(grave) == theirs.rstrip("\n")


def test_a_post_that_becomes_a_folder_keeps_its_address(hosting, parts, send):
    """Here the twin is the post's own older file."""
    commit(parts, {"content/notes/2025/11/old.md": THEIRS.encode()})
    publish(parts)
    commit(
        parts,
        {"content/notes/2025/11/old.md": None, NOTE.format("old"): THEIRS.encode()},
    )
    hosting.edit({"README.md": "Hi\n"})

    publish(parts)

    assert NOTE.format("old") in hosting.paths()
    assert "content/notes/2025/11/old.md" not in hosting.paths()


def test_a_deleted_post_that_gave_way_comes_back_whole(
    hosting, installation, start, client_of, bearer_of
):
    place = {"path": "content/posts/{slug}/index.md", "url": "{year}/{slug}/"}
    installation.configure(posts={"note": place})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    theirs = "---\ndate: 2025-11-22T08:00:00Z\nurl: /2025/hello/\n---\nTheirs\n"
    hosting.edit({"content/posts/hello/index.md": theirs})
    url = client.post("/micropub", data={"content": "Hello"}, headers=headers).headers["Location"]
    client.post("/micropub", data={"action": "delete", "url": url}, headers=headers)
    publish(parts)
    [grave] = [path for path in hosting.paths() if path.startswith("data/gone/")]
    kept = json.loads(hosting.read(grave))["object"]
    moved = url.replace("hello", "hello-2")

    back = client.post("/micropub", data={"action": "undelete", "url": moved}, headers=headers)
    publish(parts)

    assert back.status_code == 204
    assert kept in git(hosting.bare, "rev-list", "--objects", "main")
    assert "Hello" in hosting.read("content/posts/hello-2/index.md")
    assert urls(client) == [moved, url]


def test_a_photo_goes_with_the_post_that_was_moved_there(hosting, parts, send):
    send({"content": "Hello"})
    publish(parts)
    git(hosting.desk, "pull", "--quiet")
    git(hosting.desk, "mv", "content/notes/2025/11/hello", "content/trip")
    hosting.edit({}, push=False)
    git(hosting.desk, "push", "--quiet", "origin", "HEAD:main")
    path = NOTE.format("hello")
    text = parts.repository.read(path) + b"\n![](sea.jpg)\n"
    commit(parts, {path: text, path.replace("index.md", "sea.jpg"): b"\xff\xd8"})
    commit(parts, {path: text + b"\nMore\n"})

    backlog = publish(parts)

    assert {"content/trip/index.md", "content/trip/sea.jpg"} <= hosting.paths()
    assert not any(name.startswith("content/notes/2025/11/hello") for name in hosting.paths())
    assert "More" in hosting.read("content/trip/index.md")
    assert backlog.conflicts == ()


def test_a_post_deleted_here_and_moved_there_is_a_conflict(hosting, parts, send, client):
    """The tombstone would say that it is gone, and another page would show it."""
    url = send({"content": "Hello"})
    publish(parts)
    git(hosting.desk, "pull", "--quiet")
    git(hosting.desk, "mv", "content/notes/2025/11/hello", "content/trip")
    hosting.edit({}, push=False)
    git(hosting.desk, "push", "--quiet", "origin", "HEAD:main")
    send({"action": "delete", "url": url})

    [found] = publish(parts).conflicts

    assert "deleted here and moved there" in found.reason
    assert "content/trip/index.md" in hosting.paths()
    assert not any(path.startswith("data/gone/") for path in hosting.paths())


def test_moved_there_over_another_post(hosting, parts, send):
    """Its own edit here must not be overwritten by that of the one that came."""
    url = send({"content": "Hello"})
    send({"content": "Other"})
    publish(parts)
    git(hosting.desk, "pull", "--quiet")
    old, new = (hosting.desk / NOTE.format(name) for name in ("hello", "other"))
    old.rename(new)
    hosting.edit({}, push=False)
    git(hosting.desk, "push", "--quiet", "origin", "HEAD:main")
    send({"action": "update", "url": url, "replace": {"content": ["Edited"]}})

    [found] = publish(parts).conflicts

    assert "changed here and deleted there" in found.reason
    assert hosting.read(NOTE.format("other")).endswith("Hello")


@pytest.mark.parametrize("there", [True, False])
def test_a_mode_that_one_side_changed_stays(hosting, parts, tmp_path, there):
    lines = "".join(f"{number}\n" for number in range(9))
    hosting.edit({"run": lines})
    publish(parts)
    git(tmp_path, "clone", "--quiet", str(parts.repository.path), "here")
    here = Hosting(parts.repository.path, tmp_path / "here")
    ((hosting if there else here).desk / "run").chmod(0o755)
    here.edit({"run": f"ours\n{lines}"}, push=False)
    git(here.desk, "push", "--quiet", "origin", "HEAD:main")
    hosting.edit({"run": f"{lines}theirs\n"}, push=False)
    git(hosting.desk, "push", "--quiet", "origin", "HEAD:main")

    backlog = publish(parts)

    assert backlog.conflicts == ()
    assert git(hosting.bare, "ls-tree", "main", "run").startswith("100755")
    assert hosting.read("run") == f"ours\n{lines}theirs"


@pytest.mark.parametrize(
    ("mark", "newline"),
    [
        pytest.param("", "\r\n", id="CRLF"),
        pytest.param("\ufeff", "\n", id="BOM"),
        pytest.param("\ufeff", "\r\n", id="both"),
    ],
)
def test_a_file_of_another_system_stays_as_it_is(hosting, parts, send, mark, newline):
    url = send({"content": "One\n\nTwo\n\nThree"})
    publish(parts)
    [path] = [name for name in hosting.paths() if name.endswith("one-two-three/index.md")]
    text = mark + (hosting.read(path) + "\n").replace("One", "First").replace("\n", newline)
    git(hosting.desk, "pull", "--quiet")
    (hosting.desk / path).write_bytes(text.encode())
    hosting.edit({}, push=False)
    git(hosting.desk, "push", "--quiet", "origin", "HEAD:main")
    send({"action": "update", "url": url, "add": {"category": ["a"]}})

    backlog = publish(parts)

    made = parts.repository.read(path).decode()
    assert backlog.conflicts == ()
    assert made.startswith(mark + "---" + newline)
    assert made.count("\n") == made.count(newline)
    assert "First" in made
    assert '"a"' in made


# What cannot be merged, and what comes after it


RECURSIVE = "---\na: &x [{}, *x]\n---\nText\n"


@pytest.mark.parametrize(
    ("path", "versions"),
    [
        pytest.param("static/caf\udce9.txt", ("1\n", "2\n", "3\n"), id="a name of other bytes"),
        pytest.param("static/a\x1b[31m.txt", ("1\n", "2\n", "3\n"), id="a name with controls"),
        pytest.param(
            NOTE.format("loop"), [RECURSIVE.format(n) for n in (1, 2, 3)], id="recursive values"
        ),
        pytest.param("static/a.bin", ("\0a", "\0b", "\0c"), id="a binary file"),
    ],
)
def test_a_commit_that_cannot_be_merged_holds_up_no_other(
    hosting, parts, send, tmp_path, path, versions
):
    hosting.edit({path: versions[0]})
    publish(parts)
    git(tmp_path, "clone", "--quiet", str(parts.repository.path), "here")
    here = Hosting(parts.repository.path, tmp_path / "here")
    here.edit({path: versions[1]})
    send({"content": "Later"})
    hosting.edit({path: versions[2]})

    backlog = publish(parts)

    [found] = backlog.conflicts
    assert backlog.last_error == ""
    assert NOTE.format("later") in hosting.paths()
    assert found.reason.isprintable()
    assert found.subject == "By hand"


def test_a_post_that_gave_way_and_was_broken_later_holds_up_no_other(hosting, parts, send):
    hosting.edit({NOTE.format("hello"): THEIRS})
    send({"content": "Hello"})
    commit(parts, {NOTE.format("hello"): b"---\nbroken: [\n---\nHello\n"}, "Break it")
    send({"content": "Later"})

    backlog = publish(parts)

    assert "broken" in hosting.read(NOTE.format("hello-2"))
    assert NOTE.format("later") in hosting.paths()
    assert backlog.conflicts == ()


def test_a_tombstone_that_was_broken_later_holds_up_no_other(hosting, parts, send):
    hosting.edit({NOTE.format("hello"): THEIRS})
    url = send({"content": "Hello"})
    send({"action": "delete", "url": url})
    [grave] = [path for path, _ in parts.repository.files(parts.repository.head(), "data/gone")]
    commit(parts, {grave: b"[]"}, "Break it")
    send({"content": "Later"})

    backlog = publish(parts)

    assert backlog.conflicts == ()
    assert NOTE.format("later") in hosting.paths()
    assert "Theirs" in hosting.read(NOTE.format("hello"))


# Kills, force, and two at once


def test_a_branch_that_was_set_back_during_a_replay_stays_so(hosting, parts, send):
    """Somebody undoes a post by force at that very moment: it must not come again."""
    send({"content": "Hello"})
    before = git(parts.repository.path, "rev-parse", "main~1")
    hosting.edit({"README.md": "Hi\n"})

    def set_back(made):
        git(parts.repository.path, "update-ref", "refs/heads/main", before)
        return made

    parts.repository.sign = set_back

    publish(parts)

    assert hosting.subjects()[-1] == "By hand"
    assert parts.repository.head() == hosting.head()


def test_what_is_posted_during_a_replay_goes_with_it(hosting, parts, send):
    send({"content": "Hello"})
    hosting.edit({"README.md": "Hi\n"})
    late = [{"static/late.txt": b"Late\n"}]

    def post_meanwhile(made):
        if late:
            commit(parts, late.pop())
        return made

    parts.repository.sign = post_meanwhile

    publish(parts)

    assert hosting.paths() >= {"README.md", "static/late.txt", NOTE.format("hello")}
    assert hosting.head() == parts.repository.head()


def test_a_commit_that_was_undone_everywhere_is_no_rewritten_history(hosting, parts, send):
    send({"content": "Gone"})
    publish(parts)
    for folder in (hosting.bare, parts.repository.path):
        git(folder, "update-ref", "refs/heads/main", "main~1")
    send({"content": "Hello"})

    backlog = publish(parts)

    assert backlog.conflicts == ()
    assert hosting.subjects()[-1] == "note: Hello"
    assert "note: Gone" not in hosting.subjects()


def test_the_bell_rings_for_what_came(hosting, parts):
    publish(parts)
    hosting.edit({"README.md": "Hi\n"})
    parts.publishing.look_soon()
    stop = Event()
    parts.bell.answer(stop.set, stop)
    heard = parts.bell.depth()

    parts.publishing.work()

    assert (heard, parts.bell.depth()) == (0, 1)


def test_a_merge_that_settled_something_is_not_asked_again(hosting, parts, tmp_path):
    """Its side arm alone would clash with what we have."""
    hosting.edit({"static/a.txt": "0\n"})
    publish(parts)
    git(tmp_path, "clone", "--quiet", str(parts.repository.path), "here")
    here = Hosting(parts.repository.path, tmp_path / "here")
    here.edit({"static/a.txt": "Mine\n"}, push=False)
    commit(parts, {"static/a.txt": b"Ours\n"})
    git(here.desk, "pull", "--quiet", "--no-rebase", "--no-edit", "-X", "ours")
    git(here.desk, "push", "--quiet", "origin", "HEAD:main")
    git(here.desk, "merge-base", "--is-ancestor", "origin/main", "HEAD")
    hosting.edit({"README.md": "Hi\n"})
    with_theirs_first = git(parts.repository.path, "rev-parse", "main^1", "main^2")

    backlog = publish(parts)

    assert len(with_theirs_first.split()) == 2
    assert hosting.read("static/a.txt") == "Mine"
    assert backlog.conflicts == ()


def test_a_folder_that_both_sides_emptied_is_gone(hosting, parts):
    hosting.edit({"static/x/a.txt": "A\n", "static/x/b.txt": "B\n"})
    publish(parts)
    commit(parts, {"static/x/a.txt": None})
    hosting.edit({"static/x/b.txt": None})

    publish(parts)

    assert git(hosting.bare, "ls-tree", "main", "static/x") == ""


def test_tags_stay_there(hosting, parts):
    hosting.edit({"README.md": "Hi\n"})
    git(hosting.bare, "tag", "v1", "main")

    publish(parts)

    assert parts.repository.head() == hosting.head()
    assert git(parts.repository.path, "tag") == ""


def test_a_merge_made_at_the_desk_is_no_conflict_of_its_own(hosting, parts, tmp_path):
    """It holds what was pushed there, too, which has gone on since."""
    hosting.edit({"static/a.txt": "0\n"})
    publish(parts)
    git(tmp_path, "clone", "--quiet", str(parts.repository.path), "here")
    here = Hosting(parts.repository.path, tmp_path / "here")
    here.edit({"static/mine.txt": "Mine\n"}, push=False)
    hosting.edit({"static/a.txt": "1\n"})
    git(here.desk, "pull", "--quiet", "--no-rebase", "--no-edit", str(hosting.bare), "main")
    git(here.desk, "push", "--quiet", "origin", "HEAD:main")
    hosting.edit({"static/a.txt": "2\n"})

    backlog = publish(parts)

    assert backlog.conflicts == ()
    assert hosting.read("static/a.txt") == "2"
    assert hosting.read("static/mine.txt") == "Mine"


def test_an_octopus_comes_here(hosting, parts, send):
    for name in "abc":
        git(hosting.desk, "checkout", "--quiet", "-b", name, "origin/main")
        hosting.edit({f"static/{name}.txt": name}, push=False)
    git(hosting.desk, "checkout", "--quiet", "main")
    git(hosting.desk, "merge", "--quiet", "-m", "Octopus", *"abc")
    git(hosting.desk, "push", "--quiet", "origin", "HEAD:main")
    send({"content": "Hello"})

    backlog = publish(parts)

    assert (backlog.conflicts, backlog.last_error) == ((), "")
    assert hosting.paths() >= {"static/a.txt", "static/c.txt", NOTE.format("hello")}


STEPS = [
    pytest.param(Mover, "keep", id="conflict branch kept"),
    pytest.param(Conflicts, "add", id="row written"),
    pytest.param(Mover, "move", id="branch moved"),
    pytest.param(Creations, "readdress", id="request noted"),
    pytest.param(Remote, "fetch", id="fetched"),
    pytest.param(RemoteRefs, "note_joined", id="joined noted"),
    pytest.param(Remote, "push", id="pushed"),
    pytest.param(Conflicts, "note_pushed", id="branch pushed"),
]


@pytest.mark.parametrize(("kind", "step"), STEPS)
def test_an_end_after_any_step_loses_and_doubles_nothing(
    hosting, parts, send, client, clock, monkeypatch, kind, step
):
    """A conflict, a post that gives way, and one that is simply new."""
    url = send({"content": "Edited on both sides"})
    publish(parts)
    path = NOTE.format("edited-on-both-sides")
    hosting.edit({path: hosting.read(path).replace("Edited", "There") + "\n"})
    hosting.edit({NOTE.format("hello"): THEIRS})
    send({"action": "update", "url": url, "replace": {"content": ["Here on both sides"]}})
    send({"content": "Hello"}, key="k")
    send({"content": "New"})
    real = getattr(kind, step)

    def end(self, *words):
        real(self, *words)
        raise RuntimeError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(kind, step, end)
        publish(parts)
    clock.forward(hours=1)
    backlog = publish(parts)

    assert (len(backlog.conflicts), backlog.commits, backlog.last_error) == (1, 0, "")
    assert backlog.conflicts[0].is_pushed
    assert hosting.head() == parts.repository.head()
    texts = sorted(item["content_text"] for item in client.get("/feed.json").json["items"])
    assert texts == ["Hello", "New", "Theirs", "There on both sides"]
    assert len(git(parts.repository.path, "branch", "--list", "conflict-*").split()) == 1
    assert git(parts.repository.path, "fsck", "--strict", "--no-dangling") == ""


def test_two_workers_do_not_publish_at_once(hosting, parts, send, clock):
    """As where one was held up for longer than its lease."""
    send({"content": "Hello"})
    with make_remote(parts.config).alone():
        held = publish(parts)
        before = hosting.subjects()
    clock.forward(hours=1)

    backlog = publish(parts)

    assert "Another worker" in held.last_error
    assert "note: Hello" not in before
    assert hosting.head() == parts.repository.head()
    assert backlog.last_error == ""


@pytest.mark.parametrize("name", ["refs/remotes/origin/main", "refs/endpoint/joined/{}/main"])
def test_locks_of_a_git_that_was_killed_are_removed(hosting, parts, send, name):
    publish(parts)
    [joined] = Path(parts.repository.path, "refs/endpoint/joined").iterdir()
    lock = parts.repository.path / f"{name.format(joined.name)}.lock"
    lock.write_text("")
    hosting.edit({"README.md": "Hi\n"})
    send({"content": "Hello"})

    backlog = publish(parts)

    assert backlog.last_error == ""
    assert hosting.head() == parts.repository.head()
    assert not lock.exists()
