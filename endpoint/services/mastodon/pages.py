"""Pages of somebody else that get a number here: looked up by the owner, or liked unseen."""

from collections.abc import Callable

from endpoint.domain.webmentions.mention import Mention
from endpoint.services.mastodon.entries import Page
from endpoint.services.numbers import Numbers


class Pages:
    """Makes pages; ``look`` returns what one says, or raises FetchError."""

    def __init__(self, numbers: Numbers, look: Callable[[str], Mention]) -> None:
        self._numbers = numbers
        self._look = look

    def read(self, url: str) -> Page:
        """Return the page at ``url`` with what it says by now; raise FetchError."""
        return self._number(url, self._look(url))

    def unread(self, url: str) -> Page:
        """Return a page that nobody has looked at here: all that is known of it is where it is."""
        return self._number(url, Mention("mention", url, text=url))

    def _number(self, url: str, mention: Mention) -> Page:
        return Page(self._numbers.page(url, mention), url, mention)
