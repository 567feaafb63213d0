"""The work tree that builds read, which follows the bare repository."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from endpoint.config.addresses import Address
from endpoint.errors import Unavailable
from endpoint.stores.disk import disk_errors
from endpoint.stores.git.access import Access
from endpoint.stores.git.command import run_git
from endpoint.stores.git.network import Network
from endpoint.stores.git.promisors import Promisor
from endpoint.stores.git.refs import Branch
from endpoint.stores.lfs import bring_large_files
from endpoint.stores.submodules import update_submodules


class Checkout:
    """A clone of the bare repository at ``repository``, showing its ``branch``.

    It belongs to the server: changes to its files are undone by the next
    update. Files that git does not know stay, a finished build for one.
    Submodules and files of Git LFS come from ``remote``, if the site has one.
    """

    def __init__(
        self, path: Path, repository: Path, branch: str, remote: Access | None = None
    ) -> None:
        self._path = path.absolute()
        self._git = self._path / ".git"
        self._repository = repository.absolute()
        self._source = Branch(self._repository, branch)
        self._shown = Branch(self._git, branch)
        self._fetched = f"refs/remotes/origin/{branch}"
        self._promisor = Promisor(self._repository, remote)
        access = remote or Access(Address(str(self._repository), "file"))
        self._lfs = Network(self._path, access)
        self._submodules = Network(self._path, Access(access.address))

    def commit(self) -> str | None:
        """Return the id of the commit that is shown, or None before the first update."""
        return self._shown.read()

    def update(self) -> str:
        """Show the newest commit of the branch, and return its id.

        Raise Unavailable if repository, branch or folder cannot be used, and
        InsufficientStorage if the disk is full. What a failed or killed update
        has left half done is mended by the next one, and what a power cut has
        damaged is made again.
        """
        newest = self._source.read()
        if newest is None:
            raise Unavailable("The repository has no branch of the configured name.")
        with self._locked():
            newest = self._source.read() or newest
            self._promisor.complete(newest, self._known())
            self._clear_locks()
            try:
                self._follow(newest)
            except Unavailable:
                # A repository cloned anew may lack what an older one had shown here.
                if self._promisor.complete(newest):
                    self._follow(newest)
                elif self._is_sound():
                    raise
                else:
                    self._begin_anew(newest)
            self._complete()
            return self._find_fetched()

    def _follow(self, newest: str) -> None:
        run_git(self._path, "init", "--quiet", "--template=", f"--initial-branch={self._name}")
        # A killed update has written files that only its own commit knows of.
        if (begun := self._find_fetched()) and begun != self.commit():
            self._show(begun)
        if self._promisor.filter:
            self._borrow(newest)
        else:
            self._fetch()
        self._show(self._find_fetched())

    def _known(self) -> str | None:
        """Return the commit that is shown, or None if that is damaged."""
        with suppress(Unavailable):
            return self.commit()
        return None

    def _is_sound(self) -> bool:
        try:
            # A partial clone has promised what it misses.
            words = ("-c", "remote.origin.promisor=true") if self._promisor.filter else ()
            run_git(self._path, *words, "fsck", "--no-dangling", "--no-progress")
            # An index that is empty is none for fsck.
            return bool(self.commit() and (self._git / "index").stat().st_size)
        except (Unavailable, OSError):
            return False

    def _begin_anew(self, newest: str) -> None:
        """Forget all but the files, and show the commit ``newest`` in them."""
        with disk_errors("checkout"):
            for entry in self._git.iterdir():
                if entry.is_dir():
                    shutil.rmtree(entry)
                elif entry.name != "endpoint.lock":
                    entry.unlink()
        self._follow(newest)
        # What was a post's before, and nobody knows of any more; what is ignored may be a build.
        run_git(self._path, "clean", "--quiet", "--force", "-d")

    def stop(self) -> None:
        """End what comes from other hosts; the next update begins it again."""
        for network in (self._lfs, self._submodules, self._promisor):
            network.stop()

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
            folders = (self._git / "refs", self._git / "modules")
            inside = (lock for folder in folders for lock in folder.rglob("*.lock"))
            for lock in [*self._git.glob("*.lock"), *inside]:
                if lock.name != "endpoint.lock":
                    lock.unlink(missing_ok=True)

    def _fetch(self) -> None:
        refs = f"+refs/heads/{self._name}:{self._fetched}"
        # The other end hears nothing of our settings, and may belong to another user too.
        sender = "--upload-pack=git -c safe.directory=* upload-pack"
        source = str(self._repository)
        # Where the repository has no more of its history, neither has the checkout.
        words = (
            "-c",
            "protocol.file.allow=always",
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-recurse-submodules",
            "--update-shallow",
            sender,
        )
        run_git(self._path, *words, "--", source, refs)

    def _borrow(self, newest: str) -> None:
        """Take the commit ``newest`` from a partial clone, which could send no history.

        Its objects are used where they are (gitrepository-layout, ``objects/info/alternates``).
        """
        with disk_errors("checkout"):
            alternates = self._git / "objects/info/alternates"
            alternates.parent.mkdir(exist_ok=True)
            alternates.write_text(f"{self._repository / 'objects'}\n")
            begun = self._repository / "shallow"
            if begun.exists():
                shutil.copyfile(begun, self._git / "shallow")
        # Generators ask for the history; to look for renames there takes the files of all of it.
        run_git(self._path, "config", "diff.renames", "false")
        run_git(self._path, "update-ref", self._fetched, newest)

    def _complete(self) -> None:
        """Bring what the commit only points to: submodules, and files of Git LFS."""
        update_submodules(self._path, self._submodules)
        bring_large_files(self._path, self._lfs)

    def _find_fetched(self) -> str:
        return run_git(self._path, "for-each-ref", "--format=%(objectname)", self._fetched)

    def _show(self, commit: str) -> None:
        run_git(self._path, "checkout", "--quiet", "--force", "-B", self._name, commit, "--")
