"""What happens after a commit: the checkout follows, then the site is built."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

import structlog

from endpoint.errors import EndpointError
from endpoint.stores.builder import BuildError
from endpoint.stores.followers import Followers

_log = structlog.get_logger()
_LEASE = timedelta(minutes=1)
"""How long the work of a killed worker waits for another; a living one renews its lease."""


@dataclass(frozen=True)
class Follower:
    """Something that follows the repository.

    ``wanted`` says which version should be done now; ``act`` does it. A worker
    killed in between does it again, so acting twice must cost only time.
    """

    name: str
    wanted: Callable[[], str]
    act: Callable[[], object]


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

    def work(self) -> None:
        """Do whatever is still to be done; what fails is tried again later."""
        for follower in self._members:
            try:
                self._bring_up(follower)
            except Exception as error:
                _log.error("follower", name=follower.name, exc_info=error)
                self._followers.fail(follower.name, str(error), self._clock())

    def _bring_up(self, follower: Follower) -> None:
        version = follower.wanted()
        if self._followers.progress(follower.name).done == version:
            return
        if not self._followers.take(follower.name, version, self._clock(), _LEASE):
            return
        try:
            with self._keeping_lease(follower.name):
                follower.act()
        except (EndpointError, BuildError) as error:
            _log.warning("follower failed", name=follower.name, reason=str(error))
            self._followers.fail(follower.name, str(error), self._clock())
        else:
            self._followers.finish(follower.name, version)

    @contextmanager
    def _keeping_lease(self, name: str) -> Iterator[None]:
        done = Event()

        def renew() -> None:
            while not done.wait(_LEASE.total_seconds() / 3):
                with suppress(EndpointError):
                    self._followers.renew(name, self._clock() + _LEASE)

        renewing = Thread(target=renew, name=f"lease of {name}", daemon=True)
        renewing.start()
        try:
            yield
        finally:
            done.set()
            renewing.join()
