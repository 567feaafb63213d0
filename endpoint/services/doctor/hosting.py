"""Whether the remote answers and takes our commits, and what it could not be merged with."""

from collections.abc import Iterator

from endpoint.services.doctor.findings import Finding, Ill, look
from endpoint.services.publishing import Publishing
from endpoint.stores.git.push_reports import Outcome
from endpoint.stores.remote import Remote
from endpoint.stores.repository import Repository


class Hosting:
    """Asks the remote, if there is one, and pushes nothing."""

    def __init__(
        self, remote: Remote | None, publishing: Publishing, repository: Repository
    ) -> None:
        self._remote = remote
        self._publishing = publishing
        self._repository = repository

    def examine(self) -> Iterator[Finding]:
        """Yield how the remote is, and each commit that waits for the owner."""
        yield look("remote", self._examine_remote)
        for found in self._publishing.backlog().conflicts:
            place = "" if found.is_pushed else " here, which the hosting does not have or take"
            says = (
                f"{found.subject}: {found.reason}; it is kept on the branch {found.branch}{place}."
                " Put into the site what is to be there, then run endpoint conflicts resolve"
                f" {found.branch}"
            )
            yield Finding("conflict", is_well=False, says=says)

    def _examine_remote(self) -> str:
        if self._remote is None:
            return "none; the repository on this machine is the hosting"
        self._remote.newest()
        outcome = self._remote.push(self._repository.head(), only_try=True)
        backlog = self._publishing.backlog()
        if backlog.last_error:
            raise Ill(f"{backlog.last_error}; {_count(backlog.commits)} to be pushed")
        if outcome is Outcome.MOVED:
            return "answers; it has commits that are not here yet, and the worker will fetch them"
        return f"answers and lets us push; {_count(backlog.commits)} to be pushed"


def _count(commits: int) -> str:
    return {0: "no commit waits", 1: "1 commit waits"}.get(commits, f"{commits} commits wait")
