"""The work tree that builds read, which follows the bare repository."""

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from endpoint.errors import Unavailable
from endpoint.stores.disk import disk_errors
from endpoint.stores.git.command import run_git
from endpoint.stores.git.refs import Branch


class Checkout:
    """A clone of the bare repository at ``repository``, showing its ``branch``.

    It belongs to the server: changes to its files are undone by the next
    update. Files that git does not know stay, a finished build for one.
    """

    def __init__(self, path: Path, repository: Path, branch: str) -> None:
        self._path = path.absolute()
        self._git = self._path / ".git"
        self._repository = repository.absolute()
        self._source = Branch(self._repository, branch)
        self._shown = Branch(self._git, branch)
        self._fetched = f"refs/remotes/origin/{branch}"

    def commit(self) -> str | None:
        """Return the id of the commit that is shown, or None before the first update."""
        return self._shown.read()

    def update(self) -> str:
        """Show the newest commit of the branch, and return its id.

        Raise Unavailable if repository, branch or folder cannot be used, and
        InsufficientStorage if the disk is full. What a failed or killed update
        has left half done is mended by the next one.
        """
        if self._source.read() is None:
            raise Unavailable("The repository has no branch of the configured name.")
        with self._locked():
            self._clear_locks()
            run_git(self._path, "init", "--quiet", "--template=", f"--initial-branch={self._name}")
            # A killed update has written files that only its own commit knows of.
            if (begun := self._find_fetched()) and begun != self.commit():
                self._show(begun)
            self._fetch()
            self._show(self._find_fetched())
            return self._find_fetched()

    @property
    def _name(self) -> str:
        return self._source.name

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with ExitStack() as stack:
            with disk_errors("checkout"):
                self._claim()
                lock = stack.enter_context((self._git / "endpoint.lock").open("a"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            stack.callback(fcntl.flock, lock, fcntl.LOCK_UN)
            yield

    def _claim(self) -> None:
        """Make the folder, or see that it is ours: somebody's own work would be lost."""
        names = {name.name for name in self._path.iterdir()} if self._path.exists() else set()
        is_taken = bool(names - {".git"}) or (".git" in names and any(self._git.iterdir()))
        if is_taken and not (self._git / "endpoint.lock").exists():
            raise Unavailable("The folder for the checkout holds something else already.")
        self._git.mkdir(parents=True, exist_ok=True)

    def _clear_locks(self) -> None:
        # Whoever made them is dead: we hold the lock that everyone takes first.
        with disk_errors("checkout"):
            for lock in [*self._git.glob("*.lock"), *(self._git / "refs").rglob("*.lock")]:
                if lock.name != "endpoint.lock":
                    lock.unlink(missing_ok=True)

    def _fetch(self) -> None:
        refs = f"+refs/heads/{self._name}:{self._fetched}"
        # The other end hears nothing of our settings, and may belong to another user too.
        sender = "--upload-pack=git -c safe.directory=* upload-pack"
        source = str(self._repository)
        run_git(self._path, "fetch", "--quiet", "--no-tags", sender, "--", source, refs)

    def _find_fetched(self) -> str:
        return run_git(self._path, "for-each-ref", "--format=%(objectname)", self._fetched)

    def _show(self, commit: str) -> None:
        run_git(self._path, "checkout", "--quiet", "--force", "-B", self._name, commit, "--")
