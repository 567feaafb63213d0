"""The folders that were read or written last: each post opens those on its way several times."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

# A folder as git stores it: names with their mode, in octal digits, and object id. Large
# folders are read and written for each post, and most of their rows are only passed on.
Row = tuple[bytes, bytes]
Folder = Mapping[bytes, Row]

_MOST_ROWS = 20_000
"""Some 4 MB of memory."""


class Folders:
    """Folders by object id, which says what they hold for ever; any thread may use it."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Folder] = OrderedDict()
        self._rows = 0
        self._guard = Lock()

    def get(self, oid: str) -> Folder | None:
        """Return the folder ``oid`` if it is remembered; it is not to be changed."""
        with self._guard:
            if oid in self._known:
                self._known.move_to_end(oid)
            return self._known.get(oid)

    def keep(self, oid: str, folder: Folder) -> None:
        """Remember ``folder``, and no more than there is room for of what was longest unused."""
        with self._guard:
            if oid not in self._known:
                self._known[oid] = folder
                self._rows += len(folder) + 1
            while self._rows > _MOST_ROWS:
                _, forgotten = self._known.popitem(last=False)
                self._rows -= len(forgotten) + 1
