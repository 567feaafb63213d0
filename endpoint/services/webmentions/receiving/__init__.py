"""Webmentions that arrive: checked, and kept until their source is looked at."""

from collections.abc import Callable
from datetime import datetime

from endpoint.domain.webmentions.deciding.rules import is_refused
from endpoint.domain.webmentions.receiving.requests import Asking
from endpoint.domain.webmentions.receiving.targets import Grounds
from endpoint.errors import InvalidRequest, NotFound
from endpoint.services.webmentions.pages import Pages
from endpoint.stores.mentions.inbox import Inbox
from endpoint.stores.mentions.rows import Received
from endpoint.stores.mentions.rules import MentionRules


class Receiving:
    """Takes Webmentions of the site's public ``pages``.

    ``announce`` is called when there is a source to be looked at.
    """

    def __init__(
        self,
        inbox: Inbox,
        pages: Pages,
        rules: MentionRules,
        grounds: Grounds,
        clock: Callable[[], datetime],
        announce: Callable[[], None],
    ) -> None:
        self._inbox = inbox
        self._pages = pages
        self._rules = rules
        self._grounds = grounds
        self._clock = clock
        self._announce = announce

    def receive(self, asking: Asking) -> str | None:
        """Keep what is asked for and return the id of the mention (Webmention §3.2).

        None if the owner wants nothing of this source, which is not told. Raise
        InvalidRequest if the target is no page that can be mentioned.
        """
        permalink = self.find_page(asking.target)
        if is_refused(self._rules.all(), asking.source):
            return None
        id_ = self._inbox.receive(asking, permalink, self._clock())
        self._announce()
        return id_

    def find(self, id_: str) -> Received:
        """Return the mention ``id_``; raise NotFound if there is none."""
        if received := self._inbox.find(id_):
            return received
        raise NotFound("There is no mention at this URL")

    def find_page(self, target: str) -> str:
        """Return the permalink of the page that ``target`` means, or raise InvalidRequest."""
        url = self._grounds.find(target)
        if url is None:
            raise InvalidRequest("target must be the URL of a page of this site")
        permalink = self._pages.find(url)
        if permalink is None:
            raise InvalidRequest("target must be a published post of this site")
        return permalink

    def is_readable(self, received: Received) -> bool:
        """Whether readers may see the page that a mention is of."""
        return self._pages.find(received.permalink, unlisted=True) is not None
