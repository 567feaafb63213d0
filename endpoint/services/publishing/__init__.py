"""Our commits go to the remote, the remote's come here, and neither is ever lost."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event

from endpoint.errors import Unavailable
from endpoint.services.following import Follower
from endpoint.services.publishing.backlog import Backlog, Backlogs
from endpoint.services.publishing.conflict_branches import push_conflicts
from endpoint.services.publishing.joining import Joining
from endpoint.stores.conflicts import Conflicts
from endpoint.stores.followers import Followers
from endpoint.stores.git.push_reports import Outcome
from endpoint.stores.remote import Remote
from endpoint.stores.repository import Repository

__all__ = ["PUBLISH", "Backlog", "Publishing"]

PUBLISH = "publish"
"""The name of the follower."""

_ATTEMPTS = 8
_FIRST_WAIT_S = 0.05
_LONGEST_WAIT = timedelta(minutes=15)


class Publishing:
    """Keeps our branch and the remote's together; ``remote`` is None where there is none.

    ``poll_s`` seconds are between looks at the remote, 0 for none. ``announce``
    is called when commits came from there.
    """

    def __init__(
        self,
        repository: Repository,
        remote: Remote | None,
        joining: Joining,
        conflicts: Conflicts,
        followers: Followers,
        poll_s: int,
        clock: Callable[[], datetime],
        announce: Callable[[], None],
    ) -> None:
        self._repository = repository
        self._remote = remote
        self._joining = joining
        self._conflicts = conflicts
        self._backlogs = Backlogs(repository, remote, conflicts)
        self._followers = followers
        self._poll_s = poll_s
        self._clock = clock
        self._announce = announce
        self._asked = 0
        self._stopped = Event()

    def follower(self) -> Follower | None:
        """Return what follows our commits and the remote's; None without a remote."""
        if self._remote is None:
            return None
        # In a lane of its own: a remote may hang, and builds do not need it.
        return Follower(PUBLISH, self._find_wanted, self.work, "remote", _LONGEST_WAIT)

    def work(self) -> None:
        """Fetch if it is time, merge, and push what is to be pushed. Raise Unavailable."""
        remote = self._remote
        if remote is None:
            return
        # The lease is a promise by the clock; this one a worker that was held up keeps, too.
        with remote.alone():
            if self._followers.progress(PUBLISH).done.partition(" ")[2] != self._turn():
                self._fetch(remote)
            self._push(remote)
            push_conflicts(self._conflicts, self._repository, remote)

    def look_soon(self) -> None:
        """Have the worker fetch at once, whatever it waits for."""
        if self._remote:
            # For a look under way in this process, and for a worker in another one.
            self._asked += 1
            self._followers.settle(PUBLISH, "")
        self._announce()

    def backlog(self) -> Backlog:
        """Return how far the remote is behind, asking nobody but this machine."""
        return self._backlogs.look(self._followers.progress(PUBLISH))

    def resolve(self, branch: str) -> bool:
        """Note that the owner has dealt with ``branch``, which stays; False if none waits there."""
        return self._conflicts.resolve(branch, self._clock())

    def stop(self) -> None:
        """End what is under way; it begins again with the next worker."""
        self._stopped.set()
        if self._remote:
            self._remote.stop()

    def _find_wanted(self) -> str:
        return f"{self._repository.head()} {self._turn()}"

    def _turn(self) -> str:
        """Return what is another each time a look at the remote is due."""
        period = int(self._clock().timestamp()) // self._poll_s if self._poll_s else 0
        return f"{self._remote.known.name if self._remote else ''} {period}.{self._asked}"

    def _fetch(self, remote: Remote) -> None:
        theirs = remote.fetch()
        if theirs is None:
            # An empty remote, perhaps made anew, or one without our branch: the push makes it.
            remote.known.forget_joined()
            return
        if self._joining.join(theirs, remote.known.joined()):
            self._announce()
        remote.known.note_joined(theirs)

    def _push(self, remote: Remote) -> None:
        for attempt in range(_ATTEMPTS):
            head = self._repository.head()
            if head == remote.known.joined() or remote.push(head) is not Outcome.MOVED:
                return
            self._fetch(remote)
            # Others push too; whoever waits for another time than they do comes through.
            wait_s = _FIRST_WAIT_S * 2**attempt * secrets.randbelow(1000) / 1000
            if self._stopped.wait(wait_s):
                break
        raise Unavailable("The remote moved again and again before a push; it is tried again.")
