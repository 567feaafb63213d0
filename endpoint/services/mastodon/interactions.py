"""What apps do with other people's posts: favourite, boost and bookmark, and take it back."""

from endpoint.domain.mastodon.requests import check_visibility
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.errors import InvalidRequest
from endpoint.services.mastodon.entries import url_of
from endpoint.services.mastodon.showing import Showing
from endpoint.services.verbs import Verb, Verbs


class Interactions:
    """Does verbs with what apps know by number: mentions of the owner's posts, and pages."""

    def __init__(self, verbs: Verbs, showing: Showing) -> None:
        self._verbs = verbs
        self._showing = showing

    def do(self, verb: Verb, number: str, token: Token, visibility: str = "") -> Post:
        """Return the post that does it; raise NotFound if there is nothing of this number.

        Raise InvalidRequest for the owner's own posts.
        """
        check_visibility(visibility)
        return self._verbs.do(verb, self._url(verb, number), token, visibility or "public")

    def undo(self, verb: Verb, number: str, token: Token) -> None:
        """Delete the post that does it, if there is one."""
        self._verbs.undo(verb, self._url(verb, number), token)

    def _url(self, verb: Verb, number: str) -> str:
        found = self._showing.find(number)
        if isinstance(found, Post):
            raise InvalidRequest(
                f"id is that of a post of your own; a {verb} is for those of others"
            )
        return url_of(found)
