"""Where a post is that is to be copied: readers see it, or not yet, or no more."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from endpoint.domain.copies.linking import WANTED
from endpoint.domain.posts import Post
from endpoint.domain.webmentions.outgoing import version_of
from endpoint.generators.generator import Generator
from endpoint.services.live import Live
from endpoint.services.shown import Shown, Steps
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Repository
from endpoint.stores.syndications.rows import GONE, Syndication

_A_WHILE = timedelta(minutes=10)
"""Until something is looked at that is not live; what becomes live is looked at by itself."""


class Whereabouts(Enum):
    """``HIDDEN`` is what readers shall not see, or not yet; ``LOST`` what cannot be read."""

    SHOWN = auto()
    UNBUILT = auto()
    HIDDEN = auto()
    GONE = auto()
    LOST = auto()


@dataclass(frozen=True)
class Found:
    """A post as the newest commit has it; None where it has none.

    ``look_again_at`` is when it may be somewhere else without any commit.
    """

    whereabouts: Whereabouts
    post: Post | None = None
    look_again_at: datetime | None = None


class CopiedPosts:
    """Finds the posts of rows; ``catch_up`` takes in the newest commits.

    What counts as shown is live, and was looked at by the follower of the live site,
    whose ``steps`` these are: it sees every change from there on.
    """

    def __init__(
        self,
        repository: Repository,
        index: PostIndex,
        generator: Generator,
        live: Live,
        steps: Steps,
        clock: Callable[[], datetime],
    ) -> None:
        self._repository = repository
        self._index = index
        self._generator = generator
        self._live = live
        self._steps = steps
        self._clock = clock

    def catch_up(self) -> None:
        """Let what is found be that of the newest commit."""
        self._index.catch_up()

    def find(self, row: Syndication) -> Found:
        """Return where the post of ``row`` is; its permalink is another one if it has moved."""
        post = self._index.trace(row.permalink)
        if post is None:
            return self._find_gone(row)
        now = self._clock()
        seen = Shown.parse(self._live.version()), Shown.parse(self._steps.done())
        if not all(self._says_the_same(shown.commit, post) for shown in set(seen)):
            return Found(Whereabouts.UNBUILT, post, now + _A_WHILE)
        if post.status != "published" or post.visibility not in ("public", "unlisted"):
            return Found(Whereabouts.HIDDEN, post)
        if not post.is_out(now):
            return Found(Whereabouts.HIDDEN, post, post.published)
        if not all(shown.has(post) for shown in seen):
            return Found(Whereabouts.UNBUILT, post, now + _A_WHILE)
        return Found(Whereabouts.SHOWN, post)

    def _says_the_same(self, commit: str, post: Post) -> bool:
        """Say whether ``commit`` has what ``post`` says; links to copies make no difference."""
        if not commit or not self._repository.has(commit):
            return False
        data = self._repository.read(post.path, commit)
        with suppress(ValueError):
            shown = self._generator.read(post.path, data) if data is not None else None
            return shown is not None and _said(shown) == _said(post)
        return False

    def _find_gone(self, row: Syndication) -> Found:
        # Without a tombstone only who has seen the file go knows that it is not just broken.
        is_gone = row.version == GONE or self._index.gone(row.permalink)
        return Found(Whereabouts.GONE if is_gone else Whereabouts.LOST)


def _said(post: Post) -> tuple[object, ...]:
    return post.permalink, version_of(post), post.properties.get(WANTED)
