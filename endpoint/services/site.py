"""The built site, for installations that show it themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from endpoint.stores.index import PostIndex


@dataclass(frozen=True)
class Site:
    """Where the built site lies, and what of it is shown here.

    ``is_served`` is true in the demo and with ``site.serve``; ``root`` is the
    site's URL, with a trailing slash.
    """

    index: PostIndex
    output: Path
    root: str
    is_served: bool
    clock: Callable[[], datetime]

    def is_gone(self, path: str) -> bool:
        """Say whether the page at ``path`` was a post that is deleted."""
        return self.index.gone(self.root + path) is not None

    def is_coming(self, path: str) -> bool:
        """Say whether ``path`` is a public post that the next build will show."""
        post = self.index.find(self.root + path)
        if post is None or post.status != "published":
            return False
        return post.published is None or post.published <= self.clock()
