"""Publishing: what is posted here goes to the hosting, what is pushed there comes here."""

from remotes import NOTE, Hosting, git, publish_due


def test_several_posts_make_one_push(hosting, parts, post):
    hosting.hook("post-receive", "cat >> pushes")
    for number in range(3):
        post(f"Post {number}")

    backlog = publish_due(parts)

    assert hosting.subjects()[-3:] == ["note: Post 0", "note: Post 1", "note: Post 2"]
    assert hosting.head() == parts.repository.head()
    assert len((hosting.bare / "pushes").read_text().splitlines()) == 1
    assert (backlog.commits, backlog.last_error) == (0, "")


def test_a_post_made_meanwhile_at_the_desk_stays(hosting, parts, post, client):
    post("From the phone")
    theirs = hosting.edit({"content/about.md": "---\ntitle: About\n---\nMe\n"})

    publish_due(parts)

    assert hosting.subjects()[-2:] == ["By hand", "note: From the phone"]
    assert git(hosting.bare, "rev-parse", "main^") == theirs
    assert hosting.paths() >= {"content/about.md", NOTE.format("from-the-phone")}
    assert hosting.head() == parts.repository.head()
    assert len(client.get("/feed.json").json["items"]) == 1


def test_what_was_pushed_by_hand_comes_here(hosting, parts, client, clock, installation):
    publish_due(parts)
    theirs = hosting.edit({NOTE.format("desk"): "---\ndate: 2025-11-22T08:00:00Z\n---\nDesk\n"})
    publish_due(parts)
    early = parts.repository.head()
    clock.forward(seconds=300)

    publish_due(parts)

    assert early != theirs
    assert parts.repository.head() == theirs
    assert client.get("/feed.json").json["items"][0]["content_text"] == "Desk"


def test_a_hint_from_the_hosting_does_not_wait(hosting, parts):
    publish_due(parts)
    theirs = hosting.edit({"README.md": "Hi\n"})

    parts.publishing.look_soon()
    publish_due(parts)

    assert parts.repository.head() == theirs


def test_an_empty_remote_gets_all(hosting, parts, post, tmp_path, installation, start):
    git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", "new.git")
    installation.configure(repository={"remote": str(tmp_path / "new.git")})
    post("Hello")
    parts = start()

    backlog = publish_due(parts)

    assert git(tmp_path / "new.git", "rev-parse", "main") == parts.repository.head()
    assert backlog.commits == 0


def test_a_branch_deleted_there_comes_again(hosting, parts, post):
    publish_due(parts)
    git(hosting.bare, "update-ref", "-d", "refs/heads/main")
    post("Hello")

    publish_due(parts)

    assert hosting.head() == parts.repository.head()


def test_our_hooks_do_not_run(hosting, parts, post, tmp_path):
    for name in ("pre-push", "reference-transaction", "post-rewrite"):
        hook = parts.repository.path / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
        hook.chmod(0o755)
    post("Hello")

    publish_due(parts)

    assert hosting.head() == parts.repository.head()
    assert not (tmp_path / "ran").exists()


def test_what_the_owner_pushes_here_goes_to_the_remote(hosting, parts, post, tmp_path):
    """A merge made at the desk is linear afterwards, and whole."""
    here = tmp_path / "here"
    git(tmp_path, "clone", "--quiet", str(parts.repository.path), str(here))
    desk = Hosting(parts.repository.path, here)
    desk.edit({"static/a.txt": "A\n"}, push=False)
    post("Hello")
    git(here, "pull", "--quiet", "--no-rebase", "--no-edit")
    git(here, "push", "--quiet", "origin", "HEAD:main")
    hosting.edit({"static/b.txt": "B\n"})

    publish_due(parts)

    wanted = {"static/a.txt", "static/b.txt", NOTE.format("hello")}
    assert hosting.paths() >= wanted
    assert hosting.head() == parts.repository.head()


def test_a_shallow_clone_publishes(hosting, installation, tmp_path, start, client_of):
    """As ``git clone --depth`` makes it: commits go out and come in."""
    for _ in range(3):
        hosting.edit({"static/a.txt": f"{_}\n"})
    bare = installation.folder / "site.git"
    source = f"file://{hosting.bare}"
    for number, words in enumerate((["--depth=1"], ["--depth=2", "--no-single-branch"])):
        new = tmp_path / f"shallow{number}.git"
        git(tmp_path, "clone", "--quiet", "--bare", *words, source, str(new))
        installation.configure(repository={"path": str(new)})
        parts = start()
        with parts.repository.writing() as writer:
            writer.commit({f"static/{number}.txt": b"S"}, "Shallow", parts.clock())
        hosting.edit({f"static/b{number}.txt": "B\n"})

        backlog = publish_due(parts)

        assert backlog.last_error == ""
        assert hosting.paths() >= {f"static/{number}.txt", f"static/b{number}.txt"}
    assert bare.exists()


def test_another_remote_begins_anew(hosting, parts, post, installation, start, tmp_path):
    """A copy that is older is no rewritten history: it gets what it lacks."""
    git(tmp_path, "clone", "--quiet", "--bare", str(hosting.bare), "older.git")
    post("Hello")
    publish_due(parts)
    installation.configure(repository={"remote": str(tmp_path / "older.git")})
    parts = start()

    backlog = publish_due(parts)

    assert git(tmp_path / "older.git", "rev-parse", "main") == parts.repository.head()
    assert NOTE.format("hello") in hosting.paths()
    assert backlog.conflicts == ()


def test_what_needs_no_merge_starts_no_network(hosting, parts, tmp_path):
    publish_due(parts)
    hosting.bare.rename(tmp_path / "away.git")

    parts.following.work("remote")
    with parts.repository.writing() as writer:
        assert writer.commit({}, "Nothing", parts.clock()) == parts.repository.head()
    parts.publishing.work()

    assert parts.publishing.backlog().last_error == ""
