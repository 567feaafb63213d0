"""The objects of a git repository: read wherever git keeps them, written to outlive a power cut."""

import hashlib
import os
import re
import secrets
import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from endpoint.errors import Unavailable
from endpoint.stores.disk import all_at_once, disk_errors, sync_file, sync_folder
from endpoint.stores.git.packs import Packs, object_folders

# Object ids with what git hashes and stores for them: kind, size, NUL, content.
Framed = Mapping[str, bytes]

_OID = re.compile(r"[0-9a-f]{40}")
_BATCH = 64  # files open at once, whatever the size of a commit


class MissingObject(Unavailable):
    """The repository has no such object."""


def is_oid(text: str) -> bool:
    """Whether ``text`` is a whole object id, which git cannot take for an option or a name."""
    return bool(_OID.fullmatch(text))


def frame(kind: str, data: bytes) -> tuple[str, bytes]:
    """Return the object id of ``data``, and the bytes that git hashes and stores for it."""
    framed = b"%s %d\0" % (kind.encode(), len(data)) + data
    return hashlib.sha1(framed, usedforsecurity=False).hexdigest(), framed


class Objects:
    """The object database of the repository at ``repository``; any thread may use it."""

    def __init__(self, repository: Path) -> None:
        self._folder = repository / "objects"
        self._packs = Packs(self._folder)

    def read(self, oid: str, kind: str) -> bytes:
        """Return the content of the object ``oid``, a "blob", "tree" or "commit".

        Raise MissingObject if there is none, Unavailable if it is damaged or of another kind.
        """
        found, data = self.find(oid)
        if found != kind:
            raise Unavailable(f"Object {oid} of the repository is a {found}, not a {kind}.")
        return data

    def find(self, oid: str) -> tuple[str, bytes]:
        """Return kind and content of the object ``oid``. Raise as ``read`` does."""
        if not is_oid(oid):
            raise MissingObject("The repository was asked for something that is no object id.")
        with disk_errors("repository"):
            found = self._find(oid)
        if found is None:
            raise MissingObject(f"Object {oid} is missing from the repository.")
        if frame(*found)[0] != oid:
            raise damaged(oid)
        return found

    def write(self, objects: Framed) -> None:
        """Store ``objects`` and return once they would outlive a power cut.

        An object that is already there is written all the same: whoever wrote it
        may not have waited for the disk, and ``git gc`` may be about to drop it.

        Raise InsufficientStorage or Unavailable, leaving no half-written file.
        """
        pending = iter(objects.items())
        with disk_errors("repository"):
            while batch := list(islice(pending, _BATCH)):
                self._write_batch(batch)

    def _find(self, oid: str) -> tuple[str, bytes] | None:
        found = _read_loose(self._folder, oid) or self._packs.read(oid)
        if found is None:  # borrowed, or moved from pack to file as we looked
            folders = object_folders(self._folder)
            found = next(filter(None, (_read_loose(folder, oid) for folder in folders)), None)
        return found

    def _write_batch(self, objects: list[tuple[str, bytes]]) -> None:
        paths = [self._folder / oid[:2] / oid[2:] for oid, _ in objects]
        folders = self._make_folders({path.parent for path in paths})
        with ExitStack() as cleaning:
            temporary = [_reserve(path, cleaning) for path in paths]
            files = [cleaning.enter_context(_create(path)) for path in temporary]
            framed = [data for _, data in objects]
            all_at_once(_store, zip(files, framed, strict=True))
            for source, target in zip(temporary, paths, strict=True):
                source.rename(target)
        all_at_once(sync_folder, folders)

    def _make_folders(self, folders: set[Path]) -> set[Path]:
        """Return every folder whose names change with objects in ``folders``."""
        new = {folder for folder in folders if not folder.is_dir()}
        for folder in new:
            folder.mkdir(exist_ok=True)
            # As git does it, so that a repository shared with the owner's account stays shared.
            folder.chmod(self._folder.stat().st_mode & 0o7777)
        return folders | {self._folder} if new else folders


def damaged(oid: str) -> Unavailable:
    return Unavailable(f"Object {oid} of the repository is damaged; git fsck tells more.")


def _read_loose(folder: Path, oid: str) -> tuple[str, bytes] | None:
    try:
        framed = zlib.decompress((folder / oid[:2] / oid[2:]).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except zlib.error as error:
        raise damaged(oid) from error
    header, _, data = framed.partition(b"\0")
    return header.partition(b" ")[0].decode("ascii", "replace"), data


def _reserve(path: Path, cleaning: ExitStack) -> Path:
    """Return a temporary name, of the kind ``git gc`` sweeps up if we are killed."""
    temporary = path.with_name(f"tmp_obj_{secrets.token_hex(8)}")
    cleaning.callback(temporary.unlink, missing_ok=True)
    return temporary


def _store(work: tuple[BinaryIO, bytes]) -> None:
    file, framed = work
    # Trees are ids for the most part, which hardly shrink; git gc packs them as differences.
    file.write(zlib.compress(framed, 0 if framed.startswith(b"tree ") else 1))
    sync_file(file)


def _create(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444), "wb")
