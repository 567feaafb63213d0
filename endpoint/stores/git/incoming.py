"""Packs that come from a remote: they leave room on the disk, and none stays unfinished."""

import resource
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from endpoint.stores.disk import disk_errors

_SPARE_BYTES = 256 * 1024 * 1024
_STALE_AFTER_S = 1


@contextmanager
def receiving(repository: Path) -> Iterator[int]:
    """Give the bytes that one pack may have, and remove what a git that failed leaves of it.

    Git itself would do so two weeks later.
    """
    packs = repository / "objects" / "pack"
    before = _unfinished(packs)
    try:
        yield find_room(repository)
    finally:
        _remove(_unfinished(packs) - before)


def find_room(folder: Path) -> int:
    """Return the bytes that a file in ``folder`` may have, so that posts can be made all the same.

    Raise Unavailable if the disk cannot be asked.
    """
    with disk_errors("repository"):
        free = shutil.disk_usage(folder).free
    return max(free - _SPARE_BYTES, free // 2)


def limit_files(process: int, most_bytes: int) -> None:
    """Let ``process``, and what it starts, write no file of more than ``most_bytes``.

    See setrlimit(2), RLIMIT_FSIZE. Git itself has such a limit for pushes to it alone
    (``receive.maxInputSize``).
    """
    if hasattr(resource, "prlimit"):  # Linux
        try:
            resource.prlimit(process, resource.RLIMIT_FSIZE, (most_bytes, most_bytes))
        except ProcessLookupError:
            return  # it has ended already


def _unfinished(packs: Path) -> set[Path]:
    return set(packs.glob("tmp_*"))


def _remove(begun: set[Path]) -> None:
    """Remove those of ``begun`` that nobody writes to: a ``git gc`` may have begun meanwhile."""
    if not begun:
        return
    before = {path: _measure(path) for path in begun}
    time.sleep(_STALE_AFTER_S)
    with disk_errors("repository"):
        for path, measured in before.items():
            if _measure(path) == measured:
                path.unlink(missing_ok=True)


def _measure(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
