"""When a post is live that was not before, or says something else, its copies are looked at."""

from collections.abc import Callable
from datetime import datetime

from endpoint.services.changes import Changes
from endpoint.services.following import Follower
from endpoint.services.shown import Steps
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
        changes: Changes,
        syndications: Syndications,
        ring: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._steps = steps
        self._changes = changes
        self._syndications = syndications
        self._ring = ring
        self._clock = clock

    def follower(self, lane: str) -> Follower:
        """Return what follows the live site, in the lane of what makes it live."""
        return self._steps.follower(self.follow, lane)

    def follow(self) -> None:
        """Have the copies of all posts looked at whose files or times make a difference now."""
        old, new = self._steps.looks()
        before, after = set[str](), set[str]()
        for was, is_now in self._changes.posts(old, new):
            before |= {was.permalink} if was else set()
            after |= {is_now.permalink} if is_now else set()
        now = self._clock()
        is_news = self._syndications.touch(after, new.commit, now)
        is_news |= self._syndications.touch(before - after, GONE, now)
        if is_news:
            self._ring()
