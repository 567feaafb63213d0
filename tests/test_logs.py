"""The log: standard error, readable in a file."""

import subprocess
import sys

_PROGRAM = """
import structlog
from endpoint import logs
logs.configure()
structlog.get_logger().info("uploaded", name="fox.jpg")
"""


def test_a_log_in_a_file_has_no_colours():
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, check=True)

    assert b"uploaded" in done.stderr
    assert b"name=fox.jpg" in done.stderr
    assert done.stdout == b""
