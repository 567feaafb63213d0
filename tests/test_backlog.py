"""How far the hosting is behind, for whoever asks often: the same answer is found once."""

import os
import shutil

import pytest
from remotes import Hosting, publish


@pytest.fixture
def calls(tmp_path, monkeypatch):
    """A file with a line for each git command that counts commits."""
    log, programs = tmp_path / "calls", tmp_path / "programs"
    programs.mkdir()
    git = programs / "git"
    git.write_text(
        f'#!/bin/sh\ncase "$*" in *rev-list*) echo "$*" >> {log};; esac\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    git.chmod(0o755)
    log.touch()
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return log


def test_commits_that_wait_are_counted_once(
    installation, start, client_of, bearer_of, tmp_path, calls
):
    hosting = Hosting.of(installation.folder / "site.git", tmp_path)
    installation.configure(repository={"remote": str(hosting.bare)}, site={"build": ""})
    parts = start()
    client, headers = client_of(parts), bearer_of(parts)
    publish(parts)
    client.post("/micropub", data={"content": "One"}, headers=headers)
    calls.write_text("")

    asked = [client.get("/readyz").json["publishing"]["commits"] for _ in range(3)]
    counted = len(calls.read_text().splitlines())
    client.post("/micropub", data={"content": "Two"}, headers=headers)
    more = client.get("/readyz").json["publishing"]
    publish(parts)
    none = client.get("/readyz").json["publishing"]

    assert asked == [1, 1, 1]
    assert counted == 1
    assert (more["commits"], more["since"]) == (2, "2025-11-22T08:30:15+00:00")
    assert (none["commits"], none["since"]) == (0, None)
