"""The folder of a checkout: ours, held by one update at a time, free of dead locks."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from endpoint.errors import Unavailable
from endpoint.stores.disk import disk_errors

OURS = "endpoint.lock"
"""The lock that every update takes first, and the sign that the folder is the server's."""

_UNFINISHED = "objects/pack/tmp_*"


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Let no other process update the checkout in ``folder`` meanwhile; make it if need be.

    Raise Unavailable if it holds something else: somebody's own work would be lost.
    """
    git = folder / ".git"
    with ExitStack() as stack:
        with disk_errors("checkout"):
            _claim(folder, git)
            lock = stack.enter_context((git / OURS).open("a"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        stack.callback(fcntl.flock, lock, fcntl.LOCK_UN)
        with disk_errors("checkout"):
            _clear(git)
        yield


def _claim(folder: Path, git: Path) -> None:
    names = {name.name for name in folder.iterdir()} if folder.exists() else set()
    is_taken = bool(names - {".git"}) or (".git" in names and any(git.iterdir()))
    if is_taken and not (git / OURS).exists():
        raise Unavailable("The folder for the checkout holds something else already.")
    git.mkdir(parents=True, exist_ok=True)


def _clear(git: Path) -> None:
    """Remove what git processes have left unfinished: whoever made it is dead, as we hold OURS."""
    folders = (git / "refs", git / "modules")
    inside = (lock for folder in folders for lock in folder.rglob("*.lock"))
    packs = [*git.glob(_UNFINISHED), *(git / "modules").rglob(_UNFINISHED)]
    for path in [*git.glob("*.lock"), *inside, *packs]:
        if path.name != OURS and path.is_file():
            path.unlink(missing_ok=True)
