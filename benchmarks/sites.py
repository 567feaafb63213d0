"""Installations with many posts, made once and copied for each run."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import tomlkit

from benchmarks.programs import endpoint, git

ME = "https://site.example/"
BRANCH = "refs/heads/main"
_PERSON = "Ada <ada@site.example>"
_MONTHS = 120
_SHAPE = 2  # to be raised when the sites made here change
_WORDS = "tea garden letter bicycle train river morning violin bread window harbour snow".split()


@dataclass(frozen=True)
class Site:
    """An installation in ``folder`` that began with ``posts`` posts over ten years."""

    folder: Path
    posts: int
    month: datetime

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    @property
    def bare(self) -> Path:
        return self.folder / "site.git"

    def permalink(self, number: int) -> str:
        """Return the address of one of its posts."""
        return f"{ME}notes/{_month(self.month, number % self.posts)}/post-{number % self.posts}/"

    def new_path(self) -> str:
        """Return a path that no post has, in the folder of the newest."""
        return f"content/notes/{self.month:%Y/%m}/new-{secrets.token_hex(8)}/index.md"


def copy_site(folder: Path, posts: int) -> Site:
    """Return an installation of its own, without an index, in the new ``folder``."""
    month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    shutil.copytree(_cached(posts, month), folder)
    return Site(folder, posts, month)


def import_commit(bare: Path, files: dict[str, str], branch: str = BRANCH) -> None:
    """Make one commit of ``files``, as a push of the owner's would bring it."""
    git(bare, "fast-import", "--quiet", feed="".join(_commit(branch, files.items())).encode())


def write_post(number: int, month: datetime) -> str:
    """Return a note of some forty words as its author might keep it."""
    words = " ".join(islice(_cycle(number), 40))
    second = number % 60
    tags = f"[{_WORDS[number % 12]}, {_WORDS[number // 12 % 12]}]"
    return (
        f"---\ndate: {month:%Y-%m-%d}T00:00:{second:02}+00:00\ntags: {tags}\n---\n\n"
        f"Post {number}: {words}. See [the map](https://map.example/{number}).\n"
    )


def _cached(posts: int, month: datetime) -> Path:
    cache = Path(tempfile.gettempdir()) / f"endpoint-benchmarks-{os.getuid()}"
    site = cache / f"{_SHAPE}-{month:%Y-%m}-{posts}"
    if not site.exists():
        cache.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache) as work:
            _make(Path(work) / "site", posts, month)
            (Path(work) / "site").rename(site)
    return site


def _make(folder: Path, posts: int, month: datetime) -> None:
    endpoint("init", str(folder), "--me", ME, "--yes")
    config = tomlkit.parse((folder / "config.toml").read_text())
    config["site"]["build"] = ""  # type: ignore[index]
    config["limits"] = {"enabled": False}
    config["fetch"] = {"allow_hosts": ["127.0.0.1", "localhost"]}
    (folder / "config.toml").write_text(tomlkit.dumps(config))
    shutil.rmtree(folder / "site")
    _import_posts(folder / "site.git", posts, month)
    git(folder / "site.git", "gc", "--quiet")


def _import_posts(bare: Path, posts: int, month: datetime) -> None:
    command = ["git", "-C", str(bare), "fast-import", "--quiet"]
    files = (_place(number, month) for number in range(posts))
    with subprocess.Popen(command, stdin=subprocess.PIPE, text=True) as process:
        assert process.stdin
        process.stdin.writelines(_commit(BRANCH, files))
    if process.returncode:
        raise SystemExit("git fast-import failed")


def _place(number: int, newest: datetime) -> tuple[str, str]:
    month = _month(newest, number)
    date = datetime.strptime(f"{month} +0000", "%Y/%m %z")
    return f"content/notes/{month}/post-{number}/index.md", write_post(number, date)


def _month(newest: datetime, number: int) -> str:
    months = newest.year * 12 + newest.month - 1 - number % _MONTHS
    return f"{months // 12}/{months % 12 + 1:02}"


def _commit(branch: str, files: Iterable[tuple[str, str]]) -> Iterator[str]:
    now = int(datetime.now(UTC).timestamp())
    yield f"commit {branch}\ncommitter {_PERSON} {now} +0000\ndata 6\nPosts\n\nfrom {branch}^0\n"
    for path, text in files:
        yield f"M 100644 inline {path}\ndata {len(text.encode())}\n{text}\n"


def _cycle(start: int) -> Iterator[str]:
    while True:
        yield _WORDS[start % len(_WORDS)]
        start = start * 1_103_515_245 + 12_345 & 0x7FFFFFFF
