"""Likes, reposts and bookmarks of other people's pages: each is a post of the owner's own."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import Literal

from endpoint.domain.boosts import boosted_url
from endpoint.domain.descriptions import find_links
from endpoint.domain.micropub import Create, Delete
from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.services.posts import Posts
from endpoint.services.retries import Asking
from endpoint.stores.index import PostIndex

Verb = Literal["like", "repost", "bookmark"]
"""What can be done with a page; the kind of the post that does it, which has ``{verb}-of``."""

VERBS: tuple[Verb, ...] = ("like", "repost", "bookmark")

_PROPERTIES = [f"{verb}-of" for verb in VERBS]

SCOPES: dict[Verb, str] = {
    "like": "write:favourites",
    "repost": "write:statuses",
    "bookmark": "write:bookmarks",
}
"""What lets a token do one verb and no more."""


class Verbs:
    """Does a verb with a page and takes it back; git alone knows what is done.

    Who is liked, reposted or bookmarked hears of it as of any post: by Webmention.
    """

    def __init__(self, posts: Posts, index: PostIndex, clock: Callable[[], datetime]) -> None:
        self._posts = posts
        self._index = index
        self._clock = clock

    def do(self, verb: Verb, url: str, token: Token, visibility: str = "public") -> Post:
        """Return the post that does ``verb`` with the page at ``url``, a new one if there is none.

        Scope ``create``, or ``draft`` for drafts; or Mastodon's own for this verb.
        """
        token = _for(verb, token)
        token.require("create", "draft")

        def does(post: Post) -> bool:
            # A draft does nothing yet, except for who may do no more.
            return (token.drafts_only or self._is_out(post)) and _does(post, verb, address(url))

        if done := list(filter(does, self.posts(verb, url))):
            return done[0]
        shown = {"visibility": [visibility]} if visibility != "public" else {}
        create = Create("h-entry", {f"{verb}-of": [url], **shown})
        # Another app that does the same at the same moment finds no post yet.
        asking = Asking.of_deed(f"{verb}-of {address(url) or url}", does)
        return self._posts.create(create, token, asking=asking, can_ask=False)

    def undo(self, verb: Verb, url: str, token: Token) -> None:
        """Delete what does ``verb`` with the page at ``url``, if anything does.

        Scope ``delete``, or Mastodon's own for this verb.
        """
        token = _for(verb, token)
        token.require("delete")
        for post in self.posts(verb, url):
            self._posts.delete(Delete(post.permalink), token)

    def posts(self, verb: Verb, url: str) -> list[Post]:
        """Return the posts that do ``verb`` with the page at ``url`` and nothing more."""
        self._index.catch_up()
        found = self._index.find_answers(f"{verb}-of", [address(url)])
        return [post for each in found.values() for post in each if _does(post, verb, address(url))]

    def done(self, urls: Iterable[str]) -> dict[str, Collection[Verb]]:
        """Return what is done with the pages at ``urls``, by URL; what is not is not there.

        Only posts that are out do anything yet: strangers are told of it, too.
        """
        places = {url: address(url) for url in urls}
        found = self._index.find_all_answers(_PROPERTIES, places.values())
        done: dict[str, list[Verb]] = {}
        for verb, (url, place) in product(VERBS, places.items()):
            posts = filter(self._is_out, found.get((f"{verb}-of", place), []))
            if any(_does(post, verb, place) for post in posts):
                done.setdefault(url, []).append(verb)
        return dict(done)

    def _is_out(self, post: Post) -> bool:
        return post.is_out(self._clock())


def _does(post: Post, verb: Verb, place: str) -> bool:
    """Whether ``post`` does ``verb`` with the page whose address is ``place``.

    A repost with words of its own is no mere repost.
    """
    pages = find_links(post.properties).get(f"{verb}-of", [])
    is_mere = post.kind == verb and (verb != "repost" or bool(boosted_url(post)))
    return is_mere and place in map(address, pages)


def _for(verb: Verb, token: Token) -> Token:
    """Return ``token``, with leave to make and delete posts if its scope is for this verb."""
    if SCOPES[verb] not in token.scopes or token.drafts_only:
        return token
    return replace(token, scopes=token.scopes | {"create", "delete"})
