"""Several actions' look at the site: each makes its own commit, and all wait once for the disk."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import TypeVar

from endpoint.stores.git.objects import frame
from endpoint.stores.git.refs import Branch
from endpoint.stores.git.signing import Sign
from endpoint.stores.git.tree_edits import Change, edit_tree
from endpoint.stores.git.unsaved import Unsaved
from endpoint.stores.git.writer import Writer
from endpoint.stores.groups import Later

T = TypeVar("T")


class GroupWriter(Writer):
    """The site as the actions before this one leave it, and the way to change it.

    What they read through this writer is up to date; what they know from
    elsewhere, such as the index, is from before the group, so they claim it.
    """

    def __init__(
        self, unsaved: Unsaved, branch: Branch, parent: str | None, author: str, sign: Sign
    ) -> None:
        self._unsaved = unsaved
        self._begun_on = parent
        self._claimed: frozenset[str] = frozenset()
        self._own_claims: set[str] = set()
        super().__init__(unsaved, branch, parent, author, sign)

    def attempt(self, action: Callable[["GroupWriter"], T]) -> T:
        """Return what ``action`` returns; if it raises, nothing of it is left."""
        before, mark = self._parent, self._unsaved.mark()
        self._own_claims = set()
        try:
            result = action(self)
        except BaseException:
            self._unsaved.forget(mark)
            self._stand_on(before)
            raise
        self._claimed |= self._own_claims
        return result

    def claim(self, name: str) -> None:
        """Say that this action goes by what is known of ``name`` from elsewhere, or changes that.

        Raise Later if an action before it in the group has done so.
        """
        if self.is_claimed(name):
            raise Later
        self._own_claims.add(name)

    def is_claimed(self, name: str) -> bool:
        """Whether an action before this one in the group has claimed ``name``."""
        return name in self._claimed

    def commit(
        self, changes: Mapping[str, Change], message: str, at: datetime, author: str | None = None
    ) -> str:
        """Make ``changes`` a commit, stand on it and return its id; ``flush`` makes it durable.

        Otherwise as ``Writer.commit``, but never a Conflict.
        """
        self._look_at(changes)
        root, objects = edit_tree(self._trees, self._root, changes)
        if root != self._root:
            oid, framed = frame("commit", self._format(root, message, at, author))
            self._unsaved.add_framed({**objects, oid: framed})
            self._stand_on(oid)
        return self.commit_id

    @property
    def has_commits(self) -> bool:
        """Whether any action has made one."""
        return self._parent != self._begun_on

    def flush(self) -> bool:
        """Make all commits durable and move the branch; all at once, or nothing.

        The answer is False if a push was faster: the actions must be run again
        by another writer. Raise InsufficientStorage or Unavailable if the disk
        or the repository fail; the branch is then where it was.
        """
        if not self.has_commits:
            return True
        # What the branch will hold is known by now, so all of it waits for the disk at once.
        self._unsaved.save(beside=partial(self._branch.draft, self.commit_id))
        return self._branch.move(self._begun_on, self.commit_id, is_drafted=True)
