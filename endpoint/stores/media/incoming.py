"""Files on their way in: kept in a folder of the state while a request brings them."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp
from typing import IO

from endpoint.stores.disk import disk_errors

_LEFT_BEHIND_S = 3600
_FOLDER = "folder for incoming files"


def prepare_incoming(folder: Path) -> Path:
    """Return ``folder``, made, and rid of what processes that were killed left an hour ago.

    A disk that refuses is met again, and reported, when a file is to be kept.
    """
    # Files carry the time of the machine.
    oldest = time.time() - _LEFT_BEHIND_S
    with suppress(OSError):
        _make(folder)
        for path in folder.iterdir():
            if path.lstat().st_mtime < oldest:
                remove_incoming(path)
    return folder


def new_incoming(folder: Path) -> Path:
    """Return a new and empty file in ``folder``, which only this server's user can read.

    Raise InsufficientStorage or Unavailable if the disk refuses.
    """
    with disk_errors(_FOLDER):
        _make(folder)
        descriptor, name = mkstemp(dir=folder)
        os.close(descriptor)
    return Path(name)


@contextmanager
def open_incoming(path: Path) -> Iterator[IO[bytes]]:
    """Open a file of ``new_incoming()`` to be written; it is whole at the end of the block.

    Raise InsufficientStorage or Unavailable for every OSError of the block.
    """
    with disk_errors(_FOLDER), path.open("wb") as file:
        yield file


def remove_incoming(path: Path) -> None:
    """Remove a file if it is there; what cannot be removed now is swept later."""
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _make(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
