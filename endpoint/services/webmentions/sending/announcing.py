"""When what a post says is live, those whom it concerns are to be told."""

from collections.abc import Callable, Iterator
from datetime import datetime

from endpoint.errors import NotFound
from endpoint.services.following import Follower
from endpoint.services.shown import Shown, Steps
from endpoint.services.webmentions.sending.news import News, Said
from endpoint.stores.index import PostIndex
from endpoint.stores.queues import Queue
from endpoint.stores.repository import Repository
from endpoint.stores.sent_mentions import GONE, Pair, SentMentions

ANNOUNCE = "announce"
"""The name of the follower."""


class Announcing:
    """Follows the live site, and asks for whoever a post links to, or linked to, to be told.

    ``is_for_us`` says of a source and a target that nobody has to be told, and
    ``ring`` wakes who does that.
    """

    def __init__(
        self,
        steps: Steps,
        repository: Repository,
        index: PostIndex,
        news: News,
        sent: SentMentions,
        is_for_us: Callable[[str, str], bool],
        ring: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._steps = steps
        self._repository = repository
        self._index = index
        self._news = news
        self._sent = sent
        self._is_for_us = is_for_us
        self._ring = ring
        self._clock = clock

    def follower(self, lane: str) -> Follower:
        """Return what follows the live site, in the lane of what makes it live."""
        return self._steps.follower(self.announce, lane)

    def queue(self) -> Queue:
        """Return whether what is live waits to be looked through, as one, and since when."""
        old, new = self._steps.done(), self._steps.wanted()
        return Queue(0, None) if old == new else Queue(1, Shown.parse(new).until)

    def announce(self) -> None:
        """Ask for everybody to be told who is concerned by what is live now and was not before."""
        is_news = False
        for before, after in self._news.between(*self._steps.looks()):
            is_news |= self._sent.ask(list(self._pairs(before, after)), self._clock())
        if is_news:
            self._ring()

    def pairs(self, permalink: str) -> list[Pair]:
        """Return whom the post at ``permalink`` links to, or has linked to, and what they hear.

        Nobody counts as told before. Raise NotFound if no such post is or was there.
        """
        head = self._repository.head()
        self._index.catch_up()
        post = self._index.find(permalink)
        if post is None and not self._sent.targets(permalink):
            raise NotFound("There is no post at this URL; give the permalink of one of yours")
        is_out = post is not None and Shown(head, self._clock()).has(post)
        said = self._news.say(post, head) if post and is_out else None
        return list(self._pairs(None, said, post.permalink if post else permalink))

    def ask_again(self, permalink: str) -> str:
        """Ask for all of ``pairs()`` to be told, whatever they know; return their source."""
        pairs = self.pairs(permalink)
        self._sent.ask(pairs, self._clock(), again=True)
        return pairs[0].source if pairs else permalink

    def _pairs(self, before: Said | None, after: Said | None, source: str = "") -> Iterator[Pair]:
        told = [said for said in (after, before) if said]
        source = told[0].permalink if told else source
        links = [target for said in told for target in said.targets]
        for target in dict.fromkeys([*links, *self._sent.targets(source)]):
            if not self._is_for_us(source, target):
                old, new = (said.to(target) if said else GONE for said in (before, after))
                yield Pair(source, target, old, new)
