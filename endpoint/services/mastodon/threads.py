"""Conversations: what a status answers, what answers it, and who liked or reposted it."""

from collections.abc import Collection
from itertools import islice

from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.permalinks import address
from endpoint.services.mastodon.accounts import Accounts
from endpoint.services.mastodon.entries import WORDS, Entry, author_of, parent_url, url_of
from endpoint.services.mastodon.finding import Finding
from endpoint.services.mastodon.showing import Showing
from endpoint.stores.index import PostIndex
from endpoint.stores.mentions.numbered import NumberedMentions

_MOST_ABOVE = 40
_MOST_BELOW = 400


class Threads:
    """Finds threads among the owner's posts and the mentions that are shown."""

    def __init__(
        self,
        finding: Finding,
        showing: Showing,
        accounts: Accounts,
        index: PostIndex,
        mentions: NumberedMentions,
    ) -> None:
        self._finding = finding
        self._showing = showing
        self._accounts = accounts
        self._index = index
        self._mentions = mentions

    def context(self, entry: Entry) -> Entity:
        """Return the entity Context: what is above, from the top, and each answer below.

        An answer comes after what it answers, with its own answers right behind it.
        """
        above, below = self.above(entry), self.below(entry)
        shown = self._showing.all([*above, *below])
        return {"ancestors": shown[: len(above)], "descendants": shown[len(above) :]}

    def above(self, entry: Entry) -> list[Entry]:
        """Return what ``entry`` answers, and what that answers, the first of all first."""
        found: list[Entry] = []
        seen = {address(url_of(entry))}
        while len(found) < _MOST_ABOVE and (url := parent_url(found[0] if found else entry)):
            parent = self._finding.at([url]).get(address(url))
            if parent is None or address(url) in seen or not self._finding.is_out(parent):
                break
            seen.add(address(url))
            found.insert(0, parent)
        return found

    def below(self, entry: Entry) -> list[Entry]:
        """Return what answers ``entry``, threaded, at most 400."""
        answers: dict[str, list[Entry]] = {}
        level, seen, count = [entry], {address(url_of(entry))}, 0
        while level and count < _MOST_BELOW:
            found = self._answers({address(url_of(each)) for each in level})
            level = []
            for where, entries in found.items():
                new = [each for each in entries if address(url_of(each)) not in seen]
                answers[where] = new
                seen |= {address(url_of(each)) for each in new}
                level += new
            count += len(level)
        return _thread(address(url_of(entry)), answers)[:_MOST_BELOW]

    def accounts(self, entry: Entry, kinds: Collection[str], limit: int) -> list[Entity]:
        """Return the Accounts of those who did one of ``kinds`` with ``entry``, the newest first.

        There are ``limit`` of them at most.
        """
        received = [
            each
            for each in self._mentions.at([address(url_of(entry))])
            if each.mention and each.mention.kind in kinds
        ]
        authors = dict(islice(dict(map(author_of, reversed(received))).items(), limit))
        return list(self._accounts.of_authors(authors).values()) if authors else []

    def _answers(self, places: Collection[str]) -> dict[str, list[Entry]]:
        """Return the posts and mentions that answer what is at each place, the oldest first."""
        found: dict[str, list[Entry]] = {}
        for where, posts in self._index.find_answers("in-reply-to", places).items():
            found.setdefault(where, []).extend(filter(self._finding.is_out, posts))
        for received in self._mentions.at(places):
            if received.mention and received.mention.kind in WORDS:
                found.setdefault(received.address, []).append(received)
        return {where: self._sort(entries) for where, entries in found.items()}

    def _sort(self, entries: list[Entry]) -> list[Entry]:
        pairs = zip(self._showing.numbers_of(entries), range(len(entries)), strict=True)
        return [entries[place] for _, place in sorted(pairs)]


def _thread(where: str, answers: dict[str, list[Entry]]) -> list[Entry]:
    ordered: list[Entry] = []
    waiting = list(reversed(answers.get(where, [])))
    while waiting:
        each = waiting.pop()
        ordered.append(each)
        waiting += reversed(answers.get(address(url_of(each)), []))
    return ordered
