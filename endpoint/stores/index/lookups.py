"""Posts by what leads to them: their address, their file, an older address, another page."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

from sqlalchemy import Column, exists, select

from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.domain.tombstones import Tombstone
from endpoint.stores.batches import batched
from endpoint.stores.index.queries import POST, TAKEN
from endpoint.stores.index.reader import IndexReader
from endpoint.stores.index.rows import to_microseconds, to_post
from endpoint.stores.index.tables import labels, old_urls, posts, tombstones


class Lookups:
    """Finds posts, one or many at once."""

    _reader: IndexReader
    _clock: Callable[[], datetime]

    def find(self, permalink: str) -> Post | None:
        """Return the post at ``permalink``, drafts included, or None."""
        query = select(*POST).where(posts.c.address == address(permalink), posts.c.address != "")
        row = self._reader.first(query.order_by(posts.c.path).limit(1))
        return to_post(row) if row else None

    def find_all(self, addresses: Iterable[str]) -> dict[str, Post]:
        """Return the post at each of ``addresses`` that has one, drafts included."""
        found: dict[str, Post] = {}
        for some in batched(_known(addresses)):
            query = select(posts.c.address, *POST).where(posts.c.address.in_(some))
            for row in self._reader.all(query.order_by(posts.c.path)):
                found.setdefault(row.address, to_post(row))
        return found

    def find_public(self, addresses: Iterable[str]) -> dict[str, Post]:
        """Return the post at each of ``addresses`` that has one which is in lists by now."""
        found = self._find_out(posts.c.address, _known(addresses))
        # Of two files at one address the first by path has it, as in ``find_all``.
        in_order = sorted(found, key=lambda post: post.path, reverse=True)
        return {address(post.permalink): post for post in in_order}

    def find_at(self, paths: Iterable[str]) -> list[Post]:
        """Return the post in each file of ``paths`` that holds one which is in lists by now."""
        return self._find_out(posts.c.path, sorted(set(paths)))

    def find_answers(self, name: str, addresses: Iterable[str]) -> dict[str, list[Post]]:
        """Return the posts whose property ``name`` leads to one of ``addresses``, by address.

        ``name`` is one of ``ANSWERS``. The oldest come first, drafts among them; an
        address that no post leads to is not there.
        """
        found = self.find_all_answers([name], addresses)
        return {where: posts for (_, where), posts in found.items()}

    def find_all_answers(
        self, names: Collection[str], addresses: Iterable[str]
    ) -> dict[tuple[str, str], list[Post]]:
        """Return the same of several properties, by name and address."""
        found: dict[tuple[str, str], list[Post]] = {}
        columns = labels.c.family, labels.c.key, *POST
        query = select(*columns).join_from(labels, posts, labels.c.path == posts.c.path)
        for some in batched(_known(addresses)):
            where = query.where(labels.c.family.in_(names), labels.c.key.in_(some))
            for row in self._reader.all(where.order_by(posts.c.published, posts.c.path)):
                found.setdefault((row.family, row.key), []).append(to_post(row))
        return found

    def trace(self, url: str) -> Post | None:
        """Return the post at ``url``, else the one that was there before it moved, or None."""
        return self.find(url) or self.find_moved(url)

    def find_moved(self, url: str) -> Post | None:
        """Return the post whose front matter says that ``url`` leads to it, or None."""
        query = select(*POST).join_from(old_urls, posts, posts.c.path == old_urls.c.path)
        where = old_urls.c.address == address(url)
        row = self._reader.first(query.where(where).order_by(posts.c.path).limit(1))
        return to_post(row) if row else None

    def gone(self, permalink: str) -> Tombstone | None:
        """Return the tombstone of the post deleted from ``permalink``; None if one lives there."""
        where = address(permalink)
        query = (
            select(tombstones.c.data)
            .where(tombstones.c.address == where, ~exists().where(posts.c.address == where))
            .order_by(tombstones.c.path)
        )
        row = self._reader.first(query.limit(1))
        return Tombstone.from_json(row.data.encode()) if row else None

    def _find_out(self, column: Column[str], values: Iterable[str]) -> list[Post]:
        """Return the posts that are in lists by now and have one of ``values``."""
        now, found = to_microseconds(self._clock()), list[Post]()
        for some in batched(values):
            # Asked for those in lists alone, SQLite would look for them among all of the site.
            query = select(*POST, posts.c.public).where(column.in_(some))
            rows = self._reader.all(query)
            found += [to_post(row) for row in rows if row.public and row.published <= now]
        return found

    def taken(self, permalink: str) -> bool:
        """Say whether a post has or had this permalink; it is never given to another."""
        row = self._reader.first(TAKEN, {"address": address(permalink)})
        return bool(row and row[0])


def _known(addresses: Iterable[str]) -> list[str]:
    return sorted(set(addresses) - {""})
