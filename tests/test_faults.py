"""What is out of order on the server: a clear 503 or 507, and nothing half done."""

import os
import shutil
import subprocess
from pathlib import Path

import programs
import pytest
from programs import fill, unpack

from endpoint.errors import ConfigError

NOTE = {"content": "Hello"}


def test_503_without_the_branch(client, bearer, repo):
    repo.git.update_ref("-d", "refs/heads/main")

    response = client.post("/micropub", data=NOTE, headers=bearer())

    assert response.status_code == 503
    assert response.json["error"] == "temporarily_unavailable"
    assert int(response.headers["Retry-After"]) > 0
    assert "branch" in response.json["error_description"]
    assert repo.refs == []


def test_503_without_the_repository(client, bearer, installation):
    headers = bearer()
    shutil.move(installation.folder / "site.git", installation.folder / "away.git")

    response = client.post("/micropub", data=NOTE, headers=headers)

    assert response.status_code == 503
    assert not (installation.folder / "site.git").exists()


def test_503_with_a_corrupt_object(client, bearer, repo, start, client_of):
    headers = bearer()
    created = client.post("/micropub", data=NOTE, headers=headers)
    tree = repo.git.rev_parse("HEAD:content")
    unpack(Path(repo.git_dir))
    damaged = Path(repo.git_dir) / "objects" / tree[:2] / tree[2:]
    damaged.chmod(0o644)
    damaged.write_bytes(b"damaged")
    before = (Path(repo.git_dir) / "refs/heads/main").read_text()

    # As after a restart: until then the folders that were just written are remembered.
    response = client_of(start()).post("/micropub", data={"content": "Another"}, headers=headers)

    assert created.status_code == 201
    assert response.status_code == 503
    assert (Path(repo.git_dir) / "refs/heads/main").read_text() == before


def test_201_again_after_a_stale_lock_of_git(installation, start, client_of, bearer_of):
    lock = installation.folder / "site.git" / "refs/heads/main.lock"
    lock.write_text("")
    os.utime(lock, (0, 0))

    parts = start()
    response = client_of(parts).post("/micropub", data=NOTE, headers=bearer_of(parts))

    assert response.status_code == 201


def test_507_on_a_full_disk_and_201_when_there_is_room_again(
    small_disk, start, client_of, bearer_of
):
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    filler = fill(small_disk)
    before = parts.repository.head()

    full = client.post("/micropub", data=NOTE, headers=headers)
    after = parts.repository.head()
    filler.unlink()
    again = client.post("/micropub", data=NOTE, headers=headers)

    assert full.status_code == 507
    assert full.json["error"] == "insufficient_storage"
    assert after == before
    assert again.status_code == 201


def test_a_retry_after_a_full_disk_does_not_get_the_post_of_another(
    small_disk, start, client_of, bearer_of
):
    """The permalink was noted for the first, and then given to the second."""
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    filler = fill(small_disk)

    full = client.post("/micropub", data={"content": "One", "mp-slug": "a"}, headers=headers)
    filler.unlink()
    second = client.post("/micropub", data={"content": "Two", "mp-slug": "a"}, headers=headers)
    first = client.post("/micropub", data={"content": "One", "mp-slug": "a"}, headers=headers)

    assert [answer.status_code for answer in (full, second, first)] == [507, 201, 201]
    assert first.headers["Location"] != second.headers["Location"]
    assert len(client.get("/feed.json").json["items"]) == 2


def test_503_on_a_read_only_disk(small_disk, start, client_of, bearer_of):
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    before = parts.repository.head()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

    response = client.post("/micropub", data=NOTE, headers=headers)

    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    assert response.status_code == 503
    assert parts.repository.head() == before
    assert client.get("/feed.json").status_code == 200


def test_the_clock_goes_back(client, bearer, clock, parts):
    """Nothing is given twice, nothing is lost, and a retry is still one."""
    headers = bearer()
    body = {"content": "Hello", "mp-slug": "a"}
    first = client.post("/micropub", data=body, headers=headers)
    clock.forward(days=-2)

    retried = client.post("/micropub", data=body, headers=headers)
    clock.forward(hours=-1)
    other = client.post("/micropub", data={"content": "Another"}, headers=headers)
    feed = client.get("/feed.json")
    parts.following.work()

    assert [answer.status_code for answer in (first, retried, other)] == [201] * 3
    assert retried.headers["Location"] == first.headers["Location"]
    assert other.headers["Location"] in {item["url"] for item in feed.json["items"]}
    assert all(progress.is_done for progress in parts.following.progress())


@pytest.fixture
def small_state(installation):
    """Put what the database and the queue keep on a small disk of its own."""
    folder, away = installation.folder / "state", installation.folder / "away"
    folder.rename(away)
    with programs.small_disk(folder, "2m"):
        shutil.copytree(away, folder, dirs_exist_ok=True)
        yield folder


def test_507_while_the_database_has_no_room_and_nothing_is_half_done(
    small_state, start, client_of, bearer_of
):
    """Index and queue are on that disk too: a post that is answered 201 is in the index later."""
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    filler, before = fill(small_state), parts.index.count()

    answers = [
        client.post("/micropub", data={"content": f"Note {number} " * 99}, headers=headers)
        for number in range(40)
    ]
    filler.unlink()
    last = client.post("/micropub", data=NOTE, headers=headers)

    assert {answer.status_code for answer in answers} <= {201, 507}
    assert answers[-1].status_code == 507
    assert last.status_code == 201
    promised = {answer.headers["Location"] for answer in (*answers, last) if answer.location}
    assert all(map(parts.index.find, promised))
    assert parts.index.count() - before == len(promised)


def test_a_start_on_a_read_only_disk_says_so(small_state, start):
    subprocess.run(["mount", "-o", "remount,ro", str(small_state)], check=True)

    with pytest.raises(ConfigError, match=r"cannot be used: .*(read-?only|open)"):
        start()
