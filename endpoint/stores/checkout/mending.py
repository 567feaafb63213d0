"""What a power cut can do to a checkout, which waits for no disk: noticed, and mended."""

import shutil
from functools import cache
from pathlib import Path

from endpoint.errors import Unavailable
from endpoint.stores.checkout.folder import OURS
from endpoint.stores.disk import disk_errors
from endpoint.stores.git.command import run_git

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_NOTE = "endpoint.boot"


@cache
def boot_id() -> str:
    """Return what is another one after each start of this machine; empty if it does not tell.

    See random(4).
    """
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def is_of_this_boot(git: Path) -> bool:
    """Whether an update of the checkout whose git folder is ``git`` has ended since the machine
    was started."""
    try:
        return (git / _NOTE).read_text(errors="replace") == boot_id()
    except OSError:
        return False


def note_boot(git: Path) -> None:
    """Note that an update has ended."""
    if not is_of_this_boot(git):
        with disk_errors("checkout"):
            (git / _NOTE).write_text(boot_id())


def distrust_files(folder: Path) -> None:
    """Have git look into every file that it knows, and not only at its size and time.

    Sound ones stay as they are, times too; the next ``git checkout`` writes the others.
    """
    git = folder / ".git"
    with disk_errors("checkout"):
        for index in [git / "index", *(git / "modules").rglob("index")]:
            # A branch may have that name too.
            if index.is_file() and (index.parent / "objects").is_dir():
                index.unlink()
    run_git(folder, "read-tree", "HEAD")
    run_git(folder, "update-index", "-q", "--refresh")


def is_sound(folder: Path, *, is_partial: bool) -> bool:
    """Whether git finds nothing wrong with what it keeps of the checkout in ``folder``."""
    # A partial clone has promised what it misses.
    words = ("-c", "remote.origin.promisor=true") if is_partial else ()
    try:
        run_git(folder, *words, "fsck", "--no-dangling", "--no-progress")
        # An index that is empty is none for fsck.
        return bool((folder / ".git/index").stat().st_size)
    except (Unavailable, OSError):
        return False


def forget_all(git: Path) -> None:
    """Remove all that git keeps of a checkout, and no file of the site."""
    with disk_errors("checkout"):
        for entry in git.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            elif entry.name != OURS:
                entry.unlink()
