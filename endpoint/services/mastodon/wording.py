"""The text of statuses: how long it may be, and what becomes of it on the site and back."""

from dataclasses import dataclass, replace

from endpoint.domain.mastodon.requests import StatusRequest
from endpoint.domain.mastodon.typed import Style, source_text
from endpoint.domain.mastodon.typed.handles import find_handles
from endpoint.domain.posts import Post
from endpoint.services.mastodon.accounts import Accounts


@dataclass(frozen=True)
class StatusRules:
    """The longest text that is taken, in characters, and how it is written on the site."""

    max_characters: int
    style: Style


class Wording:
    """Knows how what apps type is written on the site; people are found among ``accounts``."""

    def __init__(self, accounts: Accounts, rules: StatusRules) -> None:
        self._accounts = accounts
        self._rules = rules

    def check(self, request: StatusRequest) -> None:
        """Raise InvalidRequest if ``request`` is no post that the site can have."""
        request.check(self._rules.max_characters)

    def style(self, request: StatusRequest) -> Style:
        """Return how the text of ``request`` is written, with the people it names."""
        people = self._accounts.profiles(find_handles(request.text))
        return replace(self._rules.style, people=people)

    def text_of(self, post: Post) -> str:
        """Return the text of ``post`` as its author typed it."""
        return source_text(post, literal=self._rules.style.literal)
