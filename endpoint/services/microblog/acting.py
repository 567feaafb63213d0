"""What apps for Micro.blog do: reply, like, bookmark and delete, by the numbers of entries."""

from endpoint.domain.descriptions import find_links
from endpoint.domain.mastodon.requests import StatusRequest
from endpoint.domain.micropub import Delete
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.errors import InvalidRequest, NotFound
from endpoint.services.mastodon.interactions import Interactions
from endpoint.services.mastodon.publishing import Publishing
from endpoint.services.numbers import POST, Numbers
from endpoint.services.posts import Posts
from endpoint.services.verbs import Verb, Verbs
from endpoint.stores.index import PostIndex


class Acting:
    """Changes the site on behalf of a token, on the road that Mastodon's apps take too."""

    def __init__(
        self,
        publishing: Publishing,
        interactions: Interactions,
        verbs: Verbs,
        posts: Posts,
        numbers: Numbers,
        index: PostIndex,
    ) -> None:
        self._publishing = publishing
        self._interactions = interactions
        self._verbs = verbs
        self._posts = posts
        self._numbers = numbers
        self._index = index

    def reply(self, number: str, content: str, token: Token) -> Post:
        """Return the new post that answers what has this number; scope ``create``."""
        token.require("create", "draft")
        if not number:
            raise InvalidRequest("id is missing; send that of what you answer")
        request = StatusRequest(text=content, in_reply_to_id=number)
        return self._publishing.publish(request, token, None)

    def do(self, verb: Verb, number: str, token: Token) -> None:
        """Like or bookmark what has this number, with a post; scope ``create``."""
        self._interactions.do(verb, self._interactions.find(verb, number), token)

    def undo(self, verb: Verb, number: str, token: Token) -> None:
        """Delete the post that likes or bookmarks; scope ``delete``.

        ``number`` is that of what is liked, or of the post itself. One that is
        deleted already stays so.
        """
        own = self._find_own(number)
        if own is None:
            self._interactions.undo(verb, self._interactions.find(verb, number), token)
            return
        _, post = own
        if post and post.kind != verb:
            raise NotFound(f"There is no {verb} with this id")
        for url in find_links(post.properties)[f"{verb}-of"] if post else ():
            self._verbs.undo(verb, url, token)

    def delete(self, number: str, token: Token) -> None:
        """Delete the owner's post of this number; scope ``delete``.

        One that is deleted already stays so, because apps ask again.
        """
        token.require("delete")
        own = self._find_own(number)
        if own is None:
            raise NotFound("There is no post of your own with this id")
        self._posts.delete(Delete(own[0]), token)

    def _find_own(self, number: str) -> tuple[str, Post | None] | None:
        """Return permalink and post of this number, None for the post if it is deleted."""
        own = self._numbers.find(number, POST)
        if own is None:
            return None
        self._index.catch_up()
        post = self._index.trace(own.name)
        return (post.permalink if post else own.name), post
