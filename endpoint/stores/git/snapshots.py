"""A site's files by its root folder, read and changed in memory: a changed root is another one."""

from collections.abc import Mapping

from endpoint.stores.git.tree_edits import Change, edit_tree
from endpoint.stores.git.trees import Entry, Trees
from endpoint.stores.git.unsaved import Unsaved


class Snapshots:
    """The roots among ``objects``, and those that are made of them; None is an empty one."""

    def __init__(self, objects: Unsaved) -> None:
        self.objects = objects

    def find(self, root: str | None, path: str) -> Entry | None:
        """Return what is at ``path`` under ``root``, if there is anything."""
        return Trees(self.objects).find(root, path)

    def read(self, root: str | None, path: str) -> bytes | None:
        """Return the file at ``path`` under ``root``, if there is one."""
        entry = self.find(root, path)
        return self.content(entry) if entry and entry.is_file else None

    def content(self, entry: Entry | None) -> bytes | None:
        """Return the content of a file, None for none."""
        return self.objects.read(entry.oid, "blob") if entry else None

    def edit(self, root: str | None, changes: Mapping[str, Change]) -> str:
        """Return ``root`` as ``changes`` leave it; raise InvalidRequest as ``edit_tree`` does."""
        edited, objects = edit_tree(Trees(self.objects), root, changes)
        self.objects.add_framed(objects)
        return edited
