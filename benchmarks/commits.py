"""What a commit costs as the site grows, beside ``git add && git commit`` and the disk itself."""

import argparse
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from endpoint.stores.repository import Repository

AUTHOR = "Ada <ada@site.example>"
WAYS = ("floor", "repository", "git")


def main() -> None:
    """Print the median of each way to store one post, for each size of site."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="also with 100,000 posts")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--folder", type=Path, help="on the disk to measure; default: the system's")
    arguments = parser.parse_args()
    sizes = [100, 10_000, *([100_000] if arguments.full else [])]
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        sites = {size: Site(Path(folder) / str(size), size) for size in sizes}
        # Interleaved, because the cost of an fsync drifts more than anything measured here.
        for number in range(arguments.rounds):
            for site in sites.values():
                site.post(number)
    report(sites)


class Site:
    """A site of ``posts`` posts by year and month, as a packed bare repository and as a clone."""

    def __init__(self, folder: Path, posts: int) -> None:
        folder.mkdir()
        self._folder = folder
        self._bare = folder / "site.git"
        self._clone = folder / "clone"
        self._repository = Repository.init(self._bare, branch="main", author=AUTHOR)
        run(self._bare, "fast-import", "--quiet", feed=write_posts(posts))
        run(self._bare, "gc", "--quiet")
        run(folder, "clone", "--quiet", str(self._bare), str(self._clone))
        self._last_bytes = 0
        self.times_ms: dict[str, list[float]] = {way: [] for way in WAYS}

    def post(self, number: int) -> None:
        """Store one post each way, and note how long it took."""
        path = f"content/notes/2026/11/new-{number}/index.md"
        data = f"---\ndate: 2026-11-22T09:30:00+01:00\n---\n\n{os.urandom(150).hex()}\n".encode()
        self._time("repository", lambda: self._commit(path, data))
        self._time("git", lambda: self._add_and_commit(path, data))
        stored = os.urandom(self._count_stored())
        self._time("floor", lambda: self._write(stored))

    def _time(self, way: str, store: Callable[[], object]) -> None:
        os.sync()  # nobody waits for what another has left to be written
        began = time.perf_counter()
        store()
        self.times_ms[way].append((time.perf_counter() - began) * 1000)

    def _commit(self, path: str, data: bytes) -> None:
        with self._repository.writing() as writer:
            writer.commit({path: data}, "note: Hello", datetime.now(UTC))

    def _add_and_commit(self, path: str, data: bytes) -> None:
        file = self._clone / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        run(self._clone, "add", "--", path)
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@site.example")
        run(self._clone, *identity, "commit", "--quiet", "--message", "note: Hello")

    def _write(self, stored: bytes) -> None:
        with (self._folder / "floor.tmp").open("wb") as file:
            file.write(stored)
            file.flush()
            os.fsync(file.fileno())
        (self._folder / "floor.tmp").rename(self._folder / "floor")

    def _count_stored(self) -> int:
        """Return how many bytes of objects the last commit has made."""
        new = run(self._bare, "rev-list", "--objects", "main^!").split()
        paths = (self._bare / "objects" / oid[:2] / oid[2:] for oid in new if len(oid) == 40)
        return sum(path.stat().st_size for path in paths if path.is_file())


def write_posts(posts: int) -> bytes:
    """Return a commit of ``posts`` posts over ten years, for ``git fast-import``."""
    parts = [f"commit refs/heads/main\ncommitter {AUTHOR} 1700000000 +0000\ndata 5\nBegin\n"]
    for number in range(posts):
        folder = f"content/notes/{2017 + number % 10}/{1 + number // 10 % 12:02}/post-{number}"
        text = f"---\ndate: 2026-11-22T09:30:00+01:00\n---\n\nPost {number} {hash(str(number))}\n"
        parts.append(f"M 100644 inline {folder}/index.md\ndata {len(text)}\n{text}\n")
    return "".join(parts).encode()


def run(folder: Path, *arguments: str, feed: bytes = b"") -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, input=feed, stdout=subprocess.PIPE, check=True).stdout.decode()


def report(sites: dict[int, Site]) -> None:
    print("posts     floor  repository     git   of git  of floor   (medians, ms)")
    medians = {
        size: {way: statistics.median(times) for way, times in site.times_ms.items()}
        for size, site in sites.items()
    }
    for size, ms in medians.items():
        of_git, of_floor = ms["repository"] / ms["git"], ms["repository"] / ms["floor"]
        print(
            f"{size:7,}{ms['floor']:8.2f}{ms['repository']:12.2f}{ms['git']:8.1f}"
            f"{of_git:9.3f}{of_floor:10.1f}"
        )
    small, large = min(medians), max(medians)
    growth = medians[large]["repository"] / medians[small]["repository"]
    print(f"A commit with {large:,} posts costs {growth:.2f} of one with {small:,}.")


if __name__ == "__main__":
    main()
