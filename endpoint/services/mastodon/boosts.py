"""What the owner's boosts show: the page of somebody else that each of them reposts."""

from collections.abc import Iterable

from endpoint.domain.boosts import boosted_url
from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.services.mastodon.entries import Entry, Page
from endpoint.services.mastodon.finding import Finding
from endpoint.services.mastodon.pages import Pages


class Boosts:
    """Finds the pages; none is fetched, and of one that is not known there is its URL."""

    def __init__(self, finding: Finding, pages: Pages) -> None:
        self._finding = finding
        self._pages = pages

    def behind(self, entry: Entry) -> Entry:
        """Return what ``entry`` shows if it is a boost, else itself."""
        return self.of([entry]).get(entry.permalink, entry) if isinstance(entry, Post) else entry

    def of(self, entries: Iterable[Entry]) -> dict[str, Entry]:
        """Return what each boost among ``entries`` shows, by its permalink.

        A boost of what readers may not see is not there.
        """
        posts = [entry for entry in entries if isinstance(entry, Post)]
        urls = {post.permalink: url for post in posts if address(url := boosted_url(post))}
        known = self._finding.at(urls.values())
        shown = self._finding.for_all(known)
        found: dict[str, Entry] = {}
        for permalink, url in urls.items():
            entry = known.get(address(url)) or self._pages.unread(url)
            # That a page was looked up tells nobody anything, once it is reposted.
            if isinstance(entry, Page) or address(url) in shown:
                found[permalink] = entry
        return found
