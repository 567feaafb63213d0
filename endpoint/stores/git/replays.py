"""Commits put on top of others one by one, in memory, until all of them are stored at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from endpoint.domain.merging import Clash
from endpoint.errors import Unavailable
from endpoint.stores.git.commits import Original, format_replayed, parse_commit
from endpoint.stores.git.histories import is_behind
from endpoint.stores.git.relocations import Relocation, relocate, relocate_object
from endpoint.stores.git.renames import Followed, Owned, Renames
from endpoint.stores.git.signing import Sign, leave_unsigned
from endpoint.stores.git.snapshots import Snapshots
from endpoint.stores.git.tree_merges import Meeting, merge_trees
from endpoint.stores.git.trees import FILE, Entry, differences
from endpoint.stores.git.unsaved import Unsaved


@dataclass(frozen=True)
class Versions:
    """The three versions of a file that both sides changed; None where there is no file."""

    path: str
    base: bytes | None
    ours: bytes | None
    theirs: bytes | None


Merge = Callable[[Versions], bytes | None]
"""Returns what becomes of a file that both sides changed, or raises."""


class Replay:
    """The history from ``onto`` on, to which commits of another one are added.

    ``fork`` is where both began. ``merge`` is asked about files that both
    sides changed; what it raises leaves the replay as it was. ``owned`` says
    what goes with a post that they have moved. For one thread.
    """

    def __init__(
        self,
        repository: Path,
        objects: Unsaved,
        onto: str,
        fork: str | None,
        committer: str,
        merge: Merge,
        owned: Owned,
        sign: Sign = leave_unsigned,
    ) -> None:
        self._repository = repository
        self._objects = objects
        self._committer = committer
        self._merge = merge
        self._sign = sign
        self._snapshots = Snapshots(objects)
        self._renames = Renames(self._snapshots, self.root(fork) if fork else None, owned)
        self.relocations: list[Relocation] = []
        self.head = self._onto = onto

    def original(self, commit: str) -> Original:
        """Return the parts of ``commit``."""
        try:
            return parse_commit(self._objects.read(commit, "commit"))
        except (ValueError, LookupError, OverflowError, OSError) as error:
            raise Unavailable(f"Commit {commit} of the repository is malformed.") from error

    def root(self, commit: str) -> str:
        """Return the id of the root folder of ``commit``."""
        return self.original(commit).tree

    def read(self, commit: str, path: str) -> bytes | None:
        """Return the file at ``path`` in ``commit``, if there is one."""
        return self._snapshots.read(self.root(commit), path)

    def exists(self, commit: str, path: str) -> bool:
        """Whether ``commit`` has anything at ``path``."""
        return self._snapshots.find(self.root(commit), path) is not None

    def relocate(self, relocation: Relocation) -> None:
        """Take what the commits to come have at a place as if it were at another."""
        self.relocations.append(relocation)

    def relocate_object(self, oid: str, relocation: Relocation) -> str:
        """Return the id of the file or folder ``oid``, of the old place, as it is at the new."""
        return relocate_object(self._snapshots, oid, relocation)

    def made(self, commit: str) -> list[str]:
        """Return the paths of the files that ``commit`` has and its parent has not."""
        before, after = self._sides(commit)
        changes = differences(self._objects, before, after)
        return [path for path, oid in changes if oid and not self._snapshots.find(before, path)]

    def had(self, commit: str, path: str) -> bool:
        """Whether there was anything at ``path`` before ``commit``."""
        return self._snapshots.find(self._sides(commit)[0], path) is not None

    def add(self, commit: str, at: datetime) -> None:
        """Put the changes of ``commit`` on top; one that changes nothing more is left out.

        Its message and author stay, and ``at`` is when it is committed anew.
        """
        original = self.original(commit)
        before, after = self._sides(commit)
        theirs = self.root(self.head)
        self._renames.require_gone(before, after, theirs)
        followed: Followed = {}
        tree = merge_trees(
            self._objects, before, after, theirs, lambda meeting: self._settle(meeting, followed)
        )
        if followed:
            changes = self._renames.follow(followed, before, after)
            tree = self._snapshots.edit(tree, changes)
        if tree != theirs or before == after:
            made = format_replayed(original, tree, self.head, self._committer, at)
            self.head = self._objects.add("commit", self._sign(made))

    def save(self) -> None:
        """Store the new commits; they would outlive a power cut from then on."""
        self._objects.save()

    def _settle(self, meeting: Meeting, followed: Followed) -> Entry | None:
        base, ours, theirs = meeting.base, meeting.ours, meeting.theirs
        if theirs is None and ours and base and (path := self._find_moved(base)):
            followed[meeting.path] = path, ours
            return None
        if any(entry and not entry.is_file for entry in (base, ours, theirs)):
            raise Clash(f"{meeting.path}: both sides changed what kind of thing is there")
        contents = map(self._snapshots.content, (base, ours, theirs))
        merged = self._merge(Versions(meeting.path, *contents))
        if merged is None:
            return None
        return Entry(_choose_mode(base, ours, theirs), self._objects.add("blob", merged))

    def _find_moved(self, base: Entry) -> str | None:
        return self._renames.find(self.root(self.head), base)

    def _sides(self, commit: str) -> tuple[str | None, str]:
        """Return the root folders before and after ``commit``, with posts relocated."""
        original = self.original(commit)
        parent = self._find_parent(original)
        before, after = self.root(parent) if parent else None, original.tree
        for relocation in self.relocations:
            before = before and relocate(self._snapshots, before, relocation)
            after = relocate(self._snapshots, after, relocation)
        return before, after

    def _find_parent(self, original: Original) -> str | None:
        """Return the parent that a commit is the change of: of a merge, one that theirs has."""
        first, *others = original.parents or (None,)
        known = (other for other in others if is_behind(self._repository, other, self._onto))
        return next(known, first)


def _choose_mode(base: Entry | None, ours: Entry | None, theirs: Entry | None) -> int:
    if ours and theirs and base and theirs.mode == base.mode:
        return ours.mode
    present = theirs or ours
    return present.mode if present else FILE
