"""The branches that keep what could not be merged: whatever else the owner has, and the host."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from remotes import git, publish

from endpoint.cli import main
from endpoint.config.addresses import parse_address
from endpoint.errors import Unavailable
from endpoint.stores.git.access import Access
from endpoint.stores.remote import Remote


@pytest.fixture
def collide(hosting, parts, client, bearer):
    """Return a function that makes one conflict for each name, and the backlog after it."""

    def collide(*names):
        headers, urls = bearer(), {}
        for name in names:
            answer = client.post(
                "/micropub", data={"name": name, "content": "First"}, headers=headers
            )
            urls[name] = answer.headers["Location"]
        publish(parts)
        paths = [path for path in hosting.paths() if Path(path).parent.name.title() in names]
        hosting.edit({path: hosting.read(path).replace("First", "Theirs") + "\n" for path in paths})
        for url in urls.values():
            edit = {"action": "update", "url": url, "replace": {"content": ["Ours"]}}
            assert client.post("/micropub", json=edit, headers=headers).status_code == 204
        return publish(parts)

    return collide


@pytest.mark.parametrize("name", ["conflicts", "conflict"])
def test_a_branch_of_the_owners_is_not_in_the_way(hosting, parts, collide, name):
    git(hosting.bare, "branch", name, "main")
    git(parts.repository.path, "branch", name, "main")
    git(parts.repository.path, "pack-refs", "--all")

    backlog = collide("Tea")

    [found] = backlog.conflicts
    assert backlog.last_error == ""
    assert found.is_pushed
    assert git(hosting.bare, "rev-parse", found.branch) == found.commit
    git(parts.repository.path, "fsck")


def test_two_conflicts_at_once_have_a_branch_each(hosting, parts, collide):
    backlog = collide("Tea", "Coffee")

    branches = {found.branch for found in backlog.conflicts}
    assert len(branches) == 2
    assert set(git(hosting.bare, "branch", "--format=%(refname:short)").split()) == {
        "main",
        *branches,
    }
    assert hosting.head() == parts.repository.head()


def test_posts_go_on_where_only_main_may_be_pushed(
    hosting, parts, collide, client, bearer, installation
):
    rule = 'while read old new ref; do [ "$ref" = refs/heads/main ] || exit 1; done'
    hosting.hook("pre-receive", rule)

    backlog = collide("Tea")
    client.post("/micropub", data={"content": "Later"}, headers=bearer())
    later = publish(parts)
    words = ["check", "--config", str(installation.folder / "config.toml")]
    checked = CliRunner().invoke(main, words)

    [found] = backlog.conflicts
    assert (found.is_pushed, later.conflicts) == (False, (found,))
    assert (later.commits, later.last_error) == (0, "")
    assert hosting.subjects()[-1] == "note: Later"
    assert f"{found.branch} here, which the hosting does not have or take" in checked.output
    assert git(parts.repository.path, "rev-parse", found.branch) == found.commit


def test_another_branch_of_that_name_is_left_there(hosting, parts, collide):
    rule = 'while read old new ref; do [ "$ref" = refs/heads/main ] || exit 1; done'
    hook = hosting.hook("pre-receive", rule)
    [kept] = collide("Tea").conflicts
    hook.unlink()
    git(hosting.bare, "branch", kept.branch, "main")

    [found] = publish(parts).conflicts

    assert not found.is_pushed
    assert git(hosting.bare, "rev-parse", kept.branch) == hosting.head()


def test_a_branch_in_the_way_of_the_sites_own_is_told(hosting, parts):
    git(hosting.bare, "branch", "site", "main")
    git(hosting.bare, "update-ref", "-d", "refs/heads/main")
    remote = Remote(parts.repository.path, "site/main", Access(parse_address(str(hosting.bare))))

    with pytest.raises(Unavailable, match=r"refuses the push.*exists; cannot create"):
        remote.push(parts.repository.head())
