"""One action's look at the site and its commit, which goes on top of what others pushed."""

from collections.abc import Mapping
from datetime import datetime

from endpoint.errors import Unavailable
from endpoint.stores.git.commits import format_commit, parse_tree_id
from endpoint.stores.git.objects import Objects, frame
from endpoint.stores.git.refs import Branch
from endpoint.stores.git.signing import Sign
from endpoint.stores.git.tree_edits import Change, edit_tree
from endpoint.stores.git.trees import Entry, Trees

_ATTEMPTS = 5


class Conflict(Unavailable):
    """Somebody pushed a change to the very files this action looked at; it may be tried again."""

    retry_after_s = 1


class Writer:
    """The site as it was when the lock was taken, and the way to change it.

    ``parent`` is the commit it stands on, None in a repository without any.
    Made by ``Repository.writing()``, for one thread, until the ``with`` ends.
    """

    def __init__(
        self, objects: Objects, branch: Branch, parent: str | None, author: str, sign: Sign
    ) -> None:
        self._objects = objects
        self._branch = branch
        self._author = author
        self._sign = sign
        self._stand_on(parent)

    @property
    def commit_id(self) -> str:
        """The commit this stands on; empty in a repository without any."""
        return self._parent or ""

    def read(self, path: str) -> bytes | None:
        """Return the content of the regular file at ``path``, or None."""
        entry = self.object_id(path)
        return self._objects.read(entry.oid, "blob") if entry and entry.is_file else None

    def exists(self, path: str) -> bool:
        """Whether there is a file, a folder or anything else at ``path``."""
        return self.object_id(path) is not None

    def object_id(self, path: str) -> Entry | None:
        """Return mode and object id of what is at ``path``, or None."""
        if path not in self._seen:
            self._seen[path] = self._trees.find(self._root, path)
        return self._seen[path]

    def commit(
        self, changes: Mapping[str, Change], message: str, at: datetime, author: str | None = None
    ) -> str:
        """Make ``changes`` one durable commit, stand on it and return its id.

        ``changes`` maps a path to a file's content, to an ``Entry`` of the
        history that is to be there again, or to None for what is to go, a file
        or a folder. If they change nothing there is no commit, and the id is
        the old one. If the owner pushed meanwhile they are made on top, as long
        as nothing that this writer was asked for or is to change is different
        there; otherwise Conflict is raised.

        Raise InvalidRequest for a path or an author git could be misled by,
        InsufficientStorage or Unavailable if the disk or the repository fail;
        the branch is then where it was.
        """
        self._look_at(changes)
        for _ in range(_ATTEMPTS):
            root, objects = edit_tree(self._trees, self._root, changes)
            if root == self._root:
                return self.commit_id
            oid, framed = frame("commit", self._format(root, message, at, author))
            self._objects.write({**objects, oid: framed})
            if self._branch.move(self._parent, oid):
                self._stand_on(oid)
                return oid
            self._follow()
        raise Conflict("The repository is too busy with pushes; try again.")

    def _look_at(self, changes: Mapping[str, Change]) -> None:
        """Note what is where a change goes, and see that what it puts there is in the history."""
        for path, change in changes.items():
            self.object_id(path)
            if isinstance(change, Entry):
                self._objects.read(change.oid, "tree" if change.is_folder else "blob")

    def _format(self, root: str, message: str, at: datetime, author: str | None) -> bytes:
        names = {"author": author or self._author, "committer": self._author}
        return self._sign(format_commit(root, self._parent, **names, at=at, message=message))

    def _stand_on(self, commit: str | None) -> None:
        self._parent = commit
        self._trees = Trees(self._objects)
        self._root = parse_tree_id(self._objects.read(commit, "commit")) if commit else None
        self._seen: dict[str, Entry | None] = {}

    def _follow(self) -> None:
        """Stand on what was pushed. Raise Conflict if it changed something we have looked at."""
        seen, pushed = self._seen, self._branch.read()
        if pushed is None:
            raise Unavailable("The branch of the repository has just been deleted.")
        self._stand_on(pushed)
        if any(self.object_id(path) != entry for path, entry in seen.items()):
            raise Conflict("Somebody pushed a change to the same files; try again.")
