"""What a post is compared to: plain git in a clone, and the least that a disk asks for."""

import os
import zlib
from pathlib import Path

from benchmarks.programs import IDENTITY, git
from benchmarks.sites import Site


class Clone:
    """A clone of a site, in which posts are made as one makes them by hand."""

    def __init__(self, site: Site, folder: Path) -> None:
        self._site = site
        self._folder = folder
        git(site.folder, "clone", "--quiet", "--", str(site.bare), str(folder))

    def write(self) -> None:
        """Write a new post, which is to be committed."""
        self._path = self._site.new_path()
        file = self._folder / self._path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"---\ndate: {self._site.month:%Y-%m-%d}\n---\n\n{self._path}\n")

    def add_and_commit(self) -> None:
        """Commit what was written, by two processes."""
        git(self._folder, "add", "--", self._path)
        git(self._folder, *IDENTITY, "commit", "--quiet", "--message", "note: Hello")


class Disk:
    """Writes what the newest commit of ``bare`` has brought, and nothing else, to ``folder``."""

    def __init__(self, bare: Path, folder: Path) -> None:
        self._folder = folder
        folder.mkdir()
        new = git(bare, "rev-list", "--objects", "main^!").split("\n")
        oids = [line[:40] for line in new if line]
        self._files = {oid: _pack(bare, oid) for oid in oids} | {"ref": b"0" * 41}
        self.count = len(self._files)

    def store(self) -> None:
        """Write and fsync each object and the ref, one after the other, under its name."""
        for name, data in self._files.items():
            self._write(name, data)

    def store_at_once(self) -> None:
        """Write the same bytes as one file with one fsync: no repository could read that."""
        self._write("all", b"".join(self._files.values()))

    def _write(self, name: str, data: bytes) -> None:
        temporary = self._folder / "tmp"
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(self._folder / name)


def _pack(bare: Path, oid: str) -> bytes:
    kind = git(bare, "cat-file", "-t", oid).strip()
    size = int(git(bare, "cat-file", "-s", oid))
    # Trees are ids for the most part, which hardly shrink.
    return os.urandom(size) if kind == "tree" else zlib.compress(os.urandom(size), 1)
