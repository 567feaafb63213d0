"""Pictures of authors: which of our files shows the picture at a URL, and when to look again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
)
from sqlalchemy import update as update_rows

from endpoint.stores.batches import batched
from endpoint.stores.database import Moment, available, metadata, writing

photos = Table(
    "mention_photos",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("url", Text, nullable=False),
    Column("name", String(64), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_look_at", Moment, nullable=False),
)
Index("mention_photos_by_next_look_at", photos.c.next_look_at)


@dataclass(frozen=True)
class Photo:
    """The picture at ``url``: our file's ``name``, empty for none yet, and failures in a row."""

    url: str
    name: str
    attempts: int


class Photos:
    """The pictures of authors whose mentions are, or were, shown."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def expect(self, urls: Iterable[str], now: datetime) -> dict[str, str]:
        """Return the name of the file for each of ``urls``; one that is new is due ``now``."""
        wanted = {_key(url): url for url in urls}
        with available(), writing(self._engine) as connection:
            known = _find(connection, wanted)
            new = [_new(wanted[key], now) for key in wanted if key not in known]
            if new:
                connection.execute(insert(photos), new)
        return {wanted[key]: name for key, name in known.items()}

    def find(self, urls: Iterable[str]) -> dict[str, str]:
        """Return the name of the file for each of ``urls`` that we have a copy of."""
        wanted = {_key(url): url for url in urls if url}
        with available(), self._engine.connect() as connection:
            known = _find(connection, wanted)
        return {wanted[key]: name for key, name in known.items() if name}

    def due(self, now: datetime, limit: int) -> list[Photo]:
        """Return those to look at, the longest due first, at most ``limit``."""
        query = select(photos.c.url, photos.c.name, photos.c.attempts)
        query = query.where(photos.c.next_look_at <= now).order_by(photos.c.next_look_at)
        with available(), self._engine.connect() as connection:
            return [Photo(*row) for row in connection.execute(query.limit(limit))]

    def first_due(self) -> datetime | None:
        """Return when the next one is to be looked at."""
        query = select(photos.c.next_look_at).order_by(photos.c.next_look_at).limit(1)
        with available(), self._engine.connect() as connection:
            return connection.execute(query).scalar()

    def note(self, photo: Photo, next_look_at: datetime) -> None:
        """Note what a look at a picture has brought, and when the next one is."""
        values = {"name": photo.name, "attempts": photo.attempts, "next_look_at": next_look_at}
        with available(), writing(self._engine) as connection:
            known = photos.c.key == _key(photo.url)
            connection.execute(update_rows(photos).where(known).values(**values))

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield URL and file name of each picture that we have."""
        query = select(photos.c.url, photos.c.name).where(photos.c.name != "")
        with available(), self._engine.connect() as connection:
            yield from ((row.url, row.name) for row in connection.execute(query))

    def forget(self, urls: Iterable[str]) -> None:
        """Forget pictures that nobody is shown with any more."""
        with available(), writing(self._engine) as connection:
            for keys in batched(map(_key, urls)):
                connection.execute(delete(photos).where(photos.c.key.in_(keys)))


def _find(connection: Connection, wanted: Iterable[str]) -> dict[str, str]:
    known: dict[str, str] = {}
    for keys in batched(wanted):
        query = select(photos.c.key, photos.c.name).where(photos.c.key.in_(keys))
        known |= {row.key: row.name for row in connection.execute(query)}
    return known


def _new(url: str, now: datetime) -> dict[str, object]:
    return {"key": _key(url), "url": url, "name": "", "attempts": 0, "next_look_at": now}


def _key(url: str) -> str:
    return sha256(url.encode()).hexdigest()
