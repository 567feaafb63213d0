"""Files that theirs have moved as they were: what we did to them goes to where they are."""

from collections.abc import Callable, Mapping

from endpoint.domain.merging import Clash
from endpoint.stores.git.snapshots import Snapshots
from endpoint.stores.git.tree_edits import Change
from endpoint.stores.git.trees import Entry, differences

Owned = Callable[[str], str]
"""Returns what belongs to the post of that path: the path itself, or the post's folder."""

Followed = dict[str, tuple[str, Entry]]
"""Files of ours by the path they have here: their path there, and what we made of them."""


class Renames:
    """What theirs have moved since the root ``fork``; ``owned`` says what goes with a post."""

    def __init__(self, snapshots: Snapshots, fork: str | None, owned: Owned) -> None:
        self._snapshots = snapshots
        self._fork = fork
        self._owned = owned

    def find(self, theirs: str, base: Entry) -> str | None:
        """Return where the very file that is gone in ``theirs`` has come up again."""
        for path, oid in differences(self._snapshots.objects, self._fork, theirs):
            if oid == base.oid and not self._snapshots.find(self._fork, path):
                return path
        return None

    def require_gone(self, before: str | None, after: str, theirs: str) -> None:
        """Raise Clash if a file that goes here has another place there: it would live on."""
        for path, oid in differences(self._snapshots.objects, before, after):
            entry = None if oid else self._snapshots.find(before, path)
            if entry and not self._snapshots.find(theirs, path) and self.find(theirs, entry):
                raise Clash(f"{path}: it was deleted here and moved there")

    def follow(self, followed: Followed, before: str | None, after: str) -> dict[str, Change]:
        """Return what puts ``followed`` where they are there, and what came with them."""
        changes: dict[str, Change] = {}
        for old, (new, entry) in followed.items():
            changes[new] = entry
            folder, place = self._owned(old), self._owned(new)
            if old != folder and new != place:
                for name, added in self._added(before, after, folder).items():
                    if f"{folder}/{name}" not in followed:
                        changes |= {f"{folder}/{name}": None, f"{place}/{name}": added}
        return changes

    def _added(self, before: str | None, after: str, folder: str) -> Mapping[str, Entry | None]:
        """Return what is new under ``folder``, by its path from there."""
        folders = [self._snapshots.find(root, folder) for root in (before, after)]
        olds, news = (entry.oid if entry else None for entry in folders)
        return {
            name: self._snapshots.find(after, f"{folder}/{name}")
            for name, oid in differences(self._snapshots.objects, olds, news)
            if oid and not self._snapshots.find(before, f"{folder}/{name}")
        }
