"""The public lists: which mentions a page has, and how many."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.listing.listed import MAX_TARGETS, Listed, Wanted
from endpoint.domain.webmentions.receiving.targets import Grounds
from endpoint.stores.index import PostIndex
from endpoint.stores.mentions.shown import ShownMentions


class Listing:
    """Mentions that readers may see; anybody may ask for them, without a token."""

    def __init__(self, shown: ShownMentions, index: PostIndex, grounds: Grounds) -> None:
        self._shown = shown
        self._index = index
        self._grounds = grounds
        self._hosts = {_bare(urlsplit(root).netloc) for root in (grounds.root, *grounds.others)}

    def find(self, targets: Sequence[str] | None, domain: str, wanted: Wanted) -> list[Listed]:
        """Return the ``wanted`` mentions of the pages that ``targets`` name; None for all pages.

        A ``domain`` that is not the site's has none.
        """
        return self._shown.find(replace(wanted, addresses=self._addresses(targets, domain)))

    def count(self, targets: Sequence[str] | None, domain: str) -> dict[str, int]:
        """Return how many mentions there are of each kind; of rsvps by their answer."""
        return self._shown.count(self._addresses(targets, domain))

    def _addresses(self, targets: Sequence[str] | None, domain: str) -> tuple[str, ...] | None:
        if domain and _bare(domain) not in self._hosts:
            return ()
        if targets is None:
            return None
        return tuple({self._address(target) for target in targets[:MAX_TARGETS]})

    def _address(self, target: str) -> str:
        """Return what all URLs of the page share that ``target`` means; "" if it is not ours."""
        # Without a scheme it is the page in either, and ours has but one.
        url = self._grounds.find(f"https:{target}" if target.startswith("//") else target)
        if url is None:
            return ""
        post = self._index.find(url) or self._index.find_moved(url)
        return address(post.permalink if post else url)


def _bare(host: str) -> str:
    return host.strip().lower().removeprefix("www.")
