"""Copies that there are already: those of other posts, and those that posts name themselves."""

from collections.abc import Mapping

from endpoint.domain.copies.linking import LINKS
from endpoint.domain.descriptions import find_links
from endpoint.domain.posts import Post
from endpoint.stores.index import PostIndex
from endpoint.stores.syndications import Syndications
from endpoint.syndicators import Copy, Syndicator
from endpoint.syndicators.outcomes import NotNow


class KnownCopies:
    """Finds copies at a target, which is given by its uid.

    What is asked of a network raises what ``Syndicator`` raises.
    """

    def __init__(
        self,
        syndications: Syndications,
        index: PostIndex,
        syndicators: Mapping[str, Syndicator],
    ) -> None:
        self._syndications = syndications
        self._index = index
        self._syndicators = syndicators

    def named(self, post: Post, target: str, besides: str = "") -> Copy | None:
        """Return the copy that ``post`` names, and that is there, other than that at ``besides``.

        Somebody else has made it, or the database does not know of it any more.
        """
        links = post.properties.get(LINKS, [])
        others = [url for url in links if isinstance(url, str) and url != besides]
        return next(filter(None, map(self._syndicators[target].recognise, others)), None)

    def answered(self, post: Post, target: str) -> Copy | None:
        """Return the copy of the post of ours that ``post`` answers, None if there is none.

        Raise NotNow as long as it has yet to be made.
        """
        for url in find_links(post.properties).get("in-reply-to", []):
            own = self._index.trace(url)
            if own and (copy := self._find(own, target)):
                return copy
        return None

    def _find(self, post: Post, target: str) -> Copy | None:
        row = self._syndications.find(post.permalink, target)
        if row is None:
            return self.named(post, target)
        if row.is_there:
            return Copy(row.url, row.remote_id)
        if row.next_attempt_at:
            raise NotNow("It answers a post of yours that is copied first.")
        return None
