"""The pages that the owner has liked or bookmarked, in the order in which that was done."""

from collections.abc import Sequence

from endpoint.domain.descriptions import find_links
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.services.mastodon.entries import Entry
from endpoint.services.mastodon.finding import Finding
from endpoint.services.mastodon.pages import Pages
from endpoint.services.mastodon.showing import Showing
from endpoint.services.timelines import Timelines, Wanted
from endpoint.services.timelines.spans import Slice, Span
from endpoint.services.verbs import Verb


class Favourites:
    """Lists pages by the owner's posts about them; an app pages by the numbers of those."""

    def __init__(
        self, timelines: Timelines, finding: Finding, showing: Showing, pages: Pages
    ) -> None:
        self._timelines = timelines
        self._finding = finding
        self._showing = showing
        self._pages = pages

    def page(self, verb: Verb, span: Span) -> Slice[Entity]:
        """Return the statuses that public posts of the kind ``verb`` are about."""
        found = self._timelines.posts(span, Wanted(kind=verb))
        return found.showing(self._showing.all(self._find(verb, found.items)))

    def _find(self, verb: Verb, posts: Sequence[Post]) -> list[Entry]:
        urls = {
            address(url): url
            for post in posts
            for url in find_links(post.properties).get(f"{verb}-of", [])[:1]
        }
        known = self._finding.at(urls.values())
        # What an owner typed by hand may be no URL at all.
        return [known.get(where) or self._pages.unread(url) for where, url in urls.items() if where]
