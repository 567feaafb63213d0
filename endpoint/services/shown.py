"""What readers see by now, and how far somebody who follows that has looked."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from endpoint.domain.posts import Post
from endpoint.errors import EndpointError
from endpoint.services.following import Follower
from endpoint.services.live import Live
from endpoint.stores.followers import Followers
from endpoint.stores.git.histories import is_behind
from endpoint.stores.repository import Repository


@dataclass(frozen=True)
class Shown:
    """What readers see: the posts of ``commit`` that are out at ``until``."""

    commit: str
    until: datetime | None

    @classmethod
    def parse(cls, text: str) -> "Shown":
        """Return what ``COMMIT TIME`` says, as rows of followers keep it."""
        commit, _, moment = text.partition(" ")
        return cls(commit, datetime.fromisoformat(moment) if moment not in ("", "None") else None)

    def __str__(self) -> str:
        return f"{self.commit} {self.until.isoformat() if self.until else None}"

    def has(self, post: Post) -> bool:
        """Say whether everybody who knows the address of ``post`` sees it."""
        if post.status != "published" or post.visibility not in ("public", "unlisted"):
            return False
        return post.published is None or bool(self.until and post.published <= self.until)


class Steps:
    """What readers saw when the follower ``name`` looked last, and what it is to look at next."""

    def __init__(
        self,
        name: str,
        live: Live,
        followers: Followers,
        repository: Repository,
        clock: Callable[[], datetime],
    ) -> None:
        self._name = name
        self._live = live
        self._followers = followers
        self._repository = repository
        self._clock = clock

    def follower(self, act: Callable[[], object], lane: str) -> Follower:
        """Return what does ``act`` when there is something to look at, in ``lane``."""
        return Follower(self._name, self.wanted, act, lane)

    def looks(self) -> tuple[Shown, Shown]:
        """Return what was looked at last, and what is to be looked at now."""
        return Shown.parse(self.done()), Shown.parse(self.wanted())

    def begin(self, *, is_on: bool) -> None:
        """Take what is there at the first start for known: what is older is no news.

        Where not ``is_on``, begin anew the next time: what comes meanwhile is no news later.
        """
        # Without a repository or a database nothing works, and others say so.
        with suppress(EndpointError):
            if is_on != bool(self.done()):
                first = Shown(self._repository.head(), self._clock()) if is_on else ""
                self._followers.settle(self._name, str(first))

    def done(self) -> str:
        """Return what was looked at last, as ``Shown.parse`` reads it; empty before the start."""
        return self._followers.progress(self._name).done

    def wanted(self) -> str:
        """Return what readers see now; what was looked at last if that is later, or all known."""
        live, done = self._live.version(), self.done()
        return live if live and live != done and self._is_later(live, done) else done

    def _is_later(self, live: str, done: str) -> bool:
        """Whether ``live`` is not the past: a build from before the first start, or a roll-back."""
        old, new = Shown.parse(done).commit, Shown.parse(live).commit
        if not old or old == new or not self._repository.has(old):
            return True
        return self._repository.has(new) and not is_behind(self._repository.path, new, old)
