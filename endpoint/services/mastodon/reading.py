"""Timelines of statuses, and those of one account."""

from collections.abc import Callable
from dataclasses import dataclass

from endpoint.domain.boosts import boosted_url
from endpoint.domain.descriptions import find_links
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.posts import Post
from endpoint.domain.urls import same_site
from endpoint.services.mastodon.accounts import Accounts
from endpoint.services.mastodon.entries import WORDS, author_of
from endpoint.services.mastodon.files import Files
from endpoint.services.mastodon.showing import Showing
from endpoint.services.numbers import OWNER
from endpoint.services.timelines import Timelines, Wanted
from endpoint.services.timelines.spans import Numberwise, Slice, Span
from endpoint.stores.mentions.rows import Received


@dataclass(frozen=True)
class Kept:
    """Which statuses of a timeline, as apps ask for them."""

    tag: str | None = None
    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False

    def wanted(self, site_url: str, has_media: Callable[[Post], bool]) -> Wanted:
        """Return which posts these are, on the site at ``site_url``.

        An answer to a post of one's own goes on with it, and is no reply here.
        """

        def test(post: Post) -> bool:
            answered = find_links(post.properties).get("in-reply-to", [])
            is_reply = any(not same_site(url, site_url) for url in answered)
            return not (
                (self.only_media and not has_media(post))
                or (self.exclude_replies and is_reply)
                or (self.exclude_reblogs and boosted_url(post))
            )

        return Wanted(tag=self.tag, test=test)


class Reading:
    """Pages of statuses, which hold what anybody may read."""

    def __init__(
        self,
        timelines: Timelines,
        showing: Showing,
        accounts: Accounts,
        files: Files,
        site_url: str,
    ) -> None:
        self._timelines = timelines
        self._showing = showing
        self._accounts = accounts
        self._files = files
        self._site_url = site_url

    def posts(self, span: Span, kept: Kept = Kept()) -> Slice[Entity]:
        """Return the owner's public posts."""
        found = self._timelines.posts(span, kept.wanted(self._site_url, self._files.are_in))
        return found.showing(self._showing.all(found.items))

    def of_account(self, number: str, span: Span, kept: Kept) -> Slice[Entity]:
        """Return the posts of the account with this number; raise NotFound if there is none.

        Of somebody else these are the answers that the owner's pages got.
        """
        if number == OWNER:
            return self.posts(span, kept)
        url, _ = self._accounts.find_author(number)
        if kept != Kept() and kept != Kept(exclude_reblogs=True):
            return Slice()

        def choose(some: Numberwise[Received]) -> Numberwise[Received]:
            return [each for each in some if author_of(each[1])[0] == url and _has_words(each[1])]

        found = self._timelines.mentions(span, choose)
        return found.showing(self._showing.all(found.items))


def _has_words(received: Received) -> bool:
    return received.mention is not None and received.mention.kind in WORDS
