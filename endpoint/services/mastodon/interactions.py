"""What apps do with other people's posts: favourite, boost and bookmark, and take it back."""

from endpoint.domain.mastodon.requests import check_visibility
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.errors import InvalidRequest
from endpoint.services.mastodon.entries import Entry, url_of
from endpoint.services.mastodon.showing import Showing
from endpoint.services.verbs import Verb, Verbs


class Interactions:
    """Does verbs with what apps know by number: mentions of the owner's posts, and pages."""

    def __init__(self, verbs: Verbs, showing: Showing) -> None:
        self._verbs = verbs
        self._showing = showing

    def find(self, verb: Verb, number: str) -> Entry:
        """Return what to do ``verb`` with: of a boost what it shows; raise NotFound for nothing.

        Raise InvalidRequest for the owner's own posts.
        """
        found = self._showing.find_boosted(number)
        if isinstance(found, Post):
            raise InvalidRequest(
                f"id is that of a post of your own; a {verb} is for those of others"
            )
        return found

    def do(self, verb: Verb, entry: Entry, token: Token, visibility: str = "") -> Post:
        """Return the post that does it."""
        check_visibility(visibility)
        return self._verbs.do(verb, url_of(entry), token, visibility or "public")

    def undo(self, verb: Verb, entry: Entry, token: Token) -> None:
        """Delete the post that does it, if there is one."""
        self._verbs.undo(verb, url_of(entry), token)
