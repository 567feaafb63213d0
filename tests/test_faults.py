"""What is out of order on the server: a clear 503 or 507, and nothing half done."""

import os
import shutil
import subprocess
from pathlib import Path

import programs
import pytest

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


def test_503_with_a_corrupt_object(client, bearer, repo):
    headers = bearer()
    created = client.post("/micropub", data=NOTE, headers=headers)
    tree = repo.git.rev_parse("HEAD:content")
    damaged = Path(repo.git_dir) / "objects" / tree[:2] / tree[2:]
    damaged.chmod(0o644)
    damaged.write_bytes(b"damaged")
    before = (Path(repo.git_dir) / "refs/heads/main").read_text()

    response = client.post("/micropub", data={"content": "Another"}, headers=headers)

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


@pytest.fixture
def small_disk(installation):
    """Put the repository on a small disk of its own."""
    folder = installation.folder / "site.git"
    away = installation.folder / "away.git"
    folder.rename(away)
    with programs.small_disk(folder, "4m"):
        shutil.copytree(away, folder, dirs_exist_ok=True)
        yield folder


def test_507_on_a_full_disk_and_201_when_there_is_room_again(
    small_disk, start, client_of, bearer_of
):
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            pass
    before = parts.repository.head()

    full = client.post("/micropub", data=NOTE, headers=headers)
    after = parts.repository.head()
    filler.unlink()
    again = client.post("/micropub", data=NOTE, headers=headers)

    assert full.status_code == 507
    assert full.json["error"] == "insufficient_storage"
    assert after == before
    assert again.status_code == 201


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
