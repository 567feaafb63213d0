"""The packs of a git repository and of those it borrows objects from, read with gitdb."""

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from gitdb.pack import PackEntity
from gitdb.util import mman

from endpoint.errors import Unavailable

# Every pack of the process is mapped by one manager of smmap's, which knows no threads.
_mapping = threading.Lock()


class Packs:
    """Objects that ``git gc`` or a push has packed, now or while we run."""

    def __init__(self, objects: Path) -> None:
        self._objects = objects
        self._packs: dict[Path, PackEntity] = {}

    def read(self, oid: str) -> tuple[str, bytes] | None:
        """Return kind and content of the object ``oid``, or None if no pack has it.

        Raise Unavailable if the pack that has it is damaged.
        """
        with _mapping:
            found = self._read_known(oid)
            # Again and again, because a pack may be replaced between being seen and being read.
            while found is None and self._rescan():
                found = self._read_known(oid)
            return found

    def lacking(self, oids: Iterable[str]) -> list[str]:
        """Return those of ``oids`` that no pack has."""
        with _mapping:
            self._rescan()
            return [oid for oid in oids if not any(map(_holds(oid), self._packs.values()))]

    def _read_known(self, oid: str) -> tuple[str, bytes] | None:
        name = bytes.fromhex(oid)
        for path, pack in self._packs.items():
            try:
                index = pack.index().sha_to_index(name)
                if index is not None:
                    stream = pack.stream_at_index(index)
                    found = stream.type.decode(), stream.read()
                    self._let_go(path)
                    return found
            except FileNotFoundError:
                continue  # git gc has just replaced it
            except Exception as error:  # gitdb raises whatever it trips over
                raise Unavailable(
                    f"Object {oid} of the repository is damaged; git fsck tells more."
                ) from error
        return None

    def _let_go(self, path: Path) -> None:
        # What is mapped counts as memory of ours, and what was read once is seldom read again.
        self._packs[path] = _open(path)
        mman.collect()

    def _rescan(self) -> bool:
        """Look which packs there are; say whether they are others than the last time."""
        # By its index, because git puts that in place last.
        found = {
            path for folder in object_folders(self._objects) for path in folder.glob("pack/*.idx")
        }
        gone, new = self._packs.keys() - found, found - self._packs.keys()
        # Or the packs that are gone would keep their descriptors and their place on the disk.
        for path in gone:
            self._packs.pop(path).close()
        mman.collect()
        for path in new:
            self._packs[path] = _open(path)
        return bool(gone or new)


def _open(index: Path) -> PackEntity:
    return PackEntity(str(index.with_suffix(".pack")))


def _holds(oid: str) -> Callable[[PackEntity], bool]:
    name = bytes.fromhex(oid)

    def holds(pack: PackEntity) -> bool:
        try:
            return pack.index().sha_to_index(name) is not None
        except FileNotFoundError:
            return False  # git gc has just replaced it

    return holds


def object_folders(objects: Path, depth: int = 5) -> Iterator[Path]:
    """Yield ``objects`` and the folders its ``info/alternates`` borrow from (gitrepository-layout).

    ``depth`` is how many repositories may borrow from one another, as in git.
    """
    yield objects
    try:
        lines = (objects / "info" / "alternates").read_text("utf-8", "surrogateescape").splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return
    for line in lines:
        if line and not line.startswith("#") and depth:
            yield from object_folders(objects / line, depth - 1)
