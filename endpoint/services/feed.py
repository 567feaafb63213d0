"""The public posts as a JSON Feed, page by page."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlencode

from endpoint.domain.feed import FeedSettings, write_feed
from endpoint.domain.lists import Selection
from endpoint.stores.index import Edition, PostIndex

PAGE_SIZE = 20

_MOST_PAGES = 64


@dataclass(frozen=True)
class FeedQuery:
    """Which page of which feed: of all posts, or those with ``tag``, or of post type ``type``.

    ``after`` is the cursor that ``next_url`` brought.
    """

    tag: str | None = None
    type: str | None = None
    after: str | None = None


@dataclass(frozen=True)
class FeedPage:
    """A page as it goes out; ``modified`` is None while its second is not over."""

    body: bytes
    etag: str
    modified: datetime | None


class FeedService:
    """Pages of the feed, each kept in memory until the public posts change."""

    def __init__(
        self, index: PostIndex, settings: FeedSettings, clock: Callable[[], datetime]
    ) -> None:
        self._index = index
        self._settings = settings
        self._clock = clock
        self._pages: dict[tuple[str, FeedQuery], tuple[bytes, str]] = {}

    def page(self, query: FeedQuery) -> FeedPage:
        """Return the page that ``query`` asks for; raise InvalidRequest if its cursor is none."""
        edition = self._index.edition()
        body, etag = self._body(edition, query)
        modified = edition.modified if edition.modified <= self._clock() else None
        return FeedPage(body, etag, modified)

    def _body(self, edition: Edition, query: FeedQuery) -> tuple[bytes, str]:
        key = (edition.version, query)
        page = self._pages.get(key)
        if page is None:
            page = self._write(query), self._etag(edition, query)
            # One assignment, so that threads need no lock; a page lost is made again.
            fresh = {k: v for k, v in self._pages.items() if k[0] == edition.version}
            self._pages = {**(fresh if len(fresh) < _MOST_PAGES else {}), key: page}
        return page

    def _write(self, query: FeedQuery) -> bytes:
        page = self._index.items(
            Selection(limit=PAGE_SIZE, tag=query.tag, kind=query.type, after=query.after)
        )
        next_url = self._url(FeedQuery(query.tag, query.type, page.after)) if page.after else ""
        first_url = self._url(FeedQuery(query.tag, query.type))
        return write_feed(self._settings, page.items, feed_url=first_url, next_url=next_url)

    def _url(self, query: FeedQuery) -> str:
        parameters = {name: value for name, value in asdict(query).items() if value is not None}
        return self._settings.feed_url + (f"?{urlencode(parameters)}" if parameters else "")

    def _etag(self, edition: Edition, query: FeedQuery) -> str:
        return sha256(f"{edition.version} {query} {self._settings}".encode()).hexdigest()[:32]
