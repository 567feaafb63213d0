"""What statuses tell beside what they say, asked for all of a page at once."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.mastodon.statuses import Counts, Parent
from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.services.mastodon.accounts import Accounts
from endpoint.services.mastodon.entries import (
    FAVOURITES,
    WORDS,
    Entry,
    Page,
    author_of,
    key_of,
    parent_url,
    url_of,
)
from endpoint.services.mastodon.files import Files
from endpoint.services.mastodon.finding import Finding
from endpoint.services.numbers import OWNER, Numbers
from endpoint.stores.index import PostIndex
from endpoint.stores.mentions.numbered import NumberedMentions
from endpoint.stores.mentions.rows import Received


@dataclass(frozen=True)
class Facts:
    """Numbers by ``key_of``, accounts by profile URL, and the rest by address, URL or permalink."""

    numbers: Mapping[str, str]
    accounts: Mapping[str, Entity]
    owner: Entity
    parents: Mapping[str, Parent]
    counts: Mapping[str, Counts]
    done: Mapping[str, Collection[str]]
    files: Mapping[str, tuple[Entity, ...]]
    apps: Mapping[str, Entity]


class Gathering:
    """Gathers facts, with a few queries however many they are about.

    ``done`` returns what the owner did with pages, by URL.
    """

    def __init__(
        self,
        numbers: Numbers,
        finding: Finding,
        accounts: Accounts,
        files: Files,
        index: PostIndex,
        mentions: NumberedMentions,
        done: Callable[[Iterable[str]], Mapping[str, Collection[str]]],
    ) -> None:
        self._numbers = numbers
        self._finding = finding
        self._accounts = accounts
        self._files = files
        self._index = index
        self._mentions = mentions
        self._done = done

    def gather(self, entries: Sequence[Entry]) -> Facts:
        """Return what is to be known to show each of ``entries``."""
        posts = [entry for entry in entries if isinstance(entry, Post)]
        authors = dict(author_of(entry) for entry in entries if not isinstance(entry, Post))
        urls = [url_of(entry) for entry in entries]
        numbers = self.numbers(entries)
        return Facts(
            numbers=numbers,
            accounts=self._accounts.of_authors(authors) if authors else {},
            owner=self._accounts.owner(),
            parents=self._find_parents(entries),
            counts=self._count(urls),
            done=self._done(urls),
            files=self._files.of_posts(posts),
            apps=self._numbers.apps(numbers[post.permalink] for post in posts),
        )

    def numbers(self, entries: Iterable[Entry]) -> dict[str, str]:
        """Return the number of each of ``entries``, by ``key_of``."""
        known = list(entries)
        pages = {entry.url: entry.number for entry in known if isinstance(entry, Page)}
        received = [entry for entry in known if isinstance(entry, Received)]
        posts = [entry for entry in known if isinstance(entry, Post)]
        return {**pages, **self._numbers.mentions(received), **self._numbers.posts(posts)}

    def _find_parents(self, entries: Iterable[Entry]) -> dict[str, Parent]:
        """Return what entries answer, by the address of that."""
        found = self._finding.at(filter(None, map(parent_url, entries)))
        numbers = self.numbers(found.values())
        authors = {
            where: author_of(entry) for where, entry in found.items() if not isinstance(entry, Post)
        }
        accounts = self._numbers.accounts(dict(authors.values()))
        return {
            where: Parent(
                numbers[key_of(entry)],
                accounts[authors[where][0]] if where in authors else OWNER,
            )
            for where, entry in found.items()
        }

    def _count(self, urls: Iterable[str]) -> dict[str, Counts]:
        places = {address(url) for url in urls} - {""}
        received = self._mentions.count(places)
        answers = self._index.find_answers("in-reply-to", places)
        counts = {}
        for place in places:
            kinds = received.get(place, {})
            own = sum(self._finding.is_out(post) for post in answers.get(place, []))
            counts[place] = Counts(
                replies=own + sum(kinds.get(kind, 0) for kind in WORDS),
                reblogs=kinds.get("repost", 0),
                favourites=sum(kinds.get(kind, 0) for kind in FAVOURITES),
            )
        return counts
