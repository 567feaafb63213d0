"""What is remembered of the remote's branch, as refs of our own repository; nobody is asked."""

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from endpoint.stores.git.command import run_git
from endpoint.stores.git.refs import clear_stale


class RemoteRefs:
    """What the repository at ``folder`` knows of ``branch`` at the remote of address ``url``.

    ``name`` is another one for another address, which may be another repository.
    """

    def __init__(self, folder: Path, branch: str, url: str) -> None:
        self._folder = folder
        self.name = sha256(url.encode()).hexdigest()[:12]
        self.seen_ref = f"refs/remotes/origin/{branch}"
        # What the remote had that our branch has too: ``seen_ref`` may be ahead of it.
        self._joined_ref = f"refs/endpoint/joined/{self.name}/{branch}"

    def seen(self) -> str | None:
        """Return the commit that the branch stood on when it was last fetched or pushed to."""
        return self._read(self.seen_ref)

    def joined(self) -> str | None:
        """Return the newest commit known to be both there and in our own branch."""
        return self._read(self._joined_ref)

    def note_joined(self, commit: str) -> None:
        """Note that ``commit``, which is in our branch, is on the remote."""
        for ref in (self.seen_ref, self._joined_ref):
            run_git(self._folder, "update-ref", ref, commit)

    def forget_joined(self) -> None:
        """Note that the remote has nothing of ours any more."""
        run_git(self._folder, "update-ref", "-d", self._joined_ref)

    def clear_locks(self) -> None:
        """Remove the locks of git processes that were killed; nobody else fetches meanwhile."""
        names = (self.seen_ref, self._joined_ref, "shallow")
        clear_stale(self._folder / f"{name}.lock" for name in names)

    def _read(self, ref: str) -> str | None:
        with suppress(OSError):
            return (self._folder / ref).read_text(encoding="ascii").strip()
        return run_git(self._folder, "for-each-ref", "--format=%(objectname)", "--", ref) or None
