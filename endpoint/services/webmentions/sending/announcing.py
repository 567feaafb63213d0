"""When what a post says is live, those whom it concerns are to be told."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from endpoint.errors import EndpointError, NotFound
from endpoint.services.following import Follower
from endpoint.services.live import Live
from endpoint.services.webmentions.sending.news import News, Said, Shown
from endpoint.stores.followers import Followers
from endpoint.stores.git.histories import is_behind
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
        live: Live,
        followers: Followers,
        repository: Repository,
        index: PostIndex,
        news: News,
        sent: SentMentions,
        is_for_us: Callable[[str, str], bool],
        ring: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._live = live
        self._followers = followers
        self._repository = repository
        self._index = index
        self._news = news
        self._sent = sent
        self._is_for_us = is_for_us
        self._ring = ring
        self._clock = clock

    def begin(self, *, is_on: bool) -> None:
        """Take what is there at the first start for known: nobody hears of old posts.

        Where not ``is_on``, begin anew the next time: what comes meanwhile is not sent later.
        """
        # Without a repository or a database nothing works, and others say so.
        with suppress(EndpointError):
            if is_on != bool(self._done()):
                first = Shown(self._repository.head(), self._clock()) if is_on else ""
                self._followers.settle(ANNOUNCE, str(first))

    def follower(self, lane: str) -> Follower:
        """Return what follows the live site, in the lane of what makes it live."""
        return Follower(ANNOUNCE, self._find_wanted, self.announce, lane)

    def queue(self) -> Queue:
        """Return whether what is live waits to be looked through, as one, and since when."""
        old, new = self._done(), self._find_wanted()
        return Queue(0, None) if old == new else Queue(1, Shown.parse(new).until)

    def announce(self) -> None:
        """Ask for everybody to be told who is concerned by what is live now and was not before."""
        old, new = self._done(), self._find_wanted()
        is_news = False
        for before, after in self._news.between(Shown.parse(old), Shown.parse(new)):
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

    def _done(self) -> str:
        return self._followers.progress(ANNOUNCE).done

    def _find_wanted(self) -> str:
        live, done = self._live.version(), self._done()
        return live if live and live != done and self._is_later(live, done) else done

    def _is_later(self, live: str, done: str) -> bool:
        """Whether ``live`` is not the past: a build from before the first start, or a roll-back."""
        old, new = Shown.parse(done).commit, Shown.parse(live).commit
        if not old or old == new or not self._repository.has(old):
            return True
        return self._repository.has(new) and not is_behind(self._repository.path, new, old)
