"""Files beside posts: where they are, which posts name them, and which posts are broken."""

from sqlalchemy import select

from endpoint.stores.index.reader import IndexReader
from endpoint.stores.index.tables import media, posts, problems, uses


class Files:
    """Finds files by name."""

    _reader: IndexReader

    def media(self, name: str) -> str | None:
        """Return the path of a file of this name that lies in the repository, or None."""
        return next(iter(self.media_paths(name)), None)

    def media_paths(self, name: str) -> list[str]:
        """Return the path of each copy of the file: posts have one beside them."""
        query = select(media.c.path).where(media.c.name == name).order_by(media.c.path)
        return [row.path for row in self._reader.all(query)]

    def uses(self, name: str) -> list[str]:
        """Return the permalinks of the posts that name the file, anywhere in them.

        A file that cannot be read as a post, and names it, stands there with its path;
        so does a tombstone, where git keeps the post without its files.
        """
        query = select(uses.c.path, posts.c.permalink).join_from(
            uses, posts, posts.c.path == uses.c.path, isouter=True
        )
        rows = self._reader.all(query.where(uses.c.name == name).order_by(uses.c.path))
        return [row.permalink or row.path for row in rows]

    def problems(self) -> list[tuple[str, str]]:
        """Return the path of each file that could not be read, and a sentence about it."""
        query = select(problems.c.path, problems.c.sentence).order_by(problems.c.path)
        return [(row.path, row.sentence) for row in self._reader.all(query)]
