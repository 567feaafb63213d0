"""Who answered, liked or reposted a copy: networks are asked again and again, ever less often."""

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from threading import Event

import structlog

from endpoint.domain.copies.reactions import Reaction
from endpoint.services.following import Follower
from endpoint.services.syndication.forbidden import told_apart
from endpoint.services.syndication.pausing import Pausing
from endpoint.services.syndication.reactions import Reactions
from endpoint.stores.queues import Queue
from endpoint.stores.syndications.looks import SyndicationLooks
from endpoint.stores.syndications.rows import Syndication
from endpoint.syndicators import Copy, Listener
from endpoint.syndicators.outcomes import NotAllowed, NotNow, SyndicationError

BACKFEED = "backfeed"
"""The name of the follower."""

_log = structlog.get_logger()
_LEASE = timedelta(minutes=10)
_FIRST_WAIT = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(days=7)
_ENDS_AFTER = timedelta(days=60)
_PAUSE, _LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)


class Backfeed:
    """Asks ``listeners``, by the uid of their target, and has what is found kept."""

    def __init__(
        self,
        listeners: Mapping[str, Listener],
        looks: SyndicationLooks,
        reactions: Reactions,
        pausing: Pausing,
        clock: Callable[[], datetime],
    ) -> None:
        self._listeners = listeners
        self._looks = looks
        self._reactions = reactions
        self._pausing = pausing
        self._clock = clock
        self._not_before: dict[str, datetime] = {}
        self._stopped = Event()

    def follower(self) -> Follower:
        """Return what asks; in a lane of its own, because networks may be slow."""
        return Follower(BACKFEED, self._find_wanted, self.listen, lane=BACKFEED)

    def queue(self) -> Queue:
        """Return how many copies are to be looked at by now."""
        return self._looks.queue(self._listeners, self._clock())

    def stop(self) -> None:
        """Ask nothing more; what is left is asked by the next worker."""
        self._stopped.set()

    def listen(self) -> None:
        """Look at each copy that is to be looked at by now."""
        while not self._stopped.is_set():
            now = self._clock()
            taken = self._looks.take(self._find_open(now), now, now + _LEASE)
            if taken is None:
                return
            if self._look(taken):
                again = next_look(taken, self._clock(), random.random())  # noqa: S311
                self._looks.note(taken, again)

    def _find_wanted(self) -> str:
        now = self._clock()
        return now.isoformat() if self._looks.is_due(self._find_open(now), now) else ""

    def _find_open(self, now: datetime) -> list[str]:
        paused = self._pausing.all()
        return [
            uid
            for uid in self._listeners
            if uid not in paused and self._not_before.get(uid, now) <= now
        ]

    def _look(self, row: Syndication) -> bool:
        """Look at a copy; say whether that is over, and need not be repeated soon."""
        try:
            found = self._reactions.keep(row, self._ask(row))
            _log.info("copy looked at", permalink=row.permalink, target=row.target, found=found)
        except NotNow as error:
            # What one copy cannot tell is no reason to ask about it more often than others.
            self._not_before[row.target] = self._find_end(error.retry_at)
            self._complain(row, error)
        except NotAllowed as error:
            self._pausing.pause(row.target, str(error))
            self._complain(row, error)
            return False
        except SyndicationError as error:
            self._complain(row, error)
        except Exception:
            # What trips a fault of ours must not keep the others from being looked at.
            _log.exception("copy not looked at", permalink=row.permalink, target=row.target)
        return True

    def _ask(self, row: Syndication) -> Iterable[Reaction]:
        listener = self._listeners[row.target]
        with told_apart(listener):
            return listener.reactions(Copy(row.url, row.remote_id))

    def _find_end(self, retry_at: datetime | None) -> datetime:
        now = self._clock()
        return min(max(retry_at or now, now + _PAUSE), now + _LONGEST_PAUSE)

    def _complain(self, row: Syndication, error: SyndicationError) -> None:
        _log.warning(
            "copy not looked at", permalink=row.permalink, target=row.target, reason=str(error)
        )


def next_look(row: Syndication, now: datetime, chance: float) -> datetime | None:
    """Return when a copy is looked at again: after minutes, then hours and days, then never.

    ``chance``, 0 to 1, spreads the copies of one moment a little.
    """
    if row.copied_at and now - row.copied_at > _ENDS_AFTER:
        return None
    wait: timedelta = min(_FIRST_WAIT * 2 ** min(row.looks, 12), _LONGEST_WAIT)
    return now + wait * (1 + chance / 10)
