"""Webmentions that arrive: checked, and kept until their source is looked at."""

from collections.abc import Callable
from datetime import datetime

from endpoint.domain.posts import Post
from endpoint.domain.webmentions.deciding.rules import is_refused
from endpoint.domain.webmentions.receiving.requests import Asking
from endpoint.domain.webmentions.receiving.targets import Grounds
from endpoint.errors import InvalidRequest, NotFound
from endpoint.stores.index import PostIndex
from endpoint.stores.mentions.inbox import Inbox
from endpoint.stores.mentions.rows import Received
from endpoint.stores.mentions.rules import MentionRules


class Receiving:
    """Takes Webmentions of the site's public posts; with ``any_page``, of any page below its root.

    ``announce`` is called when there is a source to be looked at.
    """

    def __init__(
        self,
        inbox: Inbox,
        index: PostIndex,
        rules: MentionRules,
        grounds: Grounds,
        clock: Callable[[], datetime],
        announce: Callable[[], None],
        *,
        any_page: bool = False,
    ) -> None:
        self._inbox = inbox
        self._index = index
        self._rules = rules
        self._grounds = grounds
        self._clock = clock
        self._announce = announce
        self._any_page = any_page

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
        self._index.catch_up()
        post = self._index.find(url) or self._index.find_moved(url)
        if post is not None and self._is_public(post):
            return post.permalink
        if post is None and self._any_page and not self._index.gone(url):
            return url
        raise InvalidRequest("target must be a published post of this site")

    def _is_public(self, post: Post) -> bool:
        is_out = post.published is None or post.published <= self._clock()
        return is_out and post.status == "published" and post.visibility == "public"
