"""Publishing onto commits of others: ours are made again, and stay what they were."""

from remotes import Hosting, git, make_key, publish_due


def test_message_author_and_date_outlive_a_replay(hosting, parts, post, clock):
    post("Hello")
    before = git(parts.repository.path, "show", "-s", "--format=%an %ae %ad %B", "main")
    hosting.edit({"README.md": "Hi\n"})
    clock.forward(hours=3)

    publish_due(parts)

    shown = git(hosting.bare, "show", "-s", "--format=%an %ae %ad %B", "main")
    assert shown == before
    committed = git(hosting.bare, "show", "-s", "--format=%cI", "main")
    assert committed.startswith("2025-11-22T11:30:15")


def test_the_same_change_on_both_sides_is_one_commit(hosting, parts):
    theirs = hosting.edit({"static/a.txt": "A\n"})
    with parts.repository.writing() as writer:
        writer.commit({"static/a.txt": b"A\n"}, "The same", parts.clock())

    publish_due(parts)

    assert parts.repository.head() == theirs == hosting.head()


def test_a_rewritten_remote_is_followed_and_what_it_had_is_kept(hosting, parts, post):
    post("Secret")
    publish_due(parts)
    before = parts.repository.head()
    git(hosting.bare, "update-ref", "refs/heads/main", "main~1")
    post("Hello")
    parts.publishing.look_soon()

    [kept] = publish_due(parts).conflicts

    assert "note: Secret" not in hosting.subjects()
    assert hosting.subjects()[-1] == "note: Hello"
    assert hosting.head() == parts.repository.head()
    assert (kept.commit, "rewritten" in kept.reason) == (before, True)
    assert git(parts.repository.path, "rev-parse", kept.branch) == before
    assert git(hosting.bare, "branch", "--list", "rewritten-*") == ""


def test_links_modes_and_strange_names_outlive_a_replay(hosting, parts, tmp_path):
    here = tmp_path / "here"
    git(tmp_path, "clone", "--quiet", str(parts.repository.path), str(here))
    desk = Hosting(parts.repository.path, here)
    (here / "link").symlink_to("README.md")
    (here / "run").write_text("#!/bin/sh\n")
    (here / "run").chmod(0o755)
    (here / ".gitmodules").write_text("")
    (here / "caf\udce9.txt").write_text("Latin")
    desk.edit({}, push=False)
    git(here, "push", "--quiet", "origin", "HEAD:main")
    hosting.edit({"static/b.txt": "B\n"})

    publish_due(parts)

    shown = git(hosting.bare, "ls-tree", "-r", "main")
    assert "120000 blob" in shown
    assert "100755 blob" in shown
    assert ".gitmodules" in shown
    assert "caf\\351.txt" in shown


def test_replayed_commits_are_signed(hosting, installation, start, client_of, bearer_of, tmp_path):
    installation.configure(repository={"sign_with": str(make_key(tmp_path / "signing"))})
    parts = start()
    client_of(parts).post("/micropub", data={"content": "Hello"}, headers=bearer_of(parts))
    hosting.edit({"README.md": "Hi\n"})

    publish_due(parts)

    assert "gpgsig -----BEGIN SSH" in git(hosting.bare, "cat-file", "commit", "main")
