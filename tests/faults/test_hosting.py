"""The hosting has no room for a push: posts wait, and go out when there is some again."""

import programs
import pytest
from programs import fill
from remotes import Hosting, git


@pytest.fixture
def small(installation, tmp_path):
    """A hosting on a small disk of its own, and the installation that pushes there."""
    with programs.small_disk(tmp_path / "disk", "4m") as folder:
        hosting = Hosting.of(installation.folder / "site.git", folder)
        installation.configure(repository={"remote": str(hosting.bare)}, site={"build": ""})
        yield hosting


def test_a_full_hosting(small, start, client_of, bearer_of, clock):
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    filler, before = fill(small.bare), small.head()

    made = [
        client.post("/micropub", data={"content": f"Note {number}"}, headers=headers)
        for number in range(3)
    ]
    parts.following.work("remote")
    waiting, standing = parts.publishing.backlog(), small.head()
    filler.unlink()
    clock.forward(minutes=1)
    parts.following.work("remote")

    assert [answer.status_code for answer in made] == [201] * 3
    assert (waiting.commits, standing) == (3, before)
    assert waiting.last_error
    assert small.subjects()[-3:] == [f"note: Note {number}" for number in range(3)]
    assert git(small.bare, "fsck", "--strict", "--no-dangling") == ""
