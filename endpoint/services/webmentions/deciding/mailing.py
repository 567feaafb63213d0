"""Mail about mentions that wait: one for all that came within a while."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from endpoint.domain.webmentions.deciding.digest import Waiting, body, subject
from endpoint.errors import Unavailable
from endpoint.services.following import Follower
from endpoint.services.webmentions.deciding.links import DecisionLinks
from endpoint.stores.followers import Followers
from endpoint.stores.mail import Mailer
from endpoint.stores.mentions.decisions import Decisions
from endpoint.stores.mentions.rows import Received
from endpoint.stores.queues import Queue

MAIL = "mail"
"""The name of the follower that sends it."""

_MOST_TOLD = 20
_PERIOD = timedelta(minutes=15)
_LONG_PERIOD = timedelta(days=1)
_LEASE = timedelta(minutes=2)
_ROW = "mail, of all machines"


class Mailing:
    """Tells of what came to wait since the last mail, at most once in a quarter of an hour.

    While many that were told still wait, once a day is enough: the owner knows.
    ``shared`` has the row that says how far mail was sent, for all machines.
    """

    def __init__(
        self,
        decisions: Decisions,
        shared: Followers,
        mailer: Mailer,
        links: DecisionLinks,
        page_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._decisions = decisions
        self._shared = shared
        self._mailer = mailer
        self._links = links
        self._page_url = page_url
        self._clock = clock

    def follower(self) -> Follower:
        """Return what sends it."""
        return Follower(MAIL, self.wanted, self.send, lane=MAIL)

    def wanted(self) -> str:
        """Return up to which moment there should be a mail by now; empty if nothing ever waited."""
        told = self._told()
        newest = self._decisions.newest_waiting(self._boundary(told))
        moments = [moment for moment in (told, newest) if moment]
        return max(moments).astimezone(UTC).isoformat() if moments else ""

    def queue(self) -> Queue:
        """Return how many mentions wait that no mail has told of yet."""
        return self._decisions.queue(self._told())

    def send(self) -> None:
        """Send a mail of those that are not told yet, if there are.

        Raise Unavailable if the mail server does not take it, or another machine is at it.
        """
        until = self.wanted()
        holder = self._shared.take(_ROW, until, self._clock(), _LEASE)
        if holder is None:
            raise Unavailable("Another machine sends the mail; this one looks again")
        try:
            self._tell(self._told(), until)
        except Exception as error:
            # Whoever asks for this waits before they ask again.
            self._shared.fail(_ROW, holder, str(error), self._clock(), timedelta())
            raise
        self._shared.finish(_ROW, holder, until)

    def _tell(self, since: datetime | None, until: str) -> None:
        if not until:
            return
        waiting = self._decisions.waiting_between(since, datetime.fromisoformat(until), _MOST_TOLD)
        if waiting:
            count = self._decisions.count_waiting()
            told = tuple(map(self._describe, waiting))
            self._mailer.send(subject(count), body(told, count, self._page_url))

    def _describe(self, received: Received) -> Waiting:
        link = self._links.link(received.id)
        return Waiting(received.source, received.permalink, received.mention, link)

    def _told(self) -> datetime | None:
        done = self._shared.progress(_ROW).done
        return datetime.fromisoformat(done) if done else None

    def _boundary(self, told: datetime | None) -> datetime:
        """Return when the last mail could have been due."""
        known = self._decisions.waiting_between(None, told, _MOST_TOLD) if told else ()
        period = _LONG_PERIOD if len(known) == _MOST_TOLD else _PERIOD
        seconds = period.total_seconds()
        return datetime.fromtimestamp(self._clock().timestamp() // seconds * seconds, UTC)
