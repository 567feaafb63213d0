"""The log: standard error, readable in a file, and no reason to stop."""

import re
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


_CONTROLS = "a\x1b[2J\x07\x9b1m\u202eb"
_SPOKEN = """
import sys, structlog
from endpoint import logs
sys.stderr.isatty = lambda: TERMINAL
logs.configure()
log = structlog.get_logger()
log.info("said", alone=CONTROLS, among="x " + CONTROLS, listed=[CONTROLS], link="/é/🦊?a=1")
log.info(CONTROLS)
try:
    raise ValueError(CONTROLS)
except ValueError:
    log.exception("failed", two="one\\ntwo")
"""


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_log_writes_no_controls_of_others(is_terminal):
    program = _SPOKEN.replace("TERMINAL", str(is_terminal)).replace("CONTROLS", repr(_CONTROLS))

    done = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", program], capture_output=True, check=True
    )

    lines = re.sub(r"\x1b\[\d*m", "", done.stderr.decode()).splitlines()
    assert [line for line in lines if not line.isprintable()] == []
    assert "".join(lines).count(r"a\x1b[2J\x07\x9b1m\u202eb") == 5
    assert "link='/é/🦊?a=1'" in lines[0]
    assert r"two='one\ntwo'" in lines[2]
    assert lines[-1].startswith("ValueError: a")


@pytest.mark.skipif(not _FULL.exists(), reason="needs a device that is always full")
def test_a_log_on_a_full_disk_stops_nothing():
    program = f"{_PROGRAM * 2}\nprint('went on')"

    with _FULL.open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=full, check=False
        )

    assert done.stdout == b"went on\n"
