"""Which posts are others, or say something else, than readers saw before."""

from collections.abc import Iterator
from contextlib import suppress

from endpoint.domain.lists import MAX_LIMIT, Selection
from endpoint.domain.posts import Post
from endpoint.generators.generator import Generator
from endpoint.services.shown import Shown
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Repository


class Changes:
    """Compares what readers see with what they saw."""

    def __init__(self, repository: Repository, index: PostIndex, generator: Generator) -> None:
        self._repository = repository
        self._index = index
        self._generator = generator

    def files(self, old: Shown, new: Shown) -> set[str]:
        """Return the paths of all files that are others, and of posts whose time has come.

        There are none if ``old`` is no commit that is here any more.
        """
        if not old.commit or not self._repository.has(old.commit):
            return set()
        self._index.catch_up()
        changed = {path for path, _ in self._repository.changes(old.commit, new.commit)}
        return changed.union(self._came_out(old, new))

    def read(self, path: str, commit: str) -> Post | None:
        """Return the post in a file, None if there is none; raise ValueError if it is broken."""
        if not self._generator.is_listed(path):
            return None
        data = self._repository.read(path, commit)
        return self._generator.read(path, data) if data is not None else None

    def posts(self, old: Shown, new: Shown) -> Iterator[tuple[Post | None, Post | None]]:
        """Yield the post of each such file as it was, and as it is."""
        for path in self.files(old, new):
            before = None
            # A post whose file has become unreadable is still there, as far as anybody knows.
            with suppress(ValueError):
                after = self.read(path, new.commit)
                with suppress(ValueError):
                    before = self.read(path, old.commit)
                yield before, after

    def _came_out(self, old: Shown, new: Shown) -> Iterator[str]:
        for post in self._newest() if new.until != old.until else ():
            if post.published is None or (old.until and post.published <= old.until):
                return
            yield post.path

    def _newest(self) -> Iterator[Post]:
        """Yield the posts that are no drafts, newest first."""
        selection = Selection(limit=MAX_LIMIT, status="published")
        while True:
            page = self._index.select(selection)
            yield from page.posts
            if page.after is None:
                return
            selection = Selection(limit=MAX_LIMIT, status="published", after=page.after)
