"""Micro.blog without a token: it copies what is new in a feed, and is told when to look."""

from datetime import datetime

from endpoint.config.syndication import SyndicationTarget
from endpoint.stores.web import FetchError
from endpoint.syndicators import Copy, Outgoing, Tools
from endpoint.syndicators.answers import Answer, outcome
from endpoint.syndicators.outcomes import NotNow


class PingSyndicator:
    """Tells a server to look at the feed; what it makes of that nobody learns."""

    name = "microblog"

    def __init__(self, target: SyndicationTarget, server: str, tools: Tools) -> None:
        self.targets = (target,)
        self._server = server
        self._tools = tools

    def copy(self, outgoing: Outgoing, key: str) -> Copy:  # noqa: ARG002
        """Have the feed looked at; the copy has no URL."""
        self._ping()
        return Copy("", "ping")

    def find(self, outgoing: Outgoing, key: str, since: datetime) -> Copy | None:  # noqa: ARG002
        """Return None: doing it twice does no harm."""
        return None

    def recognise(self, url: str) -> Copy | None:  # noqa: ARG002
        """Return None: doing it twice does no harm."""
        return None

    def edit(self, copy: Copy, outgoing: Outgoing) -> Copy:  # noqa: ARG002
        """Have the feed looked at again."""
        self._ping()
        return copy

    def remove(self, copy: Copy) -> None:
        """Leave it: what is gone from a feed is not asked back."""

    def check(self) -> str:
        """Return the feed, which has to be known there already."""
        return self._tools.feed_url

    def _ping(self) -> None:
        try:
            page = self._tools.web.post(f"{self._server}ping", {"url": self._tools.feed_url})
        except FetchError as error:
            raise NotNow(f"The server cannot be reached: {error}.") from error
        if not 200 <= page.status < 300:
            answer = Answer(page.status, page.headers, page.content)
            raise outcome(answer, self._tools.clock(), is_unknown=False)
