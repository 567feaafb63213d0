"""The work tree that builds read, which follows the bare repository."""

from contextlib import suppress
from pathlib import Path

from endpoint.config.addresses import Address
from endpoint.errors import Unavailable
from endpoint.stores.checkout.commits import borrow_commit, fetch_branch
from endpoint.stores.checkout.folder import holding
from endpoint.stores.checkout.mending import (
    boot_id,
    distrust_files,
    forget_all,
    is_of_this_boot,
    is_sound,
    note_boot,
)
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

    def wanted(self) -> str:
        """Return what is another one when an update is due: a new commit, or the machine was
        started again, as after a power cut.

        Raise Unavailable if repository or branch cannot be used.
        """
        return f"{self._newest()} {boot_id()}".rstrip()

    def update(self) -> str:
        """Show the newest commit of the branch, and return its id.

        Raise Unavailable if repository, branch or folder cannot be used, and
        InsufficientStorage if the disk is full. What a failed or killed update
        has left half done is mended by the next one, and what a power cut has
        damaged is made again.
        """
        self._newest()
        with holding(self._path):
            newest = self._newest()
            self._promisor.complete(newest, self._known())
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
            update_submodules(self._path, self._submodules)
            bring_large_files(self._path, self._lfs)
            note_boot(self._git)
            return self._find_fetched()

    def stop(self) -> None:
        """End what comes from other hosts; the next update begins it again."""
        for network in (self._lfs, self._submodules, self._promisor):
            network.stop()

    def _newest(self) -> str:
        newest = self._source.read()
        if newest is None:
            raise Unavailable("The repository has no branch of the configured name.")
        return newest

    def _known(self) -> str | None:
        """Return the commit that is shown, or None if that is damaged."""
        with suppress(Unavailable):
            return self.commit()
        return None

    def _follow(self, newest: str) -> None:
        name = self._source.name
        run_git(self._path, "init", "--quiet", "--template=", f"--initial-branch={name}")
        if self.commit() and not is_of_this_boot(self._git):
            distrust_files(self._path)
        # A killed update has written files that only its own commit knows of.
        if (begun := self._find_fetched()) and begun != self.commit():
            self._show(begun)
        if self._promisor.filter:
            borrow_commit(self._path, self._repository, newest, self._fetched)
        else:
            fetch_branch(self._path, self._repository, name, self._fetched)
        self._show(self._find_fetched())

    def _is_sound(self) -> bool:
        is_partial = bool(self._promisor.filter)
        return self._known() is not None and is_sound(self._path, is_partial=is_partial)

    def _begin_anew(self, newest: str) -> None:
        """Forget all but the files, and show the commit ``newest`` in them."""
        forget_all(self._git)
        self._follow(newest)
        # What was a post's before, and nobody knows of any more; what is ignored may be a build.
        run_git(self._path, "clean", "--quiet", "--force", "-d")

    def _find_fetched(self) -> str:
        return run_git(self._path, "for-each-ref", "--format=%(objectname)", self._fetched)

    def _show(self, commit: str) -> None:
        run_git(self._path, "checkout", "--quiet", "--force", "-B", self._source.name, commit, "--")
