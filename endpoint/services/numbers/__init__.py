"""The numbers of posts, mentions, people, pages and files, as strings of digits.

They grow with the time of what they number, are given when it is first shown,
and stay: also when a date is edited, a post moves, or its page is gone.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from endpoint.domain.descriptions import is_web
from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.domain.webmentions.mention import Author, Mention
from endpoint.stores.mentions.rows import Received
from endpoint.stores.numbers import NumberStore
from endpoint.stores.numbers.rows import (
    ACCOUNT,
    MEDIA,
    MENTION,
    MOST,
    PAGE,
    POST,
    Nameless,
    Numbered,
    key_of,
)

__all__ = ["ACCOUNT", "MEDIA", "MENTION", "OWNER", "PAGE", "POST", "Numbered", "Numbers"]

OWNER = "1"
"""The number of the owner's account."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ACCOUNT_BITS = 60


class Numbers:
    """Gives numbers and finds what has one.

    Every method raises Unavailable if the database cannot be reached.
    """

    def __init__(self, store: NumberStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def post(self, post: Post) -> str:
        """Return the number of a post, by its ``published`` when it was first shown."""
        return self.posts([post])[post.permalink]

    def posts(self, posts: Iterable[Post]) -> dict[str, str]:
        """Return the number of each post, by permalink."""
        # Of those of one moment the number tells which was there first, as far as is known.
        in_order = sorted(posts, key=lambda post: (post.published or _EPOCH, post.path))
        return self._give({post.permalink: _of_post(post) for post in in_order}, relaxed=True)

    def note_app(self, post: Post, app: Mapping[str, Any]) -> None:
        """Remember the app that a post was written with."""
        self._keep(replace(_of_post(post), content=json.dumps(app)), relaxed=True)

    def apps(self, numbers: Iterable[str]) -> dict[str, Any]:
        """Return the app that each of these posts was written with, by number, where known."""
        found = self._store.find_all(map(int, numbers))
        return {
            str(each.id): json.loads(each.content)
            for each in found
            if each.family == POST and each.content
        }

    def mention(self, received: Received) -> str:
        """Return the number of a mention, by the time at which it was to be shown first."""
        return self.mentions([received])[received.id]

    def mentions(self, mentions: Iterable[Received]) -> dict[str, str]:
        """Return the number of each mention, by its ``id``."""
        return self._give({each.id: _of_mention(each) for each in mentions}, relaxed=True)

    def accounts(self, authors: dict[str, Author]) -> dict[str, str]:
        """Return the number of each person, by URL: always the same, by a hash.

        What is known of them is kept with it.
        """
        wanted = {url: _of_account(url, author) for url, author in authors.items()}
        given = self._give(wanted)
        known = {each.id: each.content for each in self._store.find_all(map(int, given.values()))}
        self._store.note(
            {
                int(number): wanted[url].content
                for url, number in given.items()
                if known.get(int(number)) != wanted[url].content
            }
        )
        return given

    def find_account(self, urls: Iterable[str]) -> str:
        """Return the first of ``urls`` at which a person is who has a number; empty if nobody."""
        keys = {key_of(ACCOUNT, address(url)): url for url in urls if address(url)}
        known = self._store.ask(keys)
        return next((url for key, url in keys.items() if key in known), "")

    def page(self, url: str, mention: Mention) -> str:
        """Return the number of a page of somebody else; ``mention`` is what it says by now."""
        identity, now = address(url) or url, number_at(self._clock())
        return self._keep(Nameless(PAGE, identity, url, now, mention.to_json(), url=url))

    def media(self, name: str, alt: str = "") -> str:
        """Return the number of a file, or of one elsewhere by its URL; ``alt`` is kept with it.

        The description that it has stays, unless there is another ``alt``.
        """
        return self._keep(Nameless(MEDIA, name, name, number_at(self._clock()), alt))

    def describe(self, file: Numbered, alt: str) -> None:
        """Let a file have another description."""
        self._store.note({file.id: alt})

    def media_of_posts(self, names: Iterable[str]) -> dict[str, str]:
        """Return the number of each file, by name or URL."""
        now = number_at(self._clock())
        return self._give({name: Nameless(MEDIA, name, name, now) for name in names})

    def find(self, number: str, *families: str) -> Numbered | None:
        """Return what of one of ``families`` has the number; None for what is no number too."""
        found = self._store.find(int(number)) if is_number(number) else None
        return found if found and found.family in families else None

    def between(self, family: str, above: int, below: int, limit: int, up: bool) -> list[Numbered]:
        """Return those of a family between two numbers, without them; the least first if ``up``."""
        return self._store.between(family, above, below, limit, up=up)

    def readdress(self, old: str, new: str) -> None:
        """Let the post at ``old``, which has moved to ``new``, have the number that it had."""
        self._store.rename(POST, address(old), address(new), new)

    def at(self, urls: Iterable[str]) -> list[Numbered]:
        """Return all that has a number and is at one of ``urls``, mentions after the rest."""
        return sorted(self._store.at(urls), key=lambda each: each.family == MENTION)

    def _keep(self, wanted: Nameless, *, relaxed: bool = False) -> str:
        number = self._store.give([wanted], self._clock(), relaxed=relaxed)[wanted.key]
        found = self._store.find(number)
        if wanted.content and found and found.content != wanted.content:
            self._store.note({number: wanted.content})
        return str(number)

    def _give(self, wanted: dict[str, Nameless], *, relaxed: bool = False) -> dict[str, str]:
        """Return the numbers; ``relaxed`` where what a power cut takes is given again the same."""
        given = self._store.give(wanted.values(), self._clock(), relaxed=relaxed) if wanted else {}
        return {name: str(given[each.key]) for name, each in wanted.items()}


def is_number(text: str) -> bool:
    """Say whether ``text`` may be the number of something."""
    is_short = text.isascii() and text.isdigit() and len(text) <= len(str(MOST))
    return is_short and int(text) <= MOST


def number_at(moment: datetime) -> int:
    """Return the first number of a moment: its milliseconds since 1970, and 16 bits of nought."""
    return ((moment - _EPOCH) // timedelta(milliseconds=1)) << 16


def moment_of(number: int) -> datetime:
    """Return the moment whose number this is; of a person it says nothing."""
    return _EPOCH + timedelta(milliseconds=number >> 16)


def url_of(numbered: Numbered) -> str:
    """Return where a post, a mention or a page that has a number is to be seen."""
    return numbered.content if numbered.family == MENTION else numbered.name


def web_url_of(received: Received) -> str:
    """Return where readers see a mention: the permalink that it names, or its source."""
    named = received.mention.url if received.mention else ""
    return named if is_web(named) else received.source


def author_of(numbered: Numbered) -> Author:
    """Return the person who has a number."""
    return Author(**json.loads(numbered.content))


def _of_post(post: Post) -> Nameless:
    published = post.published or _EPOCH
    identity = address(post.permalink) or post.permalink
    number = number_at(published)
    return Nameless(POST, identity, post.permalink, number, url=post.permalink)


def _of_mention(received: Received) -> Nameless:
    url = web_url_of(received)
    return Nameless(MENTION, received.id, received.id, number_at(_shown_at(received)), url, url=url)


def _shown_at(received: Received) -> datetime:
    # One that is approved days later is as new to an app as one that comes then.
    return max(received.received_at, received.decided_at or received.received_at)


def _of_account(url: str, author: Author) -> Nameless:
    identity = address(url) or url
    digest = sha256(identity.encode("utf-8", "backslashreplace")).digest()
    number = int.from_bytes(digest[:8]) >> (64 - _ACCOUNT_BITS)
    return Nameless(ACCOUNT, identity, url, number, json.dumps(asdict(author)))
