"""The objects of a git repository: read wherever git keeps them, written to outlive a power cut."""

import hashlib
import os
import re
import secrets
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, Self

from endpoint.errors import Unavailable
from endpoint.stores.disk import all_at_once, disk_errors, sync_folder
from endpoint.stores.git.folders import Folders
from endpoint.stores.git.packs import Packs, object_folders

# Object ids with what git hashes and stores for them: kind, size, NUL, content.
Framed = Mapping[str, bytes]

# Fetches objects from elsewhere; says no where there is no elsewhere.
Bring = Callable[[Sequence[str]], bool]

_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC

_OID = re.compile(r"[0-9a-f]{40}")


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
    """The object database of the repository at ``repository``; any thread may use it.

    ``bring`` fetches what a partial clone has not got.
    """

    def __init__(self, repository: Path, bring: Bring = lambda _: False) -> None:
        self.bring = bring
        self._folder = repository / "objects"
        self._packs = Packs(self._folder)
        self.folders = Folders()

    def read(self, oid: str, kind: str) -> bytes:
        """Return the content of the object ``oid``, a "blob", "tree" or "commit".

        Raise MissingObject if there is none, Unavailable if it is damaged or of another kind.
        """
        # Only files may be elsewhere: about others the answer is here.
        found, data = self.obtain(oid) if kind == "blob" else self.find(oid)
        if found != kind:
            raise Unavailable(f"Object {oid} of the repository is a {found}, not a {kind}.")
        return data

    def obtain(self, oid: str) -> tuple[str, bytes]:
        """Return kind and content of the object ``oid``, fetched if it is not here.

        Raise as ``read`` does, and Unavailable if it cannot be fetched.
        """
        try:
            return self.find(oid)
        except MissingObject:
            if not self.bring([oid]):
                raise
        return self.find(oid)

    def missing(self, oids: Iterable[str]) -> list[str]:
        """Return those of ``oids`` that are not here."""
        with disk_errors("repository"):
            folders = list(object_folders(self._folder))
            return [
                oid
                for oid in self._packs.lacking(filter(is_oid, oids))
                if not any((folder / oid[:2] / oid[2:]).exists() for folder in folders)
            ]

    def find(self, oid: str) -> tuple[str, bytes]:
        """Return kind and content of the object ``oid`` that is here. Raise as ``read`` does."""
        if not is_oid(oid):
            raise MissingObject("The repository was asked for something that is no object id.")
        with disk_errors("repository"):
            found = self._find(oid)
        if found is None:
            raise MissingObject(f"Object {oid} is missing from the repository.")
        if frame(*found)[0] != oid:
            raise damaged(oid)
        return found

    def write(self, objects: Framed, beside: Callable[[], None] | None = None) -> None:
        """Store ``objects`` and return once they would outlive a power cut.

        An object that is already there is written all the same: whoever wrote it
        may not have waited for the disk, and ``git gc`` may be about to drop it.
        ``beside`` is something else that waits for the disk, done meanwhile.

        Raise InsufficientStorage or Unavailable, leaving no half-written file.
        """
        with disk_errors("repository"):
            files = [_File.of(self._folder, *item) for item in objects.items()]
            folders = self._make_folders({self._folder / oid[:2] for oid in objects})
            try:
                waits: list[Callable[[], None]] = [partial(_store, file) for file in files]
                all_at_once(_call, [beside, *waits] if beside else waits)
                for file in files:
                    os.rename(file.temporary, file.path)  # noqa: PTH104 - see _File
            except BaseException:
                for file in files:
                    Path(file.temporary).unlink(missing_ok=True)
                raise
            all_at_once(sync_folder, folders)

    def _find(self, oid: str) -> tuple[str, bytes] | None:
        found = _read_loose(self._folder, oid) or self._packs.read(oid)
        if found is None:  # borrowed, or moved from pack to file as we looked
            folders = object_folders(self._folder)
            found = next(filter(None, (_read_loose(folder, oid) for folder in folders)), None)
        return found

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


class _File(NamedTuple):
    # Text and not Path, which for a few dozen files takes as long as writing some of them.
    temporary: str
    path: str
    framed: bytes

    @classmethod
    def of(cls, folder: Path, oid: str, framed: bytes) -> Self:
        beside = f"{folder}/{oid[:2]}/"
        # A temporary name of the kind that git gc sweeps up if we are killed.
        return cls(f"{beside}tmp_obj_{secrets.token_hex(8)}", f"{beside}{oid[2:]}", framed)


def _call(function: Callable[[], None]) -> None:
    function()


def _store(file: _File) -> None:
    # Without a file object, which costs a fifth of what storing a small file does.
    draft = os.open(file.temporary, _NEW, 0o444)
    try:
        # Trees are ids for the most part, which hardly shrink; git gc packs them as differences.
        data = zlib.compress(file.framed, 0 if file.framed.startswith(b"tree ") else 1)
        while data:
            data = data[os.write(draft, data) :]
        os.fsync(draft)
    finally:
        os.close(draft)
