"""The sources of Webmentions that wait are looked at, several at a time."""

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from threading import Event
from time import monotonic
from uuid import uuid4

import structlog

from endpoint.services.following import Follower
from endpoint.services.webmentions.receiving.judging import Judgement
from endpoint.services.webmentions.receiving.sources import Finding, Sources
from endpoint.stores.mentions.looks import Looks
from endpoint.stores.mentions.rows import UNKNOWN, Received
from endpoint.stores.mentions.rules import MentionRules
from endpoint.stores.queues import Queue

MENTIONS = "mentions"
"""The name of the follower."""

_log = structlog.get_logger()
_LEASE = timedelta(seconds=30)
_RENEW_S = 10
_PAUSE_S = 1
_AT_ONE_HOST = 2

UnderWay = dict[Future[None], Received]
"""The looks under way, each with the mention whose source is looked at."""


class Looking:
    """Looks at what waits: ``at_once`` sources at a time, and two of one host.

    ``approve`` is the setting of that name. ``announce`` is called when there is
    something for the owner or for readers.
    """

    def __init__(
        self,
        looks: Looks,
        sources: Sources,
        rules: MentionRules,
        clock: Callable[[], datetime],
        announce: Callable[[], None],
        *,
        approve: tuple[str, ...],
        at_once: int,
    ) -> None:
        self._looks = looks
        self._sources = sources
        self._rules = rules
        self._clock = clock
        self._announce = announce
        self._approve = approve
        self._at_once = at_once
        self._stopped = Event()

    def follower(self) -> Follower:
        """Return what looks as long as something waits."""
        return Follower(MENTIONS, self._wanted, self.work, lane=MENTIONS)

    def queue(self) -> Queue:
        """Return how many sources are to be looked at by now, those under way too."""
        return self._looks.queue(self._clock())

    def stop(self) -> None:
        """Begin no look any more; those under way end in seconds."""
        self._stopped.set()

    def work(self) -> None:
        """Look at all that waits by now, or comes meanwhile."""
        holder, under_way, renewed = uuid4().hex, UnderWay(), monotonic()
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="look") as pool:
            while self._begin(pool, holder, under_way):
                self._await_one(under_way)
                if monotonic() > renewed + _RENEW_S:
                    self._looks.renew(holder, self._clock() + _LEASE)
                    renewed = monotonic()

    def _wanted(self) -> str:
        # Never the same twice while something waits: what was done before does not settle it.
        return uuid4().hex if self._looks.has_due(self._clock()) else ""

    def _begin(self, pool: ThreadPoolExecutor, holder: str, under_way: UnderWay) -> bool:
        """Begin as many looks as there is room for; say whether any are under way."""
        while taken := self._take(holder, under_way):
            for each in taken:
                under_way[pool.submit(self._look, holder, each)] = each
        return bool(under_way)

    def _take(self, holder: str, under_way: UnderWay) -> list[Received]:
        room = self._at_once - len(under_way)
        if self._stopped.is_set() or not room:
            return []
        hosts = Counter(taken.host for taken in under_way.values())
        busy = [host for host, count in hosts.items() if count >= _AT_ONE_HOST]
        now = self._clock()
        return self._looks.take(holder, now, now + _LEASE, room, busy)

    def _await_one(self, under_way: UnderWay) -> None:
        """Wait until a look is over, or something else may have come."""
        done, _ = wait(under_way, timeout=_PAUSE_S, return_when=FIRST_COMPLETED)
        for look in done:
            del under_way[look]
            look.result()

    def _look(self, holder: str, taken: Received) -> None:
        found = self._read(taken)
        rules = self._rules.all()
        judge = Judgement(found, self._approve, rules, self._clock(), random.random)
        noted = self._looks.note(holder, taken, self._clock(), judge)
        if noted and noted.changed_at != taken.changed_at:
            self._announce()

    def _read(self, taken: Received) -> Finding:
        targets = tuple(dict.fromkeys((taken.asked, taken.target)))
        try:
            found = self._sources.read(taken.source, targets)
        except Exception:
            # A page that trips a fault of ours must not keep the others waiting.
            _log.exception("source not read", source=taken.source, target=taken.target)
            return Finding(UNKNOWN, "Something went wrong here while the source was read.")
        finding = found.finding or "unknown"
        _log.info("source read", source=taken.source, target=taken.target, finding=finding)
        return found
