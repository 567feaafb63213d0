"""The pages that can be mentioned, and which of them readers may see."""

from collections.abc import Callable, Collection
from datetime import datetime

from endpoint.domain.posts import Post
from endpoint.stores.index import PostIndex


class Pages:
    """The site's public posts; with ``any_page``, any page that is no post and never was one."""

    def __init__(
        self, index: PostIndex, clock: Callable[[], datetime], *, any_page: bool = False
    ) -> None:
        self._index = index
        self._clock = clock
        self._any_page = any_page
        self._hidden: tuple[object, frozenset[str]] = (None, frozenset())

    def find(self, url: str, *, unlisted: bool = False) -> str | None:
        """Return the permalink of the public page at ``url``, None if there is none.

        Posts that are in no list are found only if ``unlisted``. A post that is
        a draft, is not out yet or was deleted never is.
        """
        self._index.catch_up()
        post = self._index.trace(url)
        if post is None:
            return url if self._any_page and not self._index.gone(url) else None
        return post.permalink if self._shows(post, unlisted=unlisted) else None

    def hidden(self, addresses: Collection[str]) -> frozenset[str]:
        """Return those of ``addresses`` where no public page is.

        It is the same answer, not asked for again, until a post changes or comes out.
        """
        state = self._index.edition(), self._index.newest_out(), frozenset(addresses)
        known, hidden = self._hidden
        if known != state:
            hidden = frozenset(self._find_hidden(addresses))
            # One assignment, so that threads need no lock.
            self._hidden = state, hidden
        return hidden

    def _find_hidden(self, addresses: Collection[str]) -> set[str]:
        posts = self._index.find_all(addresses)
        public = {where for where, post in posts.items() if self._shows(post)}
        lost = set(addresses) - posts.keys()
        return {*addresses} - public - {one for one in lost if self.find(one)}

    def _shows(self, post: Post, *, unlisted: bool = False) -> bool:
        return post.is_out(self._clock()) and (unlisted or post.visibility == "public")
