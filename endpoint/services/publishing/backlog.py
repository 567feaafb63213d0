"""How far the remote is behind, as this machine can tell without asking anybody."""

from dataclasses import dataclass
from datetime import datetime

from endpoint.stores.conflicts import Conflicts, SetAside
from endpoint.stores.followers import Progress
from endpoint.stores.git.histories import commits_between
from endpoint.stores.remote import Remote
from endpoint.stores.repository import Repository

_MOST_COUNTED = 1000


@dataclass(frozen=True)
class Backlog:
    """How far the remote is behind.

    ``commits``, 1,000 at most, wait to be pushed, the oldest of them ``since``
    then; ``last_error`` is empty unless the last attempt failed, and
    ``next_attempt_at`` None if one is due. ``conflicts`` wait for the owner.
    """

    commits: int
    since: datetime | None
    last_error: str
    next_attempt_at: datetime | None
    conflicts: tuple[SetAside, ...]


class Backlogs:
    """Looks at what ``repository`` has and the remote, None where there is none, has not."""

    def __init__(self, repository: Repository, remote: Remote | None, conflicts: Conflicts) -> None:
        self._repository = repository
        self._remote = remote
        self._conflicts = conflicts
        self._counted: tuple[object, int, datetime | None] = (None, 0, None)

    def look(self, progress: Progress) -> Backlog:
        """Return the backlog, ``progress`` being that of the follower that publishes."""
        commits, since = self._count()
        return Backlog(
            commits=commits,
            since=since,
            last_error=progress.last_error if self._remote else "",
            next_attempt_at=progress.next_attempt_at if self._remote else None,
            conflicts=self._conflicts.open(),
        )

    def _count(self) -> tuple[int, datetime | None]:
        """Return how many commits wait, and since when; git is asked once for the same answer."""
        head = self._repository.head()
        joined = self._remote.known.joined() if self._remote else head
        between, commits, since = self._counted
        if between != (joined, head):
            waiting = self._list(joined, head)
            commits = len(waiting)
            since = self._repository.committed_at(waiting[0]) if waiting else None
            # At once, for other threads.
            self._counted = (joined, head), commits, since
        return commits, since

    def _list(self, joined: str | None, head: str) -> list[str]:
        if joined == head:
            return []
        return commits_between(self._repository.path, joined, head, _MOST_COUNTED)
