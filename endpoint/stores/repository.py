"""The site's bare git repository: read by commit and path, written one commit at a time."""

import fcntl
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Self

from endpoint.errors import ConfigError, Unavailable
from endpoint.stores.disk import disk_errors
from endpoint.stores.git.access import Access
from endpoint.stores.git.bulk import list_files, read_blobs
from endpoint.stores.git.command import read_settings, run_git
from endpoint.stores.git.commits import is_person, parse_commit, parse_tree_id
from endpoint.stores.git.group_writer import GroupWriter
from endpoint.stores.git.mover import Mover
from endpoint.stores.git.objects import MissingObject, Objects, is_oid
from endpoint.stores.git.promisors import Promisor
from endpoint.stores.git.refs import Branch
from endpoint.stores.git.signing import Sign, leave_unsigned
from endpoint.stores.git.tree_edits import Change
from endpoint.stores.git.trees import FILE, FOLDER, Entry, Trees, differences
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

_PATIENCE_S = 10
"""How long a few files of a partial clone may take: who reads one may hold the lock."""

_AT_ONCE = 10_000
"""Files that a partial clone fetches before the first of them is read."""


class Repository:
    """A bare repository and the branch posts go to; any thread may use it.

    Each method raises Unavailable if repository, branch or an object is missing
    or damaged, and one that writes InsufficientStorage if the disk is full.
    """

    def __init__(
        self,
        path: Path,
        *,
        branch: str,
        author: str,
        sign: Sign = leave_unsigned,
        remote: Access | None = None,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        """``author``, such as ``Ada <ada@site.example>``, makes the commits. Raise ConfigError.

        Each goes through ``sign`` before it is stored. What a partial clone misses
        comes from ``remote`` when it is read; a few files have ``patience_s``.
        """
        if not is_person(author):
            raise ConfigError("repository.author: must read like Ada <ada@site.example>")
        self.path = path.absolute()
        self._author = author
        self.sign = sign
        self._branch = Branch(self.path, branch)
        self._promisor = Promisor(self.path, remote, patience_s)
        self._objects = Objects(self.path, self._promisor.bring)

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

    def head(self) -> str:
        """Return the id of the branch's newest commit."""
        commit = self._branch.read()
        if commit is None:
            self._check_present()
            raise Unavailable("The repository has no branch of the configured name.")
        return commit

    def has(self, commit: str) -> bool:
        """Say whether ``commit`` is a commit that is here, on whichever branch."""
        # On the disk: what was written last is remembered, even if git gc has dropped it since.
        if not is_oid(commit) or self._objects.missing([commit]):
            return False
        return self._objects.find(commit)[0] == "commit"

    def committed_at(self, commit: str) -> datetime:
        """Return when ``commit`` was made."""
        return parse_commit(self._objects.read(commit, "commit")).committed_at

    def read(self, path: str, commit: str | None = None) -> bytes | None:
        """Return the file at ``path`` in ``commit``, or in the newest; None if there is none."""
        root = self._root(commit or self.head())
        entry = Trees(self._objects).find(root, path)
        return self.read_object(entry.oid) if entry and entry.is_file else None

    def read_object(self, oid: str) -> bytes:
        """Return the content of the blob ``oid``."""
        return self._objects.read(oid, "blob")

    def entry(self, oid: str) -> Entry:
        """Return the blob or tree ``oid`` of the history as something to commit again."""
        return Entry(FOLDER if self._objects.obtain(oid)[0] == "tree" else FILE, oid)

    def files(self, commit: str, prefix: str = "") -> Iterator[tuple[str, str]]:
        """Yield path and blob id of each regular file in the folder ``prefix`` of ``commit``."""
        folder, root = prefix.strip("/"), self._root(commit)
        entry = Trees(self._objects).find(root, folder) if folder else Entry(FOLDER, root)
        if entry and entry.is_folder:
            yield from self.files_of(entry, folder)

    def files_of(self, entry: Entry, path: str) -> Iterator[tuple[str, str]]:
        """Yield path and blob id of each regular file that ``entry`` would bring to ``path``."""
        if entry.is_file:
            yield path, entry.oid
            return
        for found, oid in differences(self._objects, None, entry.oid, f"{path}/" if path else ""):
            if oid is not None:
                yield found, oid

    def changes(self, old: str | None, new: str) -> Iterator[tuple[str, str | None]]:
        """Yield path and blob id of each regular file that differs; None if it is gone.

        Every file of ``new`` comes if ``old`` is None or no commit that is here.
        """
        root, known = self._root(new), self._known_root(old)
        if known is None:
            # Everything: for git, which opens the folders of a large site much faster.
            yield from list_files(self.path, new)
        else:
            yield from differences(self._objects, known, root)

    @property
    def is_partial(self) -> bool:
        """Whether files may have to be fetched, which takes as long for one as for many."""
        return bool(self._promisor.filter)

    def bring(self, oids: Iterable[str]) -> None:
        """Fetch those of the blobs ``oids`` that a partial clone has not got."""
        # A list, because whoever makes the ids may be reading objects to do so.
        if self.is_partial and (missing := self._objects.missing(list(oids))):
            self._promisor.bring(missing)

    def read_many(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yield id and content of each blob, fast, in the order asked for."""
        pending = iter(oids)
        while chunk := list(islice(pending, _AT_ONCE)):
            self.bring(chunk)
            yield from read_blobs(self.path, chunk)

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

    def _root(self, commit: str) -> str:
        return parse_tree_id(self._objects.read(commit, "commit"))

    def _known_root(self, commit: str | None) -> str | None:
        try:
            return self._root(commit) if commit else None
        except MissingObject:
            return None

    def _check_present(self) -> None:
        if not (self.path / "objects").is_dir():
            raise Unavailable("There is no bare git repository at the configured path.")
