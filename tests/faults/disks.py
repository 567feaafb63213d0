"""Disks of a test's own: one that can be cut off from power, and ones that are full."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from programs import succeeds


class Disk:
    """An ext4 file system in the file ``image``, mounted at ``folder``."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.image = image
        self.folder = folder

    def cut(self, elsewhere: Path) -> "Disk":
        """Return the disk as it would be after a power cut at this moment, not mounted yet.

        What the kernel still holds in memory is not in the image.
        """
        copy = elsewhere.with_suffix(".img")
        subprocess.run(["cp", "--sparse=always", str(self.image), str(copy)], check=True)
        return Disk(copy, elsewhere)

    @contextmanager
    def mounted(self) -> Iterator[Path]:
        """Mount the disk, which repairs itself from its journal; skip where that is not allowed."""
        self.folder.mkdir(exist_ok=True)
        # Writes reach the image when the file system asks for it, as they reach a real disk.
        if not succeeds("mount", "-o", "loop,data=ordered", str(self.image), str(self.folder)):
            pytest.skip("needs the right to mount a disk of its own")
        try:
            yield self.folder
        finally:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


def make_disk(folder: Path, megabytes: int = 64) -> Disk:
    """Return a new and empty disk; skip the test where there is no ext4."""
    if shutil.which("mkfs.ext4") is None and not Path("/sbin/mkfs.ext4").exists():
        pytest.skip("needs mkfs.ext4: apt-get install e2fsprogs")
    image = folder.with_suffix(".img")
    with image.open("wb") as file:
        file.truncate(megabytes * 1_000_000)
    make = shutil.which("mkfs.ext4") or "/sbin/mkfs.ext4"
    subprocess.run([make, "-q", "-F", str(image)], check=True)
    return Disk(image, folder)
