"""Programs beside Python and git that a test needs, and that not every machine has."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def need(name: str, package: str = "") -> str:
    """Return the path of a program; without it skip the test, or fail where ``CI`` is set."""
    beside_python = str(Path(sys.executable).parent)
    path = shutil.which(name, path=beside_python) or shutil.which(name)
    if path is None:
        give_up = pytest.fail if os.environ.get("CI") else pytest.skip
        give_up(f"{name} is not installed: apt-get install {package or name}")
    return path


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Mount an empty disk of ``size`` at ``folder``; skip the test where that is not allowed."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if not succeeds(*mount):
        pytest.skip("needs the right to mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Fill the disk of ``folder`` and return the file that does."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue
    return filler


def succeeds(*command: str) -> bool:
    """Return whether the command is there and ends well."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def wait_for(condition: Callable[[], object], seconds: float = 120) -> None:
    """Return once ``condition`` is true; fail if that takes over ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} seconds"
        time.sleep(0.05)


def is_alive(process: int | str) -> bool:
    """Return whether the process with this number still runs."""
    try:
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def unpack(repository: Path) -> None:
    """Let each object of a bare repository be a file of its own, as after a small push."""
    for pack in list(repository.glob("objects/pack/*.pack")):
        pack.with_suffix(".idx").unlink()
        feed = pack.rename(repository / pack.name)
        command = ["git", "-C", str(repository), "unpack-objects", "-q"]
        with feed.open("rb") as packed:
            subprocess.run(command, stdin=packed, check=True)
        feed.unlink()
