"""The files that posts took along into the repository, found there by name."""

from collections.abc import Iterator

from endpoint.domain.media_names import is_name
from endpoint.stores.index import PostIndex
from endpoint.stores.media.places import StoredFile
from endpoint.stores.repository import Repository


class Committed:
    """The files of ``repository``, which ``index`` knows the paths of."""

    def __init__(self, repository: Repository, index: PostIndex) -> None:
        self._repository = repository
        self._index = index

    def find(self, name: str) -> StoredFile | None:
        """Return the file, or None if no commit of a post brought it."""
        if not is_name(name):
            return None
        self._index.catch_up()
        path = self._index.media(name)
        data = self._repository.read(path) if path else None
        if data is None:
            return None

        def pieces(first: int, stop: int) -> Iterator[bytes]:
            yield data[first:stop]

        return StoredFile(name, len(data), pieces)
