"""The programs that are run: git, and ours as its user runs it."""

import subprocess
import sys
from pathlib import Path

ENDPOINT = str(Path(sys.executable).with_name("endpoint"))
IDENTITY = ("-c", "user.name=Ada", "-c", "user.email=ada@site.example")


def endpoint(*arguments: str) -> str:
    """Return what ``endpoint`` prints; raise CalledProcessError if it fails."""
    command = [ENDPOINT, *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout


def git(folder: Path, *arguments: str, feed: bytes = b"") -> str:
    """Return what git prints in ``folder``; raise CalledProcessError if it fails."""
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, input=feed, stdout=subprocess.PIPE, check=True).stdout.decode()
