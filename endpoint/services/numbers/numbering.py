"""Every public post gets its number, as commits come in and scheduled posts come out."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from endpoint.domain.lists import Selection
from endpoint.domain.posts import Post
from endpoint.errors import EndpointError
from endpoint.services.following import Follower
from endpoint.services.numbers import Numbers
from endpoint.stores.followers import Followers
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Repository

NUMBERING = "numbers"
"""The name of the follower."""

_PAGE = 200
_MOST_AT_ONCE = 200


class Numbering:
    """Numbers the posts that this clone has; other clones come to the same numbers."""

    def __init__(
        self, numbers: Numbers, index: PostIndex, repository: Repository, followers: Followers
    ) -> None:
        self._numbers = numbers
        self._index = index
        self._repository = repository
        self._followers = followers
        self._done = ""

    def follower(self) -> Follower:
        """Return what numbers the posts of a whole site, and all that come."""
        return Follower(NUMBERING, self._wanted, self.work, lane=NUMBERING)

    def work(self) -> None:
        """Number what has no number yet, however much it is."""
        for some in self._batches(self._followers.progress(NUMBERING).done):
            self._numbers.posts(some)

    def catch_up(self) -> None:
        """Number what has come since the last time; of a whole site only the newest.

        The rest of a site that was there before is left to the follower, and not
        looked at again until something else comes.
        """
        wanted = self._wanted()
        if wanted == self._done:
            return
        done = self._followers.progress(NUMBERING).done
        if done != wanted and self._number_some(done):
            self._followers.settle(NUMBERING, wanted)
        self._done = wanted

    def _number_some(self, done: str) -> bool:
        """Number what came after ``done``; say whether that was all."""
        count = 0
        for some in self._batches(done):
            if count >= _MOST_AT_ONCE:
                return False
            self._numbers.posts(some)
            count += len(some)
        return True

    def _wanted(self) -> str:
        return f"{self._repository.head()} {self._index.newest_out()}"

    def _batches(self, done: str) -> Iterator[list[Post]]:
        """Yield the public posts that may have no number, some at a time, the newest first."""
        commit, _, out = done.partition(" ")
        since = None
        if self._is_ours(commit):
            since = None if out == "None" else datetime.fromisoformat(out)
            yield from self._changed(commit)
        yield from self._newer(since)

    def _changed(self, commit: str) -> Iterator[list[Post]]:
        changes = self._repository.changes(commit, self._repository.head())
        paths = [path for path, oid in changes if oid]
        for start in range(0, len(paths), _PAGE):
            yield self._index.find_at(paths[start : start + _PAGE])

    def _newer(self, since: datetime | None) -> Iterator[list[Post]]:
        """Yield the posts that came out after the moment ``since``; None for all there are."""
        after: str | None = None
        while True:
            page = self._index.select(Selection(limit=_PAGE, public_only=True, after=after))
            newer = [post for post in page.posts if _is_newer(post, since)]
            yield newer
            after = page.after
            if not after or len(newer) < len(page.posts):
                return

    def _is_ours(self, commit: str) -> bool:
        with suppress(EndpointError):
            return self._repository.has(commit)
        return False


def _is_newer(post: Post, since: datetime | None) -> bool:
    return since is None or post.published is None or post.published > since
