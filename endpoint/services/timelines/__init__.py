"""Posts and mentions in the order of their numbers, page by page, as apps ask for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from endpoint.domain.lists import Cursor, Selection
from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.services.numbers import POST, Numbers, moment_of
from endpoint.services.numbers.numbering import Numbering
from endpoint.services.timelines.spans import Numberwise, Slice, Span, walk
from endpoint.stores.index import PostIndex
from endpoint.stores.index.rows import to_microseconds
from endpoint.stores.mentions.numbered import NumberedMentions
from endpoint.stores.mentions.rows import Received
from endpoint.stores.numbers.rows import MOST

_STEP = 200


@dataclass(frozen=True)
class Wanted:
    """Which posts: those with ``tag``, of the post type ``kind``, that ``test`` lets pass."""

    tag: str | None = None
    kind: str | None = None
    test: Callable[[Post], bool] = lambda _post: True


Choose = Callable[[Numberwise[Received]], Numberwise[Received]]


class Timelines:
    """What readers may see, in pages that neither skip nor repeat.

    Every method raises Unavailable if the database cannot be reached.
    """

    def __init__(
        self,
        numbers: Numbers,
        numbering: Numbering,
        index: PostIndex,
        mentions: NumberedMentions,
        clock: Callable[[], datetime],
    ) -> None:
        self._numbers = numbers
        self._numbering = numbering
        self._index = index
        self._mentions = mentions
        self._clock = clock

    def posts(self, span: Span, wanted: Wanted = Wanted()) -> Slice[Post]:
        """Return the public posts of a span.

        Those with a tag, or of a kind, go by their date: only there it matters
        that a post whose date was edited keeps its number. Raise InvalidRequest
        if the tag is too long or no text.
        """
        self._numbering.catch_up()
        if wanted.tag is not None or wanted.kind is not None:
            return self._by_date(span, wanted)

        def load(above: int, below: int, limit: int) -> tuple[Numberwise[Post], int | None]:
            rows = self._numbers.between(POST, above, below, limit, span.is_up)
            posts = self._index.find_public(address(row.name) for row in rows)
            numbered = [(row.id, posts.get(address(row.name))) for row in rows]
            kept = [(number, post) for number, post in numbered if post and wanted.test(post)]
            return kept, rows[-1].id if len(rows) == limit else None

        return walk(span, load)

    def mentions(self, span: Span, choose: Choose = list) -> Slice[Received]:
        """Return the mentions of a span that are shown, of which ``choose`` leaves some.

        Those of pages that are not there any more, or not yet, are none of them.
        """
        self._number_mentions()
        self._index.catch_up()

        def load(above: int, below: int, limit: int) -> tuple[Numberwise[Received], int | None]:
            rows = self._mentions.between(above, below, limit, up=span.is_up)
            there = self.with_pages([received for _, received in rows])
            kept = [row for row in rows if row[1].id in there]
            return choose(kept), rows[-1][0] if len(rows) == limit else None

        return walk(span, load)

    def with_pages(self, mentions: Sequence[Received]) -> frozenset[str]:
        """Return the ``id`` of each of ``mentions`` whose page is there for readers."""
        posts = self._index.find_all(received.address for received in mentions)
        now = self._clock()

        def is_there(received: Received) -> bool:
            post = posts.get(received.address)
            return post.is_out(now) if post else not self._index.gone(received.permalink)

        return frozenset(received.id for received in mentions if is_there(received))

    def _number_mentions(self) -> None:
        while new := self._mentions.without_number(_STEP):
            self._numbers.mentions(new)

    def _by_date(self, span: Span, wanted: Wanted) -> Slice[Post]:
        selection = Selection(limit=span.limit, tag=wanted.tag, kind=wanted.kind, public_only=True)
        if span.min_id is not None:
            selection = replace(selection, before=str(self._cursor(span.min_id)))
        elif span.max_id < MOST:
            selection = replace(selection, after=str(self._cursor(span.max_id)))
        page = self._index.select(selection)
        newer = self._until(page.posts, span.since_id)
        ids = self._numbers.posts(newer)
        has_more = bool(page.after) and len(newer) == len(page.posts)
        in_order = sorted(newer, key=lambda post: int(ids[post.permalink]), reverse=True)
        return Slice(
            tuple(post for post in in_order if wanted.test(post)),
            next=ids[newer[-1].permalink] if newer and has_more else None,
            previous=ids[newer[0].permalink] if newer else None,
        )

    def _until(self, posts: Sequence[Post], since_id: int) -> Sequence[Post]:
        """Return ``posts``, the newest first, as far as they are newer than the one numbered so."""
        if not since_id:
            return posts
        last = self._cursor(since_id)
        places = [(self._place(post), post) for post in posts]
        edge = (last.published, last.path)
        return [post for place, post in places if (place.published, place.path) > edge]

    def _cursor(self, number: int) -> Cursor:
        """Return the place of the post with this number, or of its moment."""
        found = self._numbers.find(str(number), POST)
        post = self._index.find(found.name) if found else None
        return self._place(post) if post else Cursor(to_microseconds(moment_of(number)), "-")

    def _place(self, post: Post) -> Cursor:
        return Cursor(to_microseconds(post.published) if post.published else 0, post.path)
