"""What the site's bare git repository holds: read by commit and path."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from endpoint.errors import Unavailable
from endpoint.stores.git.access import Access
from endpoint.stores.git.bulk import list_files, read_blobs
from endpoint.stores.git.commits import parse_commit, parse_tree_id
from endpoint.stores.git.objects import MissingObject, Objects, is_oid
from endpoint.stores.git.promisors import Promisor
from endpoint.stores.git.refs import Branch
from endpoint.stores.git.trees import FILE, FOLDER, Entry, Trees, differences

PATIENCE_S = 10
"""How long a few files of a partial clone may take: who reads one may hold the lock."""

_AT_ONCE = 10_000
"""Files that a partial clone fetches before the first of them is read."""


class History:
    """The commits of a bare repository, and the branch that posts go to; any thread may ask.

    Each method raises Unavailable if repository, branch or an object is missing
    or damaged.
    """

    def __init__(
        self,
        path: Path,
        *,
        branch: str,
        remote: Access | None = None,
        patience_s: float = PATIENCE_S,
    ) -> None:
        """What a partial clone misses comes from ``remote``; a few files have ``patience_s``.

        Raise ConfigError if git takes no branch of that name.
        """
        self.path = path.absolute()
        self._branch = Branch(self.path, branch)
        self._promisor = Promisor(self.path, remote, patience_s)
        self._objects = Objects(self.path, self._promisor.bring)

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
