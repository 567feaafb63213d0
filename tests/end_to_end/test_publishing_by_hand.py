"""What owners do to their hosting by hand, and what becomes of the posts made here meanwhile."""

import shutil

import pytest
from remotes import git, publish

NOTE = "content/notes/2025/11/{}/index.md"


@pytest.fixture
def send(client, bearer):
    headers = bearer()

    def send(action):
        answer = client.post("/micropub", json=action, headers=headers)
        assert answer.status_code in (201, 204), answer.json
        return answer.headers.get("Location")

    return send


def note(content):
    return {"type": ["h-entry"], "properties": {"content": [content]}}


def test_a_hosting_made_anew_gets_all_without_a_new_post(hosting, parts, send):
    send(note("Hello"))
    publish(parts)
    shutil.rmtree(hosting.bare)
    git(hosting.bare.parent, "init", "--quiet", "--bare", str(hosting.bare))

    backlog = publish(parts)

    assert hosting.head() == parts.repository.head()
    assert (backlog.commits, backlog.last_error) == (0, "")


def test_a_branch_deleted_there_comes_again_by_itself(hosting, parts, send):
    send(note("Hello"))
    publish(parts)
    git(hosting.bare, "update-ref", "-d", "refs/heads/main")

    publish(parts)

    assert hosting.head() == parts.repository.head()


def test_another_default_branch_there_does_not_matter(hosting, parts, send):
    git(hosting.bare, "branch", "trunk", "main")
    git(hosting.bare, "symbolic-ref", "HEAD", "refs/heads/trunk")
    before = git(hosting.bare, "rev-parse", "trunk")
    theirs = hosting.edit({"static/a.txt": "A\n"})
    send(note("Hello"))

    backlog = publish(parts)

    assert backlog.last_error == ""
    assert git(hosting.bare, "rev-parse", "main^") == theirs
    assert git(hosting.bare, "rev-parse", "trunk") == before


def test_a_renamed_in_case_only_takes_the_edit_along(hosting, parts, send):
    url = send(note("Hello"))
    publish(parts)
    path = NOTE.format("hello")
    hosting.edit({path: None, NOTE.format("Hello"): hosting.read(path) + "\n"})
    send({"action": "update", "url": url, "add": {"category": ["tea"]}})

    backlog = publish(parts)

    assert backlog.conflicts == ()
    assert NOTE.format("hello") not in hosting.paths()
    assert "tea" in hosting.read(NOTE.format("Hello"))


def test_a_submodule_moved_by_hand_stays_moved(hosting, parts, send):
    for turn in range(2):
        head = git(hosting.desk, "rev-parse", "HEAD")
        git(hosting.desk, "update-index", "--add", "--cacheinfo", f"160000,{head},themes/x")
        git(hosting.desk, "commit", "--quiet", "-m", f"Theme {turn}")
        git(hosting.desk, "push", "--quiet", "origin", "HEAD:main")
        send(note(f"Post {turn}"))
        assert publish(parts).last_error == ""
        git(hosting.desk, "pull", "--quiet", "--rebase", "origin", "main")

    assert git(hosting.bare, "ls-tree", "main", "themes/x").split()[:3] == [
        "160000",
        "commit",
        head,
    ]
    assert hosting.head() == parts.repository.head()
    assert hosting.subjects()[-4:] == ["Theme 0", "note: Post 0", "Theme 1", "note: Post 1"]


def test_a_post_made_a_link_by_hand_is_a_conflict(hosting, parts, send):
    url = send(note("Hello"))
    publish(parts)
    git(hosting.desk, "pull", "--quiet", "--rebase", "origin", "main")
    path = hosting.desk / NOTE.format("hello")
    path.unlink()
    path.symlink_to("/etc/passwd")
    git(hosting.desk, "commit", "--quiet", "--all", "-m", "A link")
    git(hosting.desk, "push", "--quiet", "origin", "HEAD:main")
    send({"action": "update", "url": url, "replace": {"content": ["Ours"]}})

    backlog = publish(parts)

    [found] = backlog.conflicts
    assert "kind of thing" in found.reason
    assert git(hosting.bare, "ls-tree", "main", NOTE.format("hello")).startswith("120000")
    assert parts.repository.read(NOTE.format("hello")) is None


def test_a_history_cut_short_by_hand_is_followed(hosting, parts, send):
    """As ``git push --force`` after a ``git rebase`` that squashed everything but the first."""
    send(note("Before"))
    publish(parts)
    git(hosting.desk, "pull", "--quiet", "--rebase", "origin", "main")
    first = git(hosting.desk, "rev-list", "--max-parents=0", "HEAD")
    git(hosting.desk, "reset", "--quiet", "--soft", first)
    git(hosting.desk, "commit", "--quiet", "-m", "All in one")
    git(hosting.desk, "push", "--quiet", "--force", "origin", "HEAD:main")
    send(note("After"))

    backlog = publish(parts)

    assert hosting.subjects()[-2:] == ["All in one", "note: After"]
    assert hosting.paths() >= {NOTE.format("before"), NOTE.format("after")}
    assert [found.branch.split("-")[0] for found in backlog.conflicts] == ["rewritten"]
