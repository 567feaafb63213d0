"""The objects of a git repository: read wherever git keeps them, written to outlive a power cut."""

import hashlib
import re
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from endpoint.errors import Unavailable
from endpoint.stores.disk import disk_errors
from endpoint.stores.git.folders import Folders
from endpoint.stores.git.new_packs import NewPacks
from endpoint.stores.git.pack_format import Framed
from endpoint.stores.git.packs import Packs, object_folders

# Fetches objects from elsewhere; says no where there is no elsewhere.
Bring = Callable[[Sequence[str]], bool]

_SMALL = 2**16  # bytes of what is worth to be remembered
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


def unframe(framed: bytes) -> tuple[str, bytes]:
    """Return kind and content of an object as git hashes it."""
    header, _, data = framed.partition(b"\0")
    return header.partition(b" ")[0].decode("ascii", "replace"), data


class Objects:
    """The object database of the repository at ``repository``; any thread may use it.

    ``bring`` fetches what a partial clone has not got.
    """

    def __init__(self, repository: Path, bring: Bring = lambda _: False) -> None:
        self.bring = bring
        self._folder = repository / "objects"
        self._packs = Packs(self._folder)
        self._new_packs = NewPacks(self._folder)
        # Of the last two times: the index and the next post ask for it.
        self._written: tuple[Framed, Framed] = ({}, {})
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
        newest, before = self._written
        if framed := newest.get(oid) or before.get(oid):
            return unframe(framed)
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
        ``beside`` is something else that waits for the disk, done meanwhile. The
        caller holds the repository's lock.

        Raise InsufficientStorage or Unavailable, leaving no half-written file.
        """
        with disk_errors("repository"):
            self._new_packs.write(objects, beside)
        small = {oid: each for oid, each in objects.items() if len(each) < _SMALL}
        self._written = small, self._written[0]

    def _find(self, oid: str) -> tuple[str, bytes] | None:
        found = _read_loose(self._folder, oid) or self._packs.read(oid)
        if found is None:  # borrowed, or moved from pack to file as we looked
            folders = object_folders(self._folder)
            found = next(filter(None, (_read_loose(folder, oid) for folder in folders)), None)
        return found


def damaged(oid: str) -> Unavailable:
    return Unavailable(f"Object {oid} of the repository is damaged; git fsck tells more.")


def _read_loose(folder: Path, oid: str) -> tuple[str, bytes] | None:
    try:
        framed = zlib.decompress((folder / oid[:2] / oid[2:]).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except zlib.error as error:
        raise damaged(oid) from error
    return unframe(framed)
