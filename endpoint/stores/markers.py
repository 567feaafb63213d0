"""How far the owner has read in each timeline."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Engine, Integer, String, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from endpoint.stores.database import Moment, available, metadata, writing

markers = Table(
    "markers",
    metadata,
    Column("timeline", String(32), primary_key=True),
    Column("last_read_id", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("updated_at", Moment, nullable=False),
)


@dataclass(frozen=True)
class Marker:
    """A place: the id of what was read last; ``version`` counts how often it was moved."""

    timeline: str
    last_read_id: str
    version: int
    updated_at: datetime


class MarkerStore:
    """A row for each timeline; every method raises Unavailable without a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, timelines: Collection[str]) -> dict[str, Marker]:
        """Return the places in ``timelines``, by name."""
        query = select(markers).where(markers.c.timeline.in_(timelines))
        with available(), self._engine.connect() as connection:
            found = [Marker(**row) for row in connection.execute(query).mappings()]
        return {marker.timeline: marker for marker in found}

    def move(self, timeline: str, last_read_id: str, now: datetime) -> Marker:
        """Return the place in ``timeline`` after it was moved to ``last_read_id``."""
        this = markers.c.timeline == timeline
        place = {"last_read_id": last_read_id, "updated_at": now}
        self._begin({"timeline": timeline, "version": 0, **place})
        with available(), writing(self._engine, relaxed=True) as connection:
            moved = update(markers).where(this).values(**place, version=markers.c.version + 1)
            connection.execute(moved)
            row = connection.execute(select(markers).where(this)).mappings().one()
        return Marker(**row)

    def _begin(self, row: Mapping[str, object]) -> None:
        """Keep the first place of a timeline, unless there is one."""
        if self.find([str(row["timeline"])]):
            return
        # Two apps may begin at once.
        with available(), suppress(IntegrityError), self._engine.begin() as connection:
            connection.execute(insert(markers).values(row))
