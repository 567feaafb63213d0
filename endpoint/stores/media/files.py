"""The folder of uploaded files: each there whole and durable, or not at all."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from endpoint.domain.media_names import is_name
from endpoint.stores.disk import disk_errors, sync_file, sync_folder
from endpoint.stores.media.places import StoredFile


class MediaFiles:
    """A MediaPlace in ``folder``, which many processes may share; files are moved into it."""

    public_root = ""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, draft: Path, name: str) -> None:
        """Give ``draft`` its ``name``, and return once it would outlive a power cut.

        Bytes come before name, so that a name never leads to half a file.
        """
        with disk_errors("media folder"):
            with draft.open("rb+") as file:
                sync_file(file)
            draft.replace(self._folder / name)
            sync_folder(self._folder)

    def find(self, name: str) -> StoredFile | None:
        """Return the file, or None if there is none."""
        path = self._folder / name
        if not is_name(name) or not path.is_file():
            return None
        with disk_errors("media folder"):
            return StoredFile(name, path.stat().st_size, path)

    def remove(self, name: str) -> None:
        """Remove the file, if it is there, for good."""
        if self.find(name):
            with disk_errors("media folder"):
                (self._folder / name).unlink(missing_ok=True)
                sync_folder(self._folder)

    def older(self, before: datetime) -> list[str]:
        """Return the name of each file that was last written before ``before``."""
        with disk_errors("media folder"):
            return [path.name for path in files_older(self._folder, before) if is_name(path.name)]


def link_or_copy(source: Path, target: Path) -> None:
    """Make ``target`` the file that ``source`` is, without copying it where the disk can."""
    with disk_errors("media folder"):
        try:
            os.link(source, target)
        except OSError:
            # Another disk, or one without links.
            shutil.copyfile(source, target)


def copy_stored(found: StoredFile, target: Path) -> None:
    """Make ``target`` a copy of the file, which is never in memory as a whole."""
    if isinstance(found.content, Path):
        link_or_copy(found.content, target)
        return
    with disk_errors("media folder"), target.open("wb") as file:
        file.writelines(found.content(0, found.size))


def files_older(folder: Path, before: datetime) -> Iterator[Path]:
    """Yield each file in ``folder`` that was last written before ``before``."""
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < before:
            yield path
