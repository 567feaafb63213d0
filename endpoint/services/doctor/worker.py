"""Whether the worker does what follows a commit here."""

from collections.abc import Iterator

from endpoint.services.doctor.findings import Finding, Ill, look
from endpoint.stores.followers import Followers
from endpoint.stores.repository import Repository


class WorkerCheck:
    """Looks at the checkout and the build, which only a worker makes."""

    def __init__(self, followers: Followers, repository: Repository) -> None:
        self._followers = followers
        self._repository = repository

    def examine(self) -> Iterator[Finding]:
        """Yield one finding."""
        yield look("worker", self._examine)

    def _examine(self) -> str:
        for name in ("checkout", "build"):
            progress = self._followers.progress(name)
            if progress.last_error:
                raise Ill(f"{name} failed {progress.attempts} times: {progress.last_error}")
        if self._followers.progress("checkout").done.partition(" ")[0] != self._repository.head():
            return "not up to date yet; endpoint serve or endpoint worker does the work"
        return "nothing failed, and the newest commit is checked out"
