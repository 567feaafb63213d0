"""Posts, mentions and pages found by their numbers and their URLs."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.domain.webmentions.mention import Mention
from endpoint.errors import NotFound
from endpoint.services.mastodon.entries import Entry, Page
from endpoint.services.numbers import MENTION, PAGE, POST, Numbered, Numbers, url_of
from endpoint.services.timelines import Timelines
from endpoint.stores.index import PostIndex
from endpoint.stores.mentions.numbered import NumberedMentions
from endpoint.stores.mentions.rows import Received


class Finding:
    """Finds entries; what is rejected, deleted or gone from its source is not found any more."""

    def __init__(
        self,
        numbers: Numbers,
        index: PostIndex,
        mentions: NumberedMentions,
        timelines: Timelines,
        clock: Callable[[], datetime],
    ) -> None:
        self._numbers = numbers
        self._index = index
        self._mentions = mentions
        self._timelines = timelines
        self._clock = clock

    def find(self, number: str, *, is_owner: bool = True) -> Entry:
        """Return what has this number; raise NotFound if there is nothing.

        Only the owner finds drafts, what is not out yet, what others say of either, and
        pages: which of them were looked at is nobody else's business.
        """
        found = self._numbers.find(number, POST, MENTION, PAGE)
        entry = self._read(found) if found else None
        if entry is None or not (is_owner or self.for_all({number: entry})):
            raise NotFound("There is no status with this id")
        return entry

    def at(self, urls: Iterable[str]) -> dict[str, Entry]:
        """Return what is at each of ``urls``, by address: our posts, and what has a number."""
        wanted = {address(url): url for url in urls if address(url)}
        if not wanted:
            return {}
        found: dict[str, Entry] = {}
        numbered = self._numbers.at(wanted.values())
        received = [each.name for each in numbered if each.family == MENTION]
        mentions = {each.id: each for each in self._mentions.find(received)}
        for each in numbered:
            # What was said there goes before the page, as long as it is shown.
            where = address(url_of(each))
            if each.family == PAGE:
                found[where] = _to_page(each)
            elif each.name in mentions:
                found[where] = mentions[each.name]
        return found | self._index.find_all(wanted)

    def behind(self, url: str) -> Entry | None:
        """Return what is at ``url``, was there before it moved, or came from there; or None."""
        known = self.at([url]).get(address(url)) or self._index.find_moved(url)
        return known or next(iter(self._mentions.from_source(url)), None)

    def is_out(self, entry: Entry) -> bool:
        """Whether anybody may see it: posts in no list too, for who knows of them."""
        return not isinstance(entry, Post) or entry.is_out(self._clock())

    def for_all(self, found: Mapping[str, Entry]) -> dict[str, Entry]:
        """Return those of ``found`` that strangers may see too, by whatever that has them by."""
        mentions = [entry for entry in found.values() if isinstance(entry, Received)]
        if mentions:
            self._index.catch_up()
        there = self._timelines.with_pages(mentions)

        def is_for_all(entry: Entry) -> bool:
            match entry:
                case Post():
                    return self.is_out(entry)
                case Received():
                    return entry.id in there
            return False

        return {key: entry for key, entry in found.items() if is_for_all(entry)}

    def _read(self, found: Numbered) -> Entry | None:
        match found.family:
            case "post":
                self._index.catch_up()
                return self._index.trace(found.name)
            case "mention":
                return next(iter(self._mentions.find([found.name])), None)
        return _to_page(found)


def _to_page(numbered: Numbered) -> Page:
    return Page(str(numbered.id), numbered.name, Mention.from_json(numbered.content))
