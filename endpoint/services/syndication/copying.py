"""Copies on their way: what is due is attempted, one post after the other at each target."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from threading import Event

import structlog

from endpoint.errors import EndpointError
from endpoint.services.following import Follower
from endpoint.services.leases import renewing
from endpoint.services.syndication.attempts import Attempts
from endpoint.services.syndication.pausing import Pausing
from endpoint.services.syndication.whereabouts import CopiedPosts
from endpoint.stores.queues import Queue
from endpoint.stores.syndications import Syndications
from endpoint.stores.syndications.rows import Syndication
from endpoint.stores.syndications.work import SyndicationWork
from endpoint.syndicators import Syndicator

SYNDICATE = "syndicate"
"""The name of the follower."""

_log = structlog.get_logger()
_TOLD = ("url", "remote_id", "sent_version", "last_error")
_BATCH = 32
_ROUND_S = 20
"""So long the posts of one target may take before all others have their turn again."""
_LEASE = timedelta(minutes=1)
"""How long what a killed worker was at waits for another; a living one renews its lease."""


class Copying:
    """Brings the copies up to date; all targets at the same time, each in the order asked for."""

    def __init__(
        self,
        syndications: Syndications,
        work: SyndicationWork,
        posts: CopiedPosts,
        attempts: Attempts,
        syndicators: Mapping[str, Syndicator],
        pausing: Pausing,
        link: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        """``link`` tells the posts of the copies that there are by then."""
        self._syndications = syndications
        self._work = work
        self._posts = posts
        self._attempts = attempts
        self._targets = tuple(syndicators)
        self._pausing = pausing
        self._link = link
        self._clock = clock
        self._stopped = Event()

    def follower(self) -> Follower:
        """Return what copies; in a lane of its own, because others may be slow."""
        return Follower(SYNDICATE, self._find_wanted, self.copy, lane=SYNDICATE)

    def queue(self) -> Queue:
        """Return how many copies are to be made or changed, now or later."""
        return self._syndications.queue(self._targets)

    def stop(self) -> None:
        """Begin nothing more; what is left is done by the next worker."""
        self._stopped.set()

    def copy(self) -> None:
        """Do all that is due now; after each round the posts are told of their copies."""
        with ThreadPoolExecutor(max(1, len(self._targets)), SYNDICATE) as pool:
            # Also those that had nothing to do: there may be something new.
            while any(list(pool.map(self._copy_some, self._targets))):
                # What cannot be committed now is tried again by a follower of its own.
                with suppress(EndpointError):
                    self._link()

    def _find_wanted(self) -> str:
        now = self._clock()
        return now.isoformat() if self._work.is_due(self._targets, now) else ""

    def _copy_some(self, target: str) -> bool:
        """Do some of what is due at ``target``, and say whether there was anything."""
        if self._stopped.is_set():
            return False
        holder, batch = self._work.take([target], self._clock(), _BATCH, _LEASE)
        if batch:
            # Only now, so that their posts are surely among them.
            self._posts.catch_up()
            with renewing("copies", _LEASE, partial(self._renew, holder)):
                self._attempt_all(batch, holder)
        return bool(batch)

    def _attempt_all(self, rows: list[Syndication], holder: str) -> None:
        """Attempt ``rows`` until their target wants no more for now, or others have waited long."""
        end = time.monotonic() + _ROUND_S
        not_before, is_over = None, False
        for row in rows:
            if not_before or is_over or self._stopped.is_set() or time.monotonic() > end:
                break
            not_before, is_over = self._attempt(row, holder)
        self._work.release(holder)
        if not_before:
            self._work.postpone(rows[0].target, not_before)

    def _attempt(self, row: Syndication, holder: str) -> tuple[datetime | None, bool]:
        found = self._posts.find(row)
        if found.post and found.post.permalink != row.permalink:
            self._syndications.readdress(row.permalink, found.post.permalink)
            return None, False
        result = self._attempts.make(row, found, holder)
        if result.pause:
            self._pausing.pause(row.target, result.pause)
        self._work.note(row, result.row, holder)
        if _is_news(row, result.row):
            _log.info(
                "syndication",
                permalink=row.permalink,
                target=row.target,
                state=result.row.state,
                url=result.row.url,
                reason=result.row.last_error,
            )
        return result.not_before, bool(result.pause)

    def _renew(self, holder: str) -> None:
        self._work.renew(holder, self._clock() + _LEASE)


def _is_news(before: Syndication, after: Syndication) -> bool:
    """Return whether anything came of an attempt, other than that there is nothing to do now."""
    return any(getattr(before, name) != getattr(after, name) for name in _TOLD)
