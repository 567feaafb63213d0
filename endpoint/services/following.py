"""What happens after a commit: each follower is brought up to date, in its lane."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from endpoint.errors import EndpointError
from endpoint.services.leases import renewing
from endpoint.stores.builder import BuildError
from endpoint.stores.followers import Followers, Progress

_log = structlog.get_logger()
_LEASE = timedelta(minutes=1)
"""How long the work of a killed worker waits for another; a living one renews its lease."""


@dataclass(frozen=True)
class Follower:
    """Something that follows the repository.

    ``wanted`` says which version should be done now; ``act`` does it. A worker
    killed in between does it again, so acting twice must cost only time. Those
    of one ``lane`` wait for each other, and for nobody else.
    """

    name: str
    wanted: Callable[[], str]
    act: Callable[[], object]
    lane: str = "site"
    longest_wait: timedelta = timedelta(hours=1)


class Following:
    """Brings every follower up to date, in their order, each failing for itself."""

    def __init__(
        self,
        followers: Followers,
        members: tuple[Follower, ...],
        clock: Callable[[], datetime],
    ) -> None:
        self._followers = followers
        self._members = members
        self._clock = clock

    @property
    def lanes(self) -> tuple[str, ...]:
        """The lanes, each of which may have a thread of its own."""
        return tuple(dict.fromkeys(follower.lane for follower in self._members))

    def work(self, lane: str | None = None) -> None:
        """Do whatever is still to be done, in all lanes or in one.

        What fails is logged and tried again later.
        """
        for follower in self._members:
            if lane not in (None, follower.lane):
                continue
            try:
                self._bring_up(follower)
            except Exception as error:
                _log.error("follower", name=follower.name, exc_info=error)

    def progress(self) -> tuple[Progress, ...]:
        """Return how far each follower is. Raise Unavailable if the database is out of reach."""
        return tuple(map(self._ask, self._members))

    def _ask(self, follower: Follower) -> Progress:
        progress = self._followers.progress(follower.name)
        with suppress(EndpointError):
            return replace(progress, wanted=follower.wanted())
        return progress

    def _bring_up(self, follower: Follower) -> None:
        name, version = follower.name, follower.wanted()
        if self._followers.progress(name).done == version:
            return
        holder = self._followers.take(name, version, self._clock(), _LEASE)
        if holder is None:
            return
        try:
            with renewing(name, _LEASE, partial(self._renew, name, holder)):
                follower.act()
        except Exception as error:
            self._followers.fail(name, holder, str(error), self._clock(), follower.longest_wait)
            if not isinstance(error, EndpointError | BuildError):
                raise
            _log.warning("follower failed", name=name, reason=str(error))
        else:
            self._followers.finish(name, holder, version)

    def _renew(self, name: str, holder: str) -> None:
        self._followers.renew(name, holder, self._clock() + _LEASE)
