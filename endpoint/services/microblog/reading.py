"""The feeds that apps for Micro.blog read, from the timelines that Mastodon's apps get too."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo

from endpoint.domain.microblog import Document, Feeds, write_author, write_item
from endpoint.domain.posts import Post
from endpoint.services.mastodon.entries import Entry
from endpoint.services.mastodon.showing import Showing
from endpoint.services.mastodon.threads import Threads
from endpoint.services.timelines import Timelines, Wanted
from endpoint.services.timelines.spans import Span
from endpoint.services.verbs import Verb

_KINDS = {
    "photos": ("photo",),
    "media": ("photo", "video", "audio"),
    "replies": ("reply",),
}


class Reading:
    """Feeds of the owner's posts, and of what others said to them."""

    def __init__(
        self,
        timelines: Timelines,
        showing: Showing,
        threads: Threads,
        feeds: Feeds,
        zone: tzinfo,
        clock: Callable[[], datetime],
    ) -> None:
        self._timelines = timelines
        self._showing = showing
        self._threads = threads
        self._feeds = feeds
        self._zone = zone
        self._clock = clock

    def feed(self, name: str, span: Span) -> Document:
        """Return the feed ``name``: ``all``, ``mentions``, ``photos``, ``media``, ``replies``."""
        is_of_others = name == "mentions"
        entries = self._timelines.mentions(span).items if is_of_others else self._posts(name, span)
        return self._feeds.write(name, self._items(entries))

    def account(self, name: str, only: str, span: Span) -> Document:
        """Return the owner's profile with posts, with those of the feed ``only`` if it has one."""
        owner = self._showing.owner()
        known = {
            "id": owner["id"],
            "username": owner["username"],
            "bio": owner["note"],
            "is_following": False,
            "is_you": True,
            "following_count": 0,
            "discover_count": 0,
        }
        items = self._items(self._posts(only, span))
        path = f"{name}/{only}" if only else name
        return {**self._feeds.write(path, items, **known), "author": write_author(owner)}

    def kept(self, name: str, verb: Verb, span: Span) -> Document:
        """Return the posts by which the owner likes, or has bookmarked, something."""
        posts = self._timelines.posts(span, Wanted(kind=verb)).items
        return self._feeds.write(name, self._items(posts))

    def nothing(self, name: str) -> Document:
        """Return the feed ``name`` without items, of what others recommend."""
        return self._feeds.write(name, [], tagmoji=[])

    def conversation(self, number: str) -> Document:
        """Return the thread of what has this number, the newest first; raise NotFound."""
        entry = self._showing.find(number)
        root = [*self._threads.above(entry), entry][0]
        thread = [root, *self._threads.below(root)]
        # A like is no answer, and stands in no thread but its own.
        items = self._items(thread if entry in thread else [*thread, entry])
        return self._feeds.write("conversation", sorted(items, key=_number, reverse=True))

    def _posts(self, name: str, span: Span) -> Sequence[Post]:
        kinds = _KINDS.get(name)
        if kinds is None:
            return self._timelines.posts(span).items
        found = [
            post for kind in kinds for post in self._timelines.posts(span, Wanted(kind=kind)).items
        ]
        return sorted(found, key=_published, reverse=True)[: span.limit]

    def _items(self, entries: Sequence[Entry]) -> list[Document]:
        now, statuses = self._clock(), self._showing.all(entries, with_pictures=True)
        return [
            write_item(status, entry if isinstance(entry, Post) else None, self._zone, now)
            for entry, status in zip(entries, statuses, strict=True)
        ]


def _published(post: Post) -> datetime:
    # No page without a date is public.
    return post.published or datetime.max.replace(tzinfo=UTC)


def _number(item: Document) -> int:
    return int(item["id"])
