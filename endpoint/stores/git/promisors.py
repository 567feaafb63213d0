"""The remote of a partial clone, which has promised the files that are not here (gitglossary)."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from endpoint.errors import Unavailable
from endpoint.stores.git.access import Access
from endpoint.stores.git.command import run_git
from endpoint.stores.git.objects import MissingObject, is_oid
from endpoint.stores.git.partial_clones import REMOTE, PartialClone, remote_settings
from endpoint.stores.git.promised_files import PromisedFiles

_MOST = 10_000
_PATIENCE_S = 600


class Promisor:
    """Brings what is missing to the repository at ``folder``, from where ``access`` leads.

    What is not there comes from where the repository itself says it was cloned
    from. A few files have ``patience_s``; a remote that takes longer is not asked
    again for half a minute.
    """

    def __init__(
        self, folder: Path, access: Access | None = None, patience_s: float = _PATIENCE_S
    ) -> None:
        self._clone = PartialClone(folder, access)
        self._files = PromisedFiles(folder, patience_s)

    @property
    def filter(self) -> str:
        """What is left out, such as ``blob:none``; empty for a whole repository.

        Raise Unavailable if that is more than files.
        """
        return self._clone.filter

    def bring(self, oids: Sequence[str]) -> bool:
        """Fetch the objects ``oids``; the answer is False in a whole repository, which has all.

        Raise MissingObject if they are nowhere, Unavailable if the remote cannot be reached.
        """
        if not all(map(is_oid, oids)):
            raise MissingObject("The repository was asked for something that is no object id.")
        if not self.filter:
            return False
        wanted = iter(dict.fromkeys(oids))
        while chunk := list(islice(wanted, _MOST)):
            self._files.fetch(chunk, self._clone.accesses)
        return True

    def complete(self, commit: str, known: str | None = None) -> bool:
        """Bring every file of ``commit`` that is not here; those of ``known`` are.

        Say whether there was any, which a whole repository never has. Raise as above.
        """
        missing = self._find_missing(commit, known) if self.filter else []
        return bool(missing) and self.bring(missing)

    def complete_history(self, commit: str, known: str | None) -> bool:
        """Bring every file of the commits up to ``commit``, past ``known``. Otherwise the same."""
        words = (commit, *([f"^{known}"] if known else []))
        missing = self._list_missing(*words) if self.filter else []
        return bool(missing) and self.bring(missing)

    def words(self, access: Access) -> tuple[str, ...]:
        """Return settings for a command that ``access`` leads to the remote, which git itself may
        then ask for what it misses; none for a whole repository."""
        return remote_settings(access, self.filter) if self.filter else ()

    def place(self, access: Access) -> str:
        """Return the name under which ``words`` make the remote known; of a whole one its URL."""
        return REMOTE if self.filter else access.address.url

    def stop(self) -> None:
        """End what is under way, and what is to come."""
        self._files.stop()

    def _find_missing(self, commit: str, known: str | None) -> list[str]:
        without = [f"^{known}^{{tree}}"] if known else []
        try:
            return self._list_missing(f"{commit}^{{tree}}", *without)
        except Unavailable:
            if known is None:
                raise
            return self._find_missing(commit, None)

    def _list_missing(self, *wanted: str) -> list[str]:
        words = ("rev-list", "--objects", "--missing=print")
        listing = run_git(self._clone.folder, *words, *wanted, "--")
        return [line[1:] for line in listing.splitlines() if line.startswith("?")]
