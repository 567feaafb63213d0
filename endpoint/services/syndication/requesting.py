"""What requests say about copies of their post, checked first and noted once the post is there."""

from collections.abc import Callable
from datetime import datetime

from endpoint.domain.micropub import Commands
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.services.syndication.choosing import Choosing
from endpoint.stores.syndications import Syndications

COMMAND = "syndicate-to"


class Requesting:
    """Takes down which copies of which posts are wanted; ``ring`` wakes who makes them."""

    def __init__(
        self, choosing: Choosing, syndications: Syndications, ring: Callable[[], None]
    ) -> None:
        self._choosing = choosing
        self._syndications = syndications
        self._ring = ring

    def read(self, commands: Commands, token: Token) -> tuple[str, ...] | None:
        """Return the targets that ``commands`` name, none at all among them; None without a word.

        Raise InvalidRequest if one is not offered to the app of ``token``.
        """
        return self._choosing.named(commands[COMMAND], token) if COMMAND in commands else None

    def ask_for_new(
        self,
        post: Post,
        targets: tuple[str, ...] | None,
        token: Token,
        now: datetime,
        *,
        can_ask: bool,
    ) -> None:
        """Ask for the copies of a new post: those ``targets``, or the usual ones without a word."""
        if targets is None:
            targets = self._choosing.usual(post, token, can_ask=can_ask)
        self.ask(post, targets, now)

    def ask(
        self, post: Post, targets: tuple[str, ...] | None, now: datetime, text: str = ""
    ) -> None:
        """Ask for copies of ``post`` at ``targets``, with ``text`` of their own if there is any."""
        if targets:
            self._syndications.ask(post.permalink, targets, now, text)
            self._ring()
