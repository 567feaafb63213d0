"""Publishing what both sides changed: it is merged, or ours is kept on a branch."""

import pytest
from click.testing import CliRunner
from remotes import NOTE, git, publish_due

from endpoint.cli import main
from endpoint.stores.git.mover import Mover


@pytest.fixture
def on_both_sides(hosting, parts, post, client, bearer):
    """Return a function: a post exists everywhere, is edited at the desk, and here by an app."""

    def on_both_sides(theirs, ours):
        permalink = post("First line\n\nSecond line\n\nThird line", name="Title", category="a")
        publish_due(parts)
        [path] = [path for path in hosting.paths() if path.endswith("title/index.md")]
        hosting.edit({path: theirs(hosting.read(path) + "\n")})
        answer = client.post(
            "/micropub",
            json={"action": "update", "url": permalink, **ours},
            headers=bearer(),
        )
        assert answer.status_code == 204
        backlog = publish_due(parts)
        return path, hosting.read(path), backlog

    return on_both_sides


def test_edits_of_different_keys_and_lines_are_merged(on_both_sides, hosting, parts):
    def edit(text):
        return text.replace("First line", "First line, edited").replace(
            "---\n", "---\n# Mine\nweight:   7\n", 1
        )

    _, merged, backlog = on_both_sides(edit, {"add": {"category": ["b"], "summary": ["Short"]}})

    assert "# Mine\nweight:   7\n" in merged
    assert "First line, edited" in merged
    assert 'summary: "Short"' in merged
    assert 'tags: ["a", "b"]' in merged
    assert backlog.conflicts == ()
    assert hosting.head() == parts.repository.head()


def test_a_conflict_keeps_theirs_on_the_site_and_ours_on_a_branch(
    on_both_sides, hosting, parts, post
):
    path, merged, backlog = on_both_sides(
        lambda text: text.replace("First line", "Theirs"),
        {"replace": {"content": ["Ours\n\nSecond line\n\nThird line"]}},
    )

    post("Life goes on")
    publish_due(parts)

    [found] = backlog.conflicts
    assert "Theirs" in merged
    assert "Ours" not in merged
    assert found.branch.startswith("conflict-20251122T083015Z-")
    assert "both sides changed the same lines" in found.reason
    assert "Ours" in git(parts.repository.path, "show", f"{found.branch}:{path}")
    assert "Ours" in git(hosting.bare, "show", f"{found.branch}:{path}")
    assert NOTE.format("life-goes-on") in hosting.paths()
    assert git(parts.repository.path, "fsck", "--strict", "--no-dangling") == ""


def test_a_conflict_is_shown_until_it_is_resolved(on_both_sides, parts):
    on_both_sides(
        lambda text: text.replace('title: "Title"', 'title: "Theirs"'),
        {"replace": {"name": ["Ours"]}},
    )
    [found] = parts.publishing.backlog().conflicts

    parts.publishing.resolve(found.branch)

    assert "its title" in found.reason
    assert parts.publishing.backlog().conflicts == ()
    assert git(parts.repository.path, "rev-parse", found.branch) == found.commit


def test_a_post_deleted_there_and_edited_here_is_a_conflict(hosting, parts, post, client, bearer):
    permalink = post("Hello")
    publish_due(parts)
    hosting.edit({NOTE.format("hello"): None})
    update = {"action": "update", "url": permalink, "replace": {"content": ["Edited"]}}
    client.post("/micropub", json=update, headers=bearer())

    [found] = publish_due(parts).conflicts

    assert NOTE.format("hello") not in hosting.paths()
    assert "deleted there" in found.reason
    assert "Edited" in git(hosting.bare, "show", f"{found.branch}:{NOTE.format('hello')}")


def test_a_post_edited_there_and_deleted_here_is_a_conflict(hosting, parts, post, client, bearer):
    permalink = post("Hello")
    publish_due(parts)
    path = NOTE.format("hello")
    hosting.edit({path: hosting.read(path).replace("Hello", "Better") + "\n"})
    client.post("/micropub", data={"action": "delete", "url": permalink}, headers=bearer())

    [found] = publish_due(parts).conflicts

    assert "Better" in hosting.read(path)
    assert not any(name.startswith("data/gone/") for name in hosting.paths())
    assert "deleted here" in found.reason
    assert len(client.get("/feed.json").json["items"]) == 1


def test_a_post_deleted_on_both_sides_stays_deleted(hosting, parts, post, client, bearer):
    permalink = post("Hello")
    publish_due(parts)
    hosting.edit({NOTE.format("hello"): None})
    client.post("/micropub", data={"action": "delete", "url": permalink}, headers=bearer())

    backlog = publish_due(parts)

    assert backlog.conflicts == ()
    assert NOTE.format("hello") not in hosting.paths()


def test_an_edit_follows_a_post_that_was_moved_there(hosting, parts, post, client, bearer):
    permalink = post("Hello")
    publish_due(parts)
    git(hosting.desk, "pull", "--quiet")
    git(hosting.desk, "mv", "content/notes/2025/11/hello", "content/articles")
    hosting.edit({}, push=False)
    git(hosting.desk, "push", "--quiet", "origin", "HEAD:main")
    update = {"action": "update", "url": permalink, "replace": {"content": ["Edited"]}}
    client.post("/micropub", json=update, headers=bearer())

    backlog = publish_due(parts)

    [path] = [path for path in hosting.paths() if path.startswith("content/articles/")]
    assert "Edited" in hosting.read(path)
    assert backlog.conflicts == ()
    assert NOTE.format("hello") not in hosting.paths()


def test_a_kill_between_branch_and_rows_makes_no_second_conflict(
    on_both_sides, hosting, parts, monkeypatch
):
    """Here the move fails after the branch was kept; the next look comes to the same."""
    real = Mover.move
    monkeypatch.setattr(Mover, "move", lambda *_: False)
    on_both_sides(
        lambda text: text.replace("First line", "Theirs"),
        {"replace": {"content": ["Ours\n\nSecond line\n\nThird line"]}},
    )
    monkeypatch.setattr(Mover, "move", real)
    parts.publishing.look_soon()

    backlog = publish_due(parts)

    assert len(backlog.conflicts) == 1
    assert git(parts.repository.path, "branch", "--list", "conflict-*").count("conflict-") == 1
    assert hosting.head() == parts.repository.head()


def test_a_branch_the_hosting_does_not_take_stays_here(on_both_sides, hosting, parts):
    hosting.hook("update", 'case "$1" in refs/heads/conflict-*) echo no; exit 1;; esac')

    _, _, backlog = on_both_sides(
        lambda text: text.replace("First line", "Theirs"),
        {"replace": {"content": ["Ours\n\nSecond line\n\nThird line"]}},
    )

    [found] = backlog.conflicts
    assert backlog.last_error == ""
    assert not found.is_pushed
    assert git(parts.repository.path, "rev-parse", found.branch) == found.commit


def test_check_and_the_commands_tell_of_conflicts(on_both_sides, installation, parts):
    on_both_sides(
        lambda text: text.replace("First line", "Theirs"),
        {"replace": {"content": ["Ours\n\nSecond line\n\nThird line"]}},
    )
    [found] = parts.publishing.backlog().conflicts
    words = ["--config", str(installation.folder / "config.toml")]

    checked = CliRunner().invoke(main, ["check", *words])
    listed = CliRunner().invoke(main, ["conflicts", "list", *words])
    resolved = CliRunner().invoke(main, ["conflicts", "resolve", *words, found.branch])
    again = CliRunner().invoke(main, ["conflicts", "resolve", *words, found.branch])

    assert "ok    remote: answers and lets us push; no commit waits" in checked.output
    assert f"MEND  conflict: update article: Title: {found.reason}" in checked.output
    assert listed.output.startswith(found.branch)
    assert resolved.exit_code == 0
    assert "waits for nobody" in again.output
    assert parts.publishing.backlog().conflicts == ()
