"""How the site is, as its owner looks at it: what follows a commit, and what waits for them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from endpoint.services.errands import ERRANDS
from endpoint.services.following import Following
from endpoint.services.live import LIVE
from endpoint.services.publishing import PUBLISH, Backlog, Publishing
from endpoint.stores.followers import Progress
from endpoint.stores.index import PostIndex
from endpoint.stores.queues import Queue
from endpoint.stores.syndications.pauses import Pause

_MOST = 20

# What each follower is to the owner, and what it says when all is done.
_NAMES = {
    "checkout": ("Checkout", "It shows the newest commit."),
    "build": ("Build", "The newest commit is built."),
    LIVE: ("Readers", "The newest post is up at your hosting."),
}


@dataclass(frozen=True)
class PartStatus:
    """A part of the site: ``state`` is ``ok``, ``waiting`` or ``failed``.

    ``said`` is what a program said of its failure, ``lines`` are one for each
    thing that waits for the owner, and times are in their zone.
    """

    name: str
    state: str
    says: str
    said: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    since: datetime | None = None
    next_attempt_at: datetime | None = None


class Status:
    """Looks at what follows the repository, the hosting, mentions, and files that are broken.

    ``queues`` has, for each follower with an errand, what asks how much waits for it;
    ``pauses`` says which networks do not know us any more, and why.
    """

    def __init__(
        self,
        following: Following,
        publishing: Publishing,
        index: PostIndex,
        queues: Mapping[str, Callable[[], Queue]],
        pauses: Callable[[], Mapping[str, Pause]],
        zone: tzinfo,
    ) -> None:
        self._following = following
        self._publishing = publishing
        self._index = index
        self._queues = queues
        self._pauses = pauses
        self._zone = zone

    def examine(self) -> tuple[PartStatus, ...]:
        """Return how each part is. Raise Unavailable if the database is out of reach."""
        return tuple(self._look())

    def _look(self) -> Iterator[PartStatus]:
        followers = self._following.progress()
        for progress in followers:
            if progress.name in _NAMES:
                yield self._describe(progress)
        backlog = self._publishing.backlog()
        has_remote = any(progress.name == PUBLISH for progress in followers)
        yield self._describe_hosting(backlog, has_remote=has_remote)
        for progress in followers:
            if progress.name in self._queues:
                yield self._describe_errand(progress, self._queues[progress.name]())
        if paused := self._pauses():
            yield _describe_pauses(paused)
        if backlog.conflicts:
            yield _describe_conflicts(backlog)
        if problems := self._index.problems():
            yield _describe_files(problems)

    def _describe(self, progress: Progress) -> PartStatus:
        name, done = _NAMES[progress.name]
        next_attempt_at = self._local(progress.next_attempt_at)
        if progress.is_done:
            return PartStatus(name, "ok", done)
        # That a page is not up yet is no failure of ours.
        if progress.name == LIVE and progress.last_error:
            return PartStatus(name, "waiting", progress.last_error, next_attempt_at=next_attempt_at)
        if progress.last_error:
            says = f"It failed {_times(progress.attempts)}; the last good one stays."
            return PartStatus(
                name, "failed", says, progress.last_error, next_attempt_at=next_attempt_at
            )
        return PartStatus(name, "waiting", "The worker has something to do.")

    def _describe_hosting(self, backlog: Backlog, *, has_remote: bool) -> PartStatus:
        if not has_remote:
            return PartStatus("Hosting", "ok", "None is set; the repository on this machine is it.")
        waiting = _count(backlog.commits, "commit")
        verb = "waits" if backlog.commits == 1 else "wait"
        says = f"{waiting} {verb} to be pushed." if backlog.commits else "It has every commit."
        state = "failed" if backlog.last_error else "waiting" if backlog.commits else "ok"
        return PartStatus(
            "Hosting",
            state,
            says,
            backlog.last_error,
            since=self._local(backlog.since),
            next_attempt_at=self._local(backlog.next_attempt_at) if backlog.last_error else None,
        )

    def _describe_errand(self, progress: Progress, queue: Queue) -> PartStatus:
        errand, since = ERRANDS[progress.name], self._local(queue.since)
        if progress.last_error and not progress.is_done:
            says = f"It failed {_times(progress.attempts)}; it is tried again."
            said, again = progress.last_error, self._local(progress.next_attempt_at)
            return PartStatus(errand.name, "failed", says, said, (), since, again)
        state, again = "waiting" if queue.waiting else "ok", self._local(queue.next_attempt_at)
        return PartStatus(errand.name, state, errand.say(queue.waiting), "", (), since, again)

    def _local(self, moment: datetime | None) -> datetime | None:
        return moment.astimezone(self._zone) if moment else None


def _describe_pauses(paused: Mapping[str, Pause]) -> PartStatus:
    says = "Posts are not copied there until you have seen to it, under Copies."
    lines = tuple((pause.reason, name) for name, pause in paused.items())
    return PartStatus("Paused networks", "failed", says, lines=lines)


def _describe_conflicts(backlog: Backlog) -> PartStatus:
    count = _count(len(backlog.conflicts), "commit")
    says = (
        f"{count} could not be merged with what was pushed. Put into the site what is to be"
        " there, then run endpoint conflicts resolve BRANCH."
    )
    lines = [(f"{found.subject}: {found.reason}", found.branch) for found in backlog.conflicts]
    return PartStatus("Conflicts", "failed", says, lines=tuple(lines[:_MOST]))


def _describe_files(problems: list[tuple[str, str]]) -> PartStatus:
    lines = [(sentence, path) for path, sentence in problems[:_MOST]]
    says = f"{_count(len(problems), 'file')} cannot be read as a post."
    return PartStatus("Files", "failed", says, lines=tuple(lines))


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"
