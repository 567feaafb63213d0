"""The public lists: which mentions a page has, and how many."""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.listing.listed import MAX_TARGETS, Listed, Wanted
from endpoint.domain.webmentions.receiving.targets import Grounds
from endpoint.services.webmentions.pages import Pages
from endpoint.stores.mentions.photos import Photos
from endpoint.stores.mentions.shown import ShownMentions


class Listing:
    """Mentions that readers may see; anybody may ask for them, without a token."""

    def __init__(
        self,
        shown: ShownMentions,
        pages: Pages,
        photos: Photos,
        photos_url: str,
        grounds: Grounds,
    ) -> None:
        """Our copies of authors' ``photos`` are at ``photos_url``."""
        self._shown = shown
        self._pages = pages
        self._photos = photos
        self._photos_url = photos_url
        self._grounds = grounds
        self._hosts = {_bare(urlsplit(root).netloc) for root in (grounds.root, *grounds.others)}

    def find(self, targets: Sequence[str] | None, domain: str, wanted: Wanted) -> list[Listed]:
        """Return the ``wanted`` mentions of the pages that ``targets`` name; None for all pages.

        A ``domain`` that is not the site's has none. Each has our copy of its
        author's photo, if there is one.
        """
        addresses, hidden = self._places(targets, domain)
        found = self._shown.find(replace(wanted, addresses=addresses, hidden=hidden))
        names = self._photos.find(one.mention.author.photo for one in found)
        urls = {photo: self._photos_url + name for photo, name in names.items()}
        return [one.with_photo(urls) for one in found]

    def count(self, targets: Sequence[str] | None, domain: str) -> dict[str, int]:
        """Return how many mentions there are of each kind; of rsvps by their answer."""
        addresses, hidden = self._places(targets, domain)
        return self._shown.count(Wanted(addresses, hidden=hidden))

    def _places(
        self, targets: Sequence[str] | None, domain: str
    ) -> tuple[tuple[str, ...] | None, frozenset[str]]:
        """Return the addresses that are asked for, None for all, and which are to be left out."""
        if domain and _bare(domain) not in self._hosts:
            return (), frozenset()
        if targets is None:
            return None, self._pages.hidden(self._shown.addresses())
        found = {self._address(target) for target in targets[:MAX_TARGETS]}
        return tuple(found - {""}), frozenset()

    def _address(self, target: str) -> str:
        """Return what all URLs of the page share that ``target`` means; "" if none is to be seen.

        Whoever names a page that is in no list knows it.
        """
        # Without a scheme it is the page in either, and ours has but one.
        url = self._grounds.find(f"https:{target}" if target.startswith("//") else target)
        return address((url and self._pages.find(url, unlisted=True)) or "")


def _bare(host: str) -> str:
    return host.strip().lower().removeprefix("www.")
