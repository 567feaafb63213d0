"""Changes to a tree, made by writing anew only the folders on the way to what changed."""

from collections.abc import Mapping

from endpoint.errors import InvalidRequest
from endpoint.stores.objects import Framed, frame
from endpoint.stores.tree_paths import check_path, sibling_key
from endpoint.stores.trees import FILE, FOLDER, Entry, Trees, format_tree

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
        draft.remove(path.split("/"))
    for path, change in changes.items():
        if isinstance(change, bytes):
            oid, objects[oid] = frame("blob", change)
            draft.put(path.split("/"), oid)
        elif change is not None:
            draft.put(path.split("/"), change.oid, change.mode)
    return draft.finish(objects), objects


class _Draft:
    """A folder that is being changed; the folders inside it are opened as they are needed."""

    def __init__(self, trees: Trees, oid: str | None) -> None:
        self._trees = trees
        self._oid = oid
        self._entries = dict(trees.load(oid)) if oid else {}
        self._open: dict[str, _Draft] = {}

    def remove(self, names: list[str]) -> None:
        name, *rest = names
        entry = self._entries.get(name)
        if rest and entry and entry.is_folder:
            self._folder(name).remove(rest)
            self._close_if_empty(name)
        elif not rest:
            self._entries.pop(name, None)
            self._open.pop(name, None)

    def put(self, names: list[str], oid: str, mode: int | None = None) -> None:
        """Put an object at a path; without a mode, a file with the mode of the one it replaces."""
        name, *rest = names
        self._check_siblings(name)
        if rest:
            self._folder(name).put(rest, oid, mode)
            return
        old = self._entries.get(name, Entry(mode or FILE, ""))
        new = Entry(mode or old.mode, oid)
        if not (old.is_file and new.is_file) and name in self._entries:
            raise InvalidRequest("There is a folder or a link where a file should go.")
        self._entries[name] = new

    def finish(self, objects: dict[str, bytes]) -> str:
        """Return this folder's id, having added what must be stored to ``objects``."""
        for name, draft in self._open.items():
            self._entries[name] = Entry(FOLDER, draft.finish(objects))
        oid, framed = frame("tree", format_tree(self._entries))
        if oid != self._oid:
            objects[oid] = framed
        return oid

    def _folder(self, name: str) -> "_Draft":
        entry = self._entries.get(name)
        if entry and not entry.is_folder:
            raise InvalidRequest("The path of a file leads through something that is no folder.")
        if name not in self._open:
            self._open[name] = _Draft(self._trees, entry.oid if entry else None)
            self._entries.setdefault(name, Entry(FOLDER, ""))
        return self._open[name]

    def _close_if_empty(self, name: str) -> None:
        if not self._open[name]._entries:
            del self._entries[name], self._open[name]

    def _check_siblings(self, name: str) -> None:
        if name in self._entries:
            return
        key = sibling_key(name)
        if any(sibling_key(sibling) == key for sibling in self._entries):
            raise InvalidRequest("The path of a file differs by case alone from one that exists.")
