"""The posts as their owner looks them over: newest first, those nobody else sees too."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo

from endpoint.domain.lists import Selection
from endpoint.domain.messages import summarize
from endpoint.domain.posts import Post
from endpoint.services.live import Live
from endpoint.stores.index import PostIndex

PAGE_SIZE = 50

_LONGEST_SUMMARY = 160


@dataclass(frozen=True)
class ListedPost:
    """A post in a line: ``summary`` is its name or its first words.

    ``published`` is in the owner's zone, None on a post without a date;
    ``marks`` say why not everybody sees it: ``draft``, ``scheduled``, ``unlisted``,
    or that its page is not up yet as it is now: ``publishing``.
    """

    summary: str
    kind: str
    permalink: str
    published: datetime | None
    marks: tuple[str, ...]


@dataclass(frozen=True)
class PostPage:
    """A page of the list; ``before`` and ``after`` are cursors if newer or older posts are."""

    posts: tuple[ListedPost, ...]
    before: str | None
    after: str | None


class PostList:
    """Every post of the site, page by page, with times in ``zone``."""

    def __init__(
        self, index: PostIndex, live: Live, zone: tzinfo, clock: Callable[[], datetime]
    ) -> None:
        self._index = index
        self._live = live
        self._zone = zone
        self._clock = clock

    def page(self, before: str | None, after: str | None) -> PostPage:
        """Return the page that a cursor of another one leads to, or the first.

        Raise InvalidRequest if a cursor is none, or both are there.
        """
        self._index.catch_up()
        page = self._index.select(Selection(limit=PAGE_SIZE, before=before, after=after))
        return PostPage(tuple(map(self._describe, page.posts)), page.before, page.after)

    def _describe(self, post: Post) -> ListedPost:
        published = post.published
        return ListedPost(
            summary=summarize(post, _LONGEST_SUMMARY) or post.permalink,
            kind=post.kind,
            permalink=post.permalink,
            published=published.astimezone(self._zone) if published else None,
            marks=tuple(self._find_marks(post, published)),
        )

    def _find_marks(self, post: Post, published: datetime | None) -> Iterator[str]:
        if post.status != "published":
            yield "draft"
        elif published and published > self._clock():
            yield "scheduled"
        elif self._live.live_commit() and not self._live.is_live(post):
            yield "publishing"
        if post.visibility != "public":
            yield post.visibility
