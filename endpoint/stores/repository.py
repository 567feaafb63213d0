"""The site's bare git repository: read as a history, written one commit at a time."""

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Self

from endpoint.errors import ConfigError, Unavailable
from endpoint.stores.disk import disk_errors
from endpoint.stores.git.access import Access
from endpoint.stores.git.command import read_settings, run_git
from endpoint.stores.git.commits import is_person
from endpoint.stores.git.group_writer import GroupWriter
from endpoint.stores.git.history import PATIENCE_S, History
from endpoint.stores.git.mover import Mover
from endpoint.stores.git.signing import Sign, leave_unsigned
from endpoint.stores.git.tree_edits import Change
from endpoint.stores.git.trees import Entry
from endpoint.stores.git.unsaved import Unsaved
from endpoint.stores.git.writer import Conflict, Writer

__all__ = ["Change", "Conflict", "Entry", "GroupWriter", "Repository", "Writer"]

# What the owner's pushes must not do: undo posts, bring harmful trees, or outrun the disk.
_SETTINGS = {
    "receive.denynonfastforwards": "true",
    "receive.fsckobjects": "true",
    "core.fsync": "committed,reference",
}

# A bare repository gets bitmaps of what commits hold; without all of that git gc fails.
_PARTIAL = {"repack.writebitmaps": "false"}


class Repository(History):
    """A bare repository that commits are made in; any thread may use it.

    Each method raises Unavailable as those of its history do, and one that writes
    InsufficientStorage if the disk is full.
    """

    def __init__(
        self,
        path: Path,
        *,
        branch: str,
        author: str,
        sign: Sign = leave_unsigned,
        remote: Access | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """``author``, such as ``Ada <ada@site.example>``, makes the commits. Raise ConfigError.

        Each goes through ``sign`` before it is stored; the rest as with any history.
        """
        if not is_person(author):
            raise ConfigError("repository.author: must read like Ada <ada@site.example>")
        super().__init__(path, branch=branch, remote=remote, patience_s=patience_s)
        self._author = author
        self.sign = sign

    @classmethod
    def init(cls, path: Path, *, branch: str, author: str) -> Self:
        """Make a bare repository, which has no commit until ``begin`` is called."""
        repository = cls(path, branch=branch, author=author)
        with disk_errors("repository"):
            repository.path.mkdir(parents=True, exist_ok=True)
        run_git(repository.path, "init", "--quiet", "--bare", f"--initial-branch={branch}")
        repository.prepare()
        return repository

    def begin(self, files: Mapping[str, bytes], message: str, at: datetime) -> str:
        """Make the branch, with ``files`` as its first commit, and return the commit's id."""
        with self._locked():
            if self._branch.read() is not None:
                raise Unavailable("The branch of the repository has commits already.")
            return self._writer(None).commit(files, message, at)

    def prepare(self) -> None:
        """Make the repository ready at the start: safe for pushes, free of dead locks.

        A setting that the owner has made stays as it is.
        """
        with self._locked():
            settings = read_settings(self.path)
            ids = settings.get("extensions.objectformat", "sha1")
            if (ids, settings.get("extensions.refstorage", "files")) != ("sha1", "files"):
                raise Unavailable("The repository has another format than SHA-1 and ref files.")
            wanted = _SETTINGS | (_PARTIAL if self._promisor.filter else {})
            for name in wanted.keys() - settings.keys():
                run_git(self.path, "config", name, wanted[name])
            self._branch.clear_locks()

    def tidy(self) -> None:
        """Let ``git gc`` pack what has gathered, if it finds that worth while."""
        run_git(self.path, "gc", "--auto", "--quiet", timeout_s=3600)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Give the only writer of all threads and processes, standing on the newest commit.

        It may not be asked for again inside the ``with``.
        """
        with self._locked():
            yield self._writer(self.head())

    @contextmanager
    def writing_together(self) -> Iterator[Callable[[], GroupWriter]]:
        """Give what makes a writer for several actions, standing on the newest commit by then.

        As with ``writing()`` there is no other writer meanwhile; a second one is
        for what the first could not flush.
        """
        with self._locked():
            yield self._group_writer

    def unsaved(self) -> Unsaved:
        """Return the objects of the repository, to which more can be added in memory."""
        return Unsaved(self.path, self._objects)

    @contextmanager
    def moving(self) -> Iterator[Mover]:
        """Give what moves the branch to commits made elsewhere; no writer is at work meanwhile."""
        with self._locked():
            yield Mover(self.path, self._branch)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._check_present()
        with ExitStack() as stack:
            with disk_errors("repository"):
                lock = stack.enter_context((self.path / "endpoint.lock").open("a"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            # Said aloud, because a process forked meanwhile has the file open too.
            stack.callback(fcntl.flock, lock, fcntl.LOCK_UN)
            yield

    def _writer(self, commit: str | None) -> Writer:
        return Writer(self._objects, self._branch, commit, self._author, self.sign)

    def _group_writer(self) -> GroupWriter:
        return GroupWriter(self.unsaved(), self._branch, self.head(), self._author, self.sign)
