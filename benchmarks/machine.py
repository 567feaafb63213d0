"""Where a run took place: the figures of another machine differ, the ratios less."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from pathlib import Path

from endpoint import __version__


def describe(folder: Path) -> dict[str, str]:
    """Return the machine, what runs on it, and the file system of ``folder``, by name."""
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "kernel": f"{platform.system()} {platform.release()}",
        "file system": _say("stat", "--file-system", "--format=%T", str(folder)),
        "python": platform.python_version(),
        "git": _say("git", "--version").removeprefix("git version "),
        "indieweb-endpoint": _version(),
    }


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version() -> str:
    commit = _say("git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty")
    return f"{__version__} {commit}".strip()


def _say(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()
