"""The objects of a git repository: read wherever git keeps them, written to outlive a power cut."""

import hashlib
import os
import re
import secrets
import sys
import zlib
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from endpoint.errors import Unavailable
from endpoint.stores.disk import disk_errors, sync_folder
from endpoint.stores.packs import Packs, object_folders

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

    def _write_batch(self, objects: Iterable[tuple[str, bytes]]) -> None:
        with ExitStack() as cleaning:
            begun = {oid: self._begin(oid, framed, cleaning) for oid, framed in objects}
            for file, _ in begun.values():
                os.fsync(file.fileno())
            for oid, (_, temporary) in begun.items():
                temporary.rename(self._folder / oid[:2] / oid[2:])
        for folder in {temporary.parent for _, temporary in begun.values()}:
            sync_folder(folder)

    def _begin(self, oid: str, framed: bytes, cleaning: ExitStack) -> tuple[BinaryIO, Path]:
        """Return a file holding the object under the kind of name that ``git gc`` sweeps up."""
        temporary = self._make_folder(oid) / f"tmp_obj_{secrets.token_hex(8)}"
        cleaning.callback(temporary.unlink, missing_ok=True)
        file = cleaning.enter_context(_create(temporary))
        file.write(zlib.compress(framed, 1))
        file.flush()
        if sys.platform == "linux":
            # Sets the disk to work at once, so that waiting for all files is one wait.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return file, temporary

    def _make_folder(self, oid: str) -> Path:
        folder = self._folder / oid[:2]
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            # As git does it, so that a repository shared with the owner's account stays shared.
            folder.chmod(self._folder.stat().st_mode & 0o7777)
            sync_folder(self._folder)
        return folder


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


def _create(path: Path) -> BinaryIO:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    return os.fdopen(descriptor, "wb")
