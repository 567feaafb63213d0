"""Changes to a tree, made by writing anew only the folders on the way to what changed."""

from collections.abc import Mapping

from endpoint.errors import InvalidRequest
from endpoint.stores.git.objects import frame
from endpoint.stores.git.pack_format import Framed
from endpoint.stores.git.tree_paths import check_path, sibling_key
from endpoint.stores.git.trees import FILE, FOLDER, Entry, Trees, format_tree, to_entry

# A file's content; an object to be put there as it is; or None for what is to go.
Change = bytes | Entry | None


def edit_tree(trees: Trees, root: str | None, changes: Mapping[str, Change]) -> tuple[str, Framed]:
    """Return the id of ``root`` as ``changes`` leave it, and the objects to store for it.

    ``changes`` has a key for each path from the root. What is to go, a file or
    a whole folder, goes first; it may be gone already. A file that was there
    keeps its mode, and a folder that is left empty disappears.

    Raise InvalidRequest if a path may not be written: see ``check_path``, and
    for names that differ by case alone, a file where a folder is or the
    reverse, a symbolic link or a submodule on the way.
    """
    for path in changes:
        check_path(path)
    draft = _Draft(trees, root)
    objects: dict[str, bytes] = {}
    for path in (path for path, change in changes.items() if change is None):
        draft.remove(path.encode().split(b"/"))
    for path, change in changes.items():
        if isinstance(change, bytes):
            oid, objects[oid] = frame("blob", change)
            draft.put(path.encode().split(b"/"), oid)
        elif change is not None:
            draft.put(path.encode().split(b"/"), change.oid, change.mode)
    return draft.finish(objects), objects


class _Draft:
    """A folder that is being changed; the folders inside it are opened as they are needed."""

    def __init__(self, trees: Trees, oid: str | None) -> None:
        self._trees = trees
        self._oid = oid
        self._rows = dict(trees.load(oid)) if oid else {}
        self._open: dict[bytes, _Draft] = {}

    def remove(self, names: list[bytes]) -> None:
        name, *rest = names
        entry = to_entry(self._rows.get(name))
        if rest and entry and entry.is_folder:
            self._folder(name).remove(rest)
            self._close_if_empty(name)
        elif not rest:
            self._rows.pop(name, None)
            self._open.pop(name, None)

    def put(self, names: list[bytes], oid: str, mode: int | None = None) -> None:
        """Put an object at a path; without a mode, a file with the mode of the one it replaces."""
        name, *rest = names
        self._check_siblings(name)
        if rest:
            self._folder(name).put(rest, oid, mode)
            return
        old = to_entry(self._rows.get(name))
        new = Entry(mode or (old.mode if old else FILE), oid)
        if not (new.is_file or new.is_folder) or (old and not (old.is_file and new.is_file)):
            raise InvalidRequest("There is a folder or a link where a file should go.")
        self._rows[name] = new.row

    def finish(self, objects: dict[str, bytes]) -> str:
        """Return this folder's id, having added what must be stored to ``objects``."""
        for name, draft in self._open.items():
            self._rows[name] = Entry(FOLDER, draft.finish(objects)).row
        oid, framed = frame("tree", format_tree(self._rows))
        if oid != self._oid:
            objects[oid] = framed
            self._trees.keep(oid, self._rows)
        return oid

    def _folder(self, name: bytes) -> "_Draft":
        entry = to_entry(self._rows.get(name))
        if entry and not entry.is_folder:
            raise InvalidRequest("The path of a file leads through something that is no folder.")
        if name not in self._open:
            self._open[name] = _Draft(self._trees, entry.oid if entry else None)
            self._rows.setdefault(name, Entry(FOLDER, "").row)
        return self._open[name]

    def _close_if_empty(self, name: bytes) -> None:
        if not self._open[name]._rows:
            del self._rows[name], self._open[name]

    def _check_siblings(self, name: bytes) -> None:
        if name in self._rows:
            return
        # All names as one text between NULs: a large folder is looked through for each post.
        names = b"\0".join([b"", *self._rows, b""]).decode("utf-8", "surrogateescape")
        if sibling_key(f"\0{name.decode()}\0") in sibling_key(names):
            raise InvalidRequest("The path of a file differs by case alone from one that exists.")
