"""Objects that are made one after the other and stored together, with one wait for the disk."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path

from endpoint.stores.git.objects import Objects, frame, unframe
from endpoint.stores.git.pack_format import Framed


class Unsaved(Objects):
    """The objects of the repository at ``repository``, with new ones that nobody else sees yet.

    With ``stored`` it finds what is stored through that. For one thread.
    """

    def __init__(self, repository: Path, stored: Objects | None = None) -> None:
        self._stored = stored or Objects(repository)
        super().__init__(repository, self._stored.bring)
        self.folders = self._stored.folders
        self._new: dict[str, bytes] = {}

    def add(self, kind: str, data: bytes) -> str:
        """Keep ``data``, a "blob", "tree" or "commit", in memory and return its object id."""
        oid, framed = frame(kind, data)
        self._new[oid] = framed
        return oid

    def add_framed(self, objects: Framed) -> None:
        """Keep ``objects``, each with the header that git hashes."""
        self._new.update(objects)

    def find(self, oid: str) -> tuple[str, bytes]:
        """Return kind and content of an object, new or stored."""
        if framed := self._new.get(oid):
            return unframe(framed)
        return self._stored.find(oid)

    def mark(self) -> int:
        """Return what ``forget`` needs to come back to how things are now."""
        return len(self._new)

    def forget(self, mark: int) -> None:
        """Drop what was added since ``mark``."""
        self._new = dict(islice(self._new.items(), mark))

    def save(self, beside: Callable[[], None] | None = None) -> None:
        """Store what is new; it would outlive a power cut from then on. ``beside`` as ``write``."""
        self._stored.write(self._new, beside)
        self._new = {}
