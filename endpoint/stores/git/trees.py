"""The trees of a git repository: folders of names, and how two of them differ."""

import re
import stat
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from endpoint.stores.git.folders import Folder, Row
from endpoint.stores.git.objects import Objects, damaged

FILE = 0o100644
FOLDER = 0o040000


class Entry(NamedTuple):
    """What a tree holds under a name: a mode as git writes it, and an object id."""

    mode: int
    oid: str

    @property
    def is_folder(self) -> bool:
        return stat.S_ISDIR(self.mode)

    @property
    def is_file(self) -> bool:
        """Whether this is a regular file; symbolic links and submodules are not."""
        return stat.S_ISREG(self.mode)

    @property
    def row(self) -> Row:
        return b"%o" % self.mode, bytes.fromhex(self.oid)


_ROW = re.compile(rb"([0-7]+) ([^\0]+)\0(.{20})", re.DOTALL)
_FOLDER_MODES = (b"40000", b"040000")


def parse_tree(data: bytes) -> dict[bytes, Row]:
    """Return the rows of a tree object. Raise ValueError if it is malformed."""
    rows = _ROW.findall(data)
    if sum(map(len, chain.from_iterable(rows))) + 2 * len(rows) != len(data):
        raise ValueError("malformed tree")
    return {name: (mode, oid) for mode, name, oid in rows}


def format_tree(folder: Folder) -> bytes:
    """Return ``folder`` as a tree object: sorted by bytes, folders as if they ended in a slash."""
    rows = sorted(
        (name + b"/" if mode in _FOLDER_MODES else name, mode, name, oid)
        for name, (mode, oid) in folder.items()
    )
    return b"".join([b"%b %b\0%b" % row[1:] for row in rows])


def to_entry(row: Row | None) -> Entry | None:
    """Return ``row`` as numbers and text."""
    return Entry(int(row[0], 8), row[1].hex()) if row else None


class Trees:
    """The folders of a repository, by object id."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects

    def load(self, oid: str) -> Folder:
        """Return the folder ``oid``. Raise Unavailable if it is missing or damaged."""
        return read_tree(self._objects, oid)

    def keep(self, oid: str, folder: Folder) -> None:
        """Remember a folder that was just made."""
        self._objects.folders.keep(oid, folder)

    def find(self, root: str | None, path: str) -> Entry | None:
        """Return what is at ``path`` under the folder ``root``, or None."""
        entry = Entry(FOLDER, root) if root else None
        for name in path.encode("utf-8", "replace").split(b"/"):
            if entry is None or not entry.is_folder:
                return None
            entry = to_entry(self.load(entry.oid).get(name))
        return entry


def read_tree(objects: Objects, oid: str | None) -> Folder:
    """Return the folder ``oid``, empty for None. Raise Unavailable if it is missing or damaged."""
    if oid is None:
        return {}
    folder = objects.folders.get(oid)
    if folder is None:
        try:
            folder = parse_tree(objects.read(oid, "tree"))
        except ValueError as error:
            raise damaged(oid) from error
        objects.folders.keep(oid, folder)
    return folder


def differences(
    objects: Objects, old: str | None, new: str | None, path: str = ""
) -> Iterator[tuple[str, str | None]]:
    """Yield path and blob id of each file that the folder ``new`` has otherwise than ``old``.

    The id is None where the file is gone. ``path`` is where both folders are,
    ending with a slash unless it is the root. Folders with the same id are not
    opened. Symbolic links and submodules count as no file, and names that are
    not UTF-8 are passed over, as nothing else here could name them.
    """
    before, after = read_tree(objects, old), read_tree(objects, new)
    for raw in sorted({raw for raw, _ in before.items() ^ after.items()}):
        if (name := _decode(raw)) is None:
            continue
        was, now = to_entry(before.get(raw)), to_entry(after.get(raw))
        if _file(was) != _file(now):
            yield path + name, _file(now)
        if _folder(was) != _folder(now):
            yield from differences(objects, _folder(was), _folder(now), f"{path}{name}/")


def _file(entry: Entry | None) -> str | None:
    return entry.oid if entry and entry.is_file else None


def _folder(entry: Entry | None) -> str | None:
    return entry.oid if entry and entry.is_folder else None


def _decode(name: bytes) -> str | None:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return None
