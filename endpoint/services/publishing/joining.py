"""Our commits put on top of those of the remote, what clashes set aside on branches."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from endpoint.domain.merging import Clash
from endpoint.errors import InvalidRequest, Unavailable
from endpoint.generators.generator import Generator
from endpoint.services.publishing.giving_way import GivingWay
from endpoint.services.publishing.rules import Rules, Taken
from endpoint.services.publishing.setting_aside import keep_rewritten, set_aside
from endpoint.stores.conflicts import Conflicts, SetAside
from endpoint.stores.git.histories import commits_between, common_commit, is_behind
from endpoint.stores.git.mover import Mover
from endpoint.stores.git.replays import Replay
from endpoint.stores.index.rows import concerns, is_media
from endpoint.stores.repository import Repository

_log = structlog.get_logger()
_ATTEMPTS = 5
_RELOCATIONS = 20

_UNRELATED = (
    "The remote has another history than this repository, and nothing was changed; give"
    " repository.remote an empty repository, or adopt the other one with: endpoint init DIR"
    " --repository URL"
)


@dataclass
class _Work:
    """A replay, and what it had to set aside."""

    replay: Replay
    aside: list[SetAside] = field(default_factory=list)


class Joining:
    """Brings the remote's commits into our branch, losing neither side's."""

    def __init__(
        self,
        repository: Repository,
        conflicts: Conflicts,
        generator: Generator,
        committer: str,
        clock: Callable[[], datetime],
        readdress: Callable[[str, str], None],
    ) -> None:
        """``readdress`` is told the old and the new permalink of a post that gave way to theirs."""
        self._repository = repository
        self._conflicts = conflicts
        self._generator = generator
        self._rules = Rules(generator)
        self._giving_way = GivingWay(generator)
        self._committer = committer
        self._clock = clock
        self._readdress = readdress

    def join(self, theirs: str, joined: str | None) -> bool:
        """Let our branch have ``theirs``, the remote's newest commit; say whether it moved.

        ``joined`` is what the remote had the last time. If ``theirs`` does not
        follow it, the remote's history was rewritten: ours is then too, and a
        branch keeps what was there. Raise Unavailable if the histories never met.
        """
        for _ in range(_ATTEMPTS):
            head = self._repository.head()
            fork = common_commit(self._repository.path, head, theirs)
            if fork is None:
                raise Unavailable(_UNRELATED)
            self._bring_posts(head, theirs)
            before = self._find_rewritten(head, theirs, joined)
            if fork == theirs and not before:
                return False
            if self._replace(head, before or fork, theirs, is_rewritten=bool(before)):
                return True
        raise Unavailable("The repository is too busy with pushes; it is tried again.")

    def _bring_posts(self, head: str, theirs: str) -> None:
        """Have a partial clone fetch what the index will read of ``theirs``: later it does so
        while requests wait."""
        if self._repository.is_partial:
            changes = self._repository.changes(head, theirs)
            self._repository.bring(oid for path, oid in changes if oid and self._is_read(path))

    def _is_read(self, path: str) -> bool:
        return concerns(self._generator, path) and not is_media(path)

    def _find_rewritten(self, head: str, theirs: str, joined: str | None) -> str | None:
        folder = self._repository.path
        if joined and not is_behind(folder, joined, theirs) and is_behind(folder, joined, head):
            return joined
        return None

    def _replace(self, head: str, base: str, theirs: str, *, is_rewritten: bool) -> bool:
        """Replay what ``head`` has beyond ``base`` on ``theirs``; say whether the branch moved."""
        work = self._begin(base, theirs)
        if is_rewritten:
            work.aside.append(keep_rewritten(work.replay, base, self._clock()))
        self._replay(work, commits_between(self._repository.path, base, head), head)
        with self._repository.moving() as mover:
            is_moved = self._finish(work, head, mover)
        for found in work.aside if is_moved else ():
            _log.warning("conflict", branch=found.branch, reason=found.reason)
        return is_moved

    def _begin(self, base: str, theirs: str) -> _Work:
        objects, rules, sign = self._repository.unsaved(), self._rules, self._repository.sign
        folder = self._repository.path
        return _Work(
            Replay(folder, objects, theirs, base, self._committer, rules.merge, rules.owned, sign)
        )

    def _finish(self, work: _Work, head: str, mover: Mover) -> bool:
        """Replay what was posted since ``head``, and move the branch; say whether it moved."""
        folder = self._repository.path
        # Nothing more comes while the lock is held, but a push.
        newest = mover.head() or head
        if newest != head and not is_behind(folder, head, newest):
            return False
        self._replay(work, commits_between(folder, head, newest), newest)
        work.replay.save()
        # Branches and rows first: a kill in between makes the same ones again.
        for found in work.aside:
            mover.keep(found.branch, found.commit)
        self._conflicts.add(work.aside)
        is_moved = mover.move(newest, work.replay.head)
        # Under the lock: a client that tries again is to hear of the new address.
        for relocation in work.replay.relocations if is_moved else ():
            self._readdress(*relocation.permalinks)
        return is_moved

    def _replay(self, work: _Work, commits: Iterable[str], newest: str) -> None:
        for commit in commits:
            try:
                self._add(work.replay, commit, newest)
            except (Clash, InvalidRequest) as refusal:
                work.aside.append(set_aside(work.replay, commit, str(refusal), self._clock()))
            except (ValueError, RecursionError) as error:
                # Whatever a commit holds, those after it go on.
                reason = f"it cannot be merged: {error}"
                work.aside.append(set_aside(work.replay, commit, reason, self._clock()))

    def _add(self, replay: Replay, commit: str, newest: str) -> None:
        for _ in range(_RELOCATIONS):
            try:
                self._giving_way.require_address(replay, commit)
                return replay.add(commit, self._clock())
            except Taken as taken:
                gone = self._giving_way.find_place(replay, commit, newest, taken.path)
                replay.relocate(gone)
                _log.warning("post relocated: its path is taken", path=gone.old, to=gone.new)
        raise Clash("its files meet too many others of the same name")
