"""The remote repository: what is there, fetched; what is here, pushed. Never by force."""

import fcntl
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from endpoint.errors import Unavailable
from endpoint.stores.disk import disk_errors, sync_folder
from endpoint.stores.git.access import Access
from endpoint.stores.git.incoming import receiving
from endpoint.stores.git.network import Network, Said
from endpoint.stores.git.promisors import Promisor
from endpoint.stores.git.push_reports import Outcome, read_report
from endpoint.stores.git.refusals import explain
from endpoint.stores.git.remote_refs import RemoteRefs

_LONG_S = 600
_SHORT_S = 60

# Git itself could not fetch what a partial clone misses.
_LACKING = re.compile(r"promisor remote|unable to read [0-9a-f]{40}")


@dataclass(frozen=True)
class Limits:
    """Seconds a command may take: one that moves objects, and one that only asks."""

    long_s: float = _LONG_S
    short_s: float = _SHORT_S


class Remote:
    """The ``branch`` of a remote, as the bare repository at ``folder`` reaches it.

    ``known`` is what we remember of it. Every method that asks the remote raises
    Unavailable, with a reason and the mend, if it cannot be reached, lets nobody
    in, or refuses.
    """

    def __init__(
        self, folder: Path, branch: str, access: Access, limits: Limits | None = None
    ) -> None:
        self._folder = folder.absolute()
        self._branch = branch
        self._network = Network(self._folder, access)
        self._promisor = Promisor(self._folder, access)
        self._url = access.address.url
        self._limits = limits or Limits()
        self.known = RemoteRefs(self._folder, branch, self._url)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let no other worker fetch or push from here meanwhile; raise Unavailable if one does.

        What such a worker left locked as it was killed is free again.
        """
        with ExitStack() as stack:
            with disk_errors("repository"):
                lock = stack.enter_context((self._folder / "endpoint.publish").open("a"))
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError as error:
                    raise Unavailable("Another worker is publishing.") from error
            stack.callback(fcntl.flock, lock, fcntl.LOCK_UN)
            self.known.clear_locks()
            yield

    def fetch(self) -> str | None:
        """Fetch the branch and return its newest commit; None if the remote has no such branch."""
        refs = f"+refs/heads/{self._branch}:{self.known.seen_ref}"
        quiet = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc")
        access = self._network.access
        # A partial clone stays one; a URL alone says nothing of filters.
        place = self._promisor.place(access)
        words = ("fetch", *quiet, *self._other_end("upload-pack"), "--", place, refs)
        settings = self._promisor.words(access)
        with receiving(self._folder) as most_bytes:
            said = self._network.run(
                *settings, *words, timeout_s=self._limits.long_s, most_bytes=most_bytes
            )
        if said.code and "couldn't find remote ref" in said.errors:
            return None
        self._require(said)
        with disk_errors("repository"):
            sync_folder(self._folder / "objects" / "pack")
        return self.known.seen()

    def push(self, commit: str, branch: str = "", *, only_try: bool = False) -> Outcome:
        """Push ``commit`` to ``branch``, by default the site's own, without force.

        ``only_try`` changes nothing there, and may be believed as far as the
        remote's hooks do not differ.
        """
        ref = f"refs/heads/{branch or self._branch}"
        words = ["push", "--porcelain", "--no-verify", *(["--dry-run"] if only_try else [])]
        words += [*self._other_end("receive-pack"), "--", self._url, f"{commit}:{ref}"]
        settings = self._promisor.words(self._network.access)
        said = self._network.run(*settings, *words, timeout_s=self._limits.long_s)
        if said.code and _LACKING.search(said.errors):
            # Another hosting than the one that had promised the files.
            self._promisor.complete_history(commit, self.known.joined())
            said = self._network.run(*settings, *words, timeout_s=self._limits.long_s)
        outcome = read_report(said, ref, self._network.access)
        if outcome is not Outcome.MOVED and not branch and not only_try:
            self.known.note_joined(commit)
        return outcome

    def newest(self) -> str | None:
        """Ask for the commit that the remote's branch stands on, fetching nothing."""
        ref = f"refs/heads/{self._branch}"
        words = ("ls-remote", *self._other_end("upload-pack"), "--", self._url, ref)
        said = self._network.run(*words, timeout_s=self._limits.short_s)
        self._require(said)
        return said.output.partition("\t")[0] or None

    def stop(self) -> None:
        """Kill what is under way; the remote has all of a push or nothing."""
        self._network.stop()
        self._promisor.stop()

    def _require(self, said: Said) -> None:
        if said.code:
            raise Unavailable(explain(said.errors, self._network.access))

    def _other_end(self, program: str) -> Sequence[str]:
        # A repository on this machine may belong to another user; its hooks are still its own.
        if self._network.access.address.scheme != "file":
            return ()
        return (f"--{program}=git -c safe.directory=* -c uploadpack.allowFilter=true {program}",)
