"""Which app a status was written with."""

from collections.abc import Callable

from endpoint.domain.indieauth.registrations import Registration
from endpoint.domain.mastodon.apps import describe_author
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.services.numbers import Numbers


class Applications:
    """Notes the apps of posts; ``find`` returns what one said of itself when it registered."""

    def __init__(self, find: Callable[[str], Registration | None], numbers: Numbers) -> None:
        self._find = find
        self._numbers = numbers

    def note(self, post: Post, token: Token) -> None:
        """Remember the app of ``token``, if it registered here."""
        if app := self._find(token.client_id):
            self._numbers.note_app(post, describe_author(app.name, app.website))
