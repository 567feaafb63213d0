"""Copies that there are already: those of other posts, and those that posts name themselves."""

from collections.abc import Collection, Mapping

from endpoint.domain.copies.linking import links_of
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

    def named(self, post: Post, target: str, besides: Collection[str] = ()) -> Copy | None:
        """Return the copy that ``post`` names, and that is there, other than those at ``besides``.

        Somebody else has made it, or the database does not know of it any more.
        """
        links = [url for url in links_of(post) if url not in besides]
        ours = (url for url in links if not self._is_another(post, target, url))
        return next(filter(None, map(self._syndicators[target].recognise, ours)), None)

    def answered(self, post: Post, target: str) -> Copy | None:
        """Return the copy of the post of ours that ``post`` answers, None if there is none.

        Raise NotNow as long as it has yet to be made.
        """
        for url in find_links(post.properties).get("in-reply-to", []):
            own = self._index.trace(url)
            if own and (copy := self._find(own, target)):
                return copy
        return None

    def _is_another(self, post: Post, target: str, url: str) -> bool:
        """Whether that is another copy: at another target, which has the same account.

        Or that of another post, whose file this one was made of, say.
        """
        return any(
            held_at in self._syndicators and self._index.find(permalink)
            for permalink, held_at in self._syndications.whose(url) - {(post.permalink, target)}
        )

    def _find(self, post: Post, target: str) -> Copy | None:
        row = self._syndications.find(post.permalink, target)
        if row is None:
            return self.named(post, target)
        if row.is_there:
            return Copy(row.url, row.remote_id)
        if row.next_attempt_at:
            raise NotNow("It answers a post of yours that is copied first.")
        return None
