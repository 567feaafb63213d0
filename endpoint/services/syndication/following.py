"""When a post is live that was not before, or says something else, its copies are looked at."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from endpoint.generators.generator import Generator
from endpoint.services.following import Follower
from endpoint.services.shown import Shown, Steps
from endpoint.services.webmentions.sending.news import came_out
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Repository
from endpoint.stores.syndications import Syndications
from endpoint.stores.syndications.rows import GONE

COPIES = "copies"
"""The name of the follower."""


class CopyFollowing:
    """Follows the live site, whoever changed it, and says which posts are to be looked at.

    What is to be done with their copies shows then; ``ring`` wakes who does it.
    """

    def __init__(
        self,
        steps: Steps,
        repository: Repository,
        index: PostIndex,
        generator: Generator,
        syndications: Syndications,
        ring: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._steps = steps
        self._repository = repository
        self._index = index
        self._generator = generator
        self._syndications = syndications
        self._ring = ring
        self._clock = clock

    def begin(self, *, is_on: bool) -> None:
        """Take what is there at the first start for known."""
        self._steps.begin(is_on=is_on)

    def follower(self, lane: str) -> Follower:
        """Return what follows the live site, in the lane of what makes it live."""
        return Follower(COPIES, self._steps.wanted, self.follow, lane)

    def follow(self) -> None:
        """Have the copies of all posts looked at whose files or times make a difference now."""
        old, new = Shown.parse(self._steps.done()), Shown.parse(self._steps.wanted())
        before, after = set[str](), set[str]()
        for path in self._changed(old, new):
            # A post whose file has become unreadable is still there, as far as anybody knows.
            with suppress(ValueError):
                after |= self._read(path, new.commit)
                before |= self._read(path, old.commit)
        now = self._clock()
        is_news = self._syndications.touch(after, new.commit, now)
        is_news |= self._syndications.touch(before - after, GONE, now)
        if is_news:
            self._ring()

    def _changed(self, old: Shown, new: Shown) -> set[str]:
        if not old.commit or not self._repository.has(old.commit):
            return set()
        self._index.catch_up()
        changed = {path for path, _ in self._repository.changes(old.commit, new.commit)}
        changed.update(came_out(self._index, old, new))
        return set(filter(self._generator.is_listed, changed))

    def _read(self, path: str, commit: str) -> set[str]:
        """Return the permalink of the post in the file, if there is one; raise ValueError."""
        data = self._repository.read(path, commit)
        post = self._generator.read(path, data) if data is not None else None
        return {post.permalink} if post else set()
