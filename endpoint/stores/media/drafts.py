"""The folder where files are made, before they are kept; many processes may share it."""

import fcntl
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from endpoint.stores.disk import disk_errors
from endpoint.stores.media.files import files_older

_DRAFT = ".draft"
_LOCK = "endpoint.lock"


class Drafts:
    """Files without a name yet, and the lock of those who give names and take them away.

    Each method raises InsufficientStorage if the disk is full, and Unavailable
    if it fails otherwise.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def drafting(self) -> Iterator[Path]:
        """Give the path of a file to be written; it is gone afterwards, unless it was kept."""
        with disk_errors("media folder"):
            self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f"{secrets.token_hex(16)}{_DRAFT}"
        try:
            yield draft
        finally:
            # A disk that is read-only by now says so elsewhere, and the sweep comes later.
            with suppress(OSError):
                draft.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep all others from noting and removing files in the block."""
        with ExitStack() as stack:
            with disk_errors("media folder"):
                self._folder.mkdir(parents=True, exist_ok=True)
                lock = stack.enter_context((self._folder / _LOCK).open("a"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            # Said aloud, because a process forked meanwhile has the file open too.
            stack.callback(fcntl.flock, lock, fcntl.LOCK_UN)
            yield

    def clear(self, before: datetime) -> None:
        """Remove the drafts of processes that were killed before ``before``."""
        with disk_errors("media folder"):
            for path in files_older(self._folder, before):
                if path.name.endswith(_DRAFT):
                    path.unlink(missing_ok=True)
