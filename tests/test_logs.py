"""The log: standard error, readable in a file, and no reason to stop."""

import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import structlog
from endpoint import logs
logs.configure()
structlog.get_logger().info("uploaded", name="fox.jpg")
"""
_FULL = Path("/dev/full")


def test_a_log_in_a_file_has_no_colours():
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, check=True)

    assert b"uploaded" in done.stderr
    assert b"name=fox.jpg" in done.stderr
    assert done.stdout == b""


@pytest.mark.skipif(not _FULL.exists(), reason="needs a device that is always full")
def test_a_log_on_a_full_disk_stops_nothing():
    program = f"{_PROGRAM * 2}\nprint('went on')"

    with _FULL.open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, check=False
        )

    assert done.stdout == b"went on\n"
