"""What was sent to whom and what came back, as the owner looks it over."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from endpoint.errors import NotFound
from endpoint.stores.sent_mentions import Sent, SentMentions

PAGE_SIZE = 50


@dataclass(frozen=True)
class OutboxPage:
    """A page of the list; ``has_more`` says that older ones follow."""

    rows: tuple[Sent, ...]
    has_more: bool


class Outbox:
    """The Webmentions that the site has sent, or is to send; ``ring`` wakes who does that."""

    def __init__(
        self, sent: SentMentions, ring: Callable[[], None], clock: Callable[[], datetime]
    ) -> None:
        self._sent = sent
        self._ring = ring
        self._clock = clock

    def page(self, number: int) -> OutboxPage:
        """Return a page of them, those asked for last on the first, whose number is 1."""
        rows = self._sent.page(PAGE_SIZE + 1, (number - 1) * PAGE_SIZE)
        return OutboxPage(tuple(rows[:PAGE_SIZE]), len(rows) > PAGE_SIZE)

    def try_again(self, key: str) -> None:
        """Have one target told again, now. Raise NotFound if there is none of this ``key``."""
        if not self._sent.try_again(key, self._clock()):
            raise NotFound("There is no such mention; it may be one of another site")
        self._ring()
