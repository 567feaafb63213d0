"""How far the owner has read, kept for all of their apps."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from endpoint.domain.dates import to_iso
from endpoint.domain.mastodon.entities import Entity
from endpoint.errors import InvalidRequest
from endpoint.services.numbers import is_number
from endpoint.stores.markers import Marker, MarkerStore

TIMELINES = ("home", "notifications")


class Markers:
    """A place in each timeline."""

    def __init__(self, store: MarkerStore, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    def read(self, timelines: Iterable[str]) -> dict[str, Entity]:
        """Return the places that are known in ``timelines``, each as the entity Marker."""
        return {name: _show(marker) for name, marker in self._store.find(set(timelines)).items()}

    def move(self, places: Mapping[str, str]) -> dict[str, Entity]:
        """Return the new places, of ids by the name of their timeline.

        Raise InvalidRequest if one is no id.
        """
        for name, last_read_id in places.items():
            if not is_number(last_read_id):
                raise InvalidRequest(f"{name}[last_read_id] must be the id of something in it")
        now = self._clock()
        return {name: _show(self._store.move(name, place, now)) for name, place in places.items()}


def _show(marker: Marker) -> Entity:
    return {
        "last_read_id": marker.last_read_id,
        "version": marker.version,
        "updated_at": to_iso(marker.updated_at),
    }
