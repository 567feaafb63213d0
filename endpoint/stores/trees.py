"""The trees of a git repository: folders of names, and how two of them differ."""

import stat
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from endpoint.stores.objects import Objects, damaged

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


Folder = Mapping[str, Entry]


def parse_tree(data: bytes) -> dict[str, Entry]:
    """Return the entries of a tree object; a name that is not UTF-8 comes with surrogates."""
    entries = {}
    position = 0
    while position < len(data):
        end = data.index(b"\0", position)
        mode, _, name = data[position:end].partition(b" ")
        position = end + 21
        entry = Entry(int(mode, 8), data[end + 1 : position].hex())
        entries[name.decode("utf-8", "surrogateescape")] = entry
    return entries


def format_tree(folder: Folder) -> bytes:
    """Return ``folder`` as a tree object: sorted by bytes, folders as if they ended in a slash."""
    rows = []
    for name, (mode, oid) in folder.items():
        raw = name.encode("utf-8", "surrogateescape")
        key = raw + b"/" if stat.S_ISDIR(mode) else raw
        rows.append((key, b"%o %s\0%s" % (mode, raw, bytes.fromhex(oid))))
    return b"".join(row for _, row in sorted(rows))


class Trees:
    """Folders by object id, each read once; made anew for each piece of work."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self._known: dict[str, Folder] = {}

    def load(self, oid: str) -> Folder:
        """Return the folder ``oid``. Raise Unavailable if it is missing or damaged."""
        if oid not in self._known:
            self._known[oid] = read_tree(self._objects, oid)
        return self._known[oid]

    def find(self, root: str | None, path: str) -> Entry | None:
        """Return what is at ``path`` under the folder ``root``, or None."""
        entry = Entry(FOLDER, root) if root else None
        for name in path.split("/"):
            if entry is None or not entry.is_folder:
                return None
            entry = self.load(entry.oid).get(name)
        return entry


def read_tree(objects: Objects, oid: str | None) -> dict[str, Entry]:
    """Return the folder ``oid``, empty for None. Raise Unavailable if it is missing or damaged."""
    if oid is None:
        return {}
    try:
        return parse_tree(objects.read(oid, "tree"))
    except ValueError as error:
        raise damaged(oid) from error


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
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was == now or not _is_text(name):
            continue
        if _file(was) != _file(now):
            yield path + name, _file(now)
        if _folder(was) != _folder(now):
            yield from differences(objects, _folder(was), _folder(now), f"{path}{name}/")


def _file(entry: Entry | None) -> str | None:
    return entry.oid if entry and entry.is_file else None


def _folder(entry: Entry | None) -> str | None:
    return entry.oid if entry and entry.is_folder else None


def _is_text(name: str) -> bool:
    return name.isascii() or not any("\ud800" <= char <= "\udfff" for char in name)
