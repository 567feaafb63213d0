"""The folder of uploaded files: each there whole and durable, or not at all."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from endpoint.domain.media_names import is_name
from endpoint.stores.disk import disk_errors, sync_file, sync_folder

_DRAFT = ".draft"
_LOCK = "endpoint.lock"


class MediaFiles:
    """Files by name in ``folder``, which many processes may share.

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
            draft.unlink(missing_ok=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep all others from adding and removing files in the block."""
        with ExitStack() as stack:
            with disk_errors("media folder"):
                self._folder.mkdir(parents=True, exist_ok=True)
                lock = stack.enter_context((self._folder / _LOCK).open("a"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            # Said aloud, because a process forked meanwhile has the file open too.
            stack.callback(fcntl.flock, lock, fcntl.LOCK_UN)
            yield

    def keep(self, draft: Path, name: str) -> None:
        """Give ``draft`` its ``name``, and return once it would outlive a power cut.

        Bytes come before name, so that a name never leads to half a file.
        """
        with disk_errors("media folder"):
            with draft.open("rb+") as file:
                sync_file(file)
            draft.replace(self._folder / name)
            sync_folder(self._folder)

    def find(self, name: str) -> Path | None:
        """Return the path of the file, or None if there is none."""
        path = self._folder / name
        return path if is_name(name) and path.is_file() else None

    def remove(self, name: str) -> None:
        """Remove the file, if it is there, for good."""
        if path := self.find(name):
            with disk_errors("media folder"):
                path.unlink(missing_ok=True)
                sync_folder(self._folder)

    def older(self, before: datetime) -> list[str]:
        """Return the name of each file that was last written before ``before``."""
        with disk_errors("media folder"):
            return [path.name for path in _older(self._folder, before) if is_name(path.name)]

    def clear_drafts(self, before: datetime) -> None:
        """Remove the drafts of processes that were killed before ``before``."""
        with disk_errors("media folder"):
            for path in _older(self._folder, before):
                if path.name.endswith(_DRAFT):
                    path.unlink(missing_ok=True)


def link_or_copy(source: Path, target: Path) -> None:
    """Make ``target`` the file that ``source`` is, without copying it where the disk can."""
    with disk_errors("media folder"):
        try:
            os.link(source, target)
        except OSError:
            # Another disk, or one without links.
            shutil.copyfile(source, target)


def _older(folder: Path, before: datetime) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            yield path
