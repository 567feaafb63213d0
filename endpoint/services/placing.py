"""Where a new post goes: the first path and permalink for its slug that are free."""

from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.domain.slugs import with_suffix
from endpoint.generators.generator import Generator
from endpoint.services.retries import Retries
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import GroupWriter


@dataclass(frozen=True)
class Unplaced:
    """A new post that has no place yet: the slug it wishes, and the time its place goes by."""

    post: Post
    slug: str
    published: datetime


class Placing:
    """Finds places that no post has or had, here or on another machine."""

    def __init__(self, generator: Generator, index: PostIndex, retries: Retries) -> None:
        self._generator = generator
        self._index = index
        self._retries = retries

    def place(self, new: Unplaced, writer: GroupWriter) -> Post:
        """Return the post with its path and its permalink, which ``writer`` claims for it."""
        for number in count(1):
            slug = new.slug if number == 1 else with_suffix(new.slug, number)
            path, permalink = self._generator.place(new.post.kind, slug, new.published)
            if self._is_free(path, permalink, writer):
                break
        writer.claim(address(permalink))
        return replace(new.post, path=path, permalink=permalink)

    def _is_free(self, path: str, permalink: str, writer: GroupWriter) -> bool:
        owned = self._generator.owned(path)
        if writer.is_claimed(address(permalink)) or self._index.taken(permalink):
            return False
        if writer.exists(owned) or writer.exists(path):
            return False
        return not self._retries.is_given_elsewhere(permalink)
