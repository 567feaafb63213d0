"""The benchmark suite runs, and says something of every goal; how fast is not asked here."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmarks")
    command = [sys.executable, "-m", "benchmarks", "--scale", "tiny"]
    done = subprocess.run(
        [*command, "--results", folder / "results", "--folder", folder],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads((folder / "results" / "benchmarks.json").read_text())
    return done.stdout, (folder / "results" / "benchmarks.md").read_text(), figures


def test_the_machine_is_named(report):
    _, _, figures = report

    assert all(figures["machine"][name] for name in ("processor", "kernel", "git", "python"))


def test_every_goal_is_a_line_with_its_verdict(report):
    printed, markdown, figures = report

    rows = [line for line in markdown.splitlines() if line.endswith(("| met |", "| **missed** |"))]
    assert len(rows) == len(figures["goals"]) == 37
    assert all(goal["measured"] > 0 and goal["target"] > 0 for goal in figures["goals"])
    assert markdown in printed


@pytest.mark.parametrize("clients", [1, 2])
@pytest.mark.parametrize(
    "name",
    [
        *("create (form)", "create (JSON)", "update", "delete", "undelete"),
        "receiving a webmention",
        *("q=config", "q=source, one", "q=source, list", "/feed.json, 200", "/feed.json, 304"),
    ],
)
def test_every_request_is_measured(report, name, clients):
    _, _, figures = report

    [found] = [
        figure
        for figure in figures["figures"]
        if figure["key"] == {"name": name, "posts": 20, "clients": clients}
    ]
    assert found["unit"] == "ms"
    assert 0 < found["median"] <= found["p95"] < 60_000
    assert len(found["values"]) >= clients
