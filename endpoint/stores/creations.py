"""Which request made which post, so that a client's retry makes no second one."""

from datetime import datetime, timedelta

from sqlalchemy import Column, Engine, String, Table, Text, delete, insert, select

from endpoint.stores.database import Moment, available, metadata, writing

creations = Table(
    "creations",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("permalink", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
)


class Creations:
    """The creates of the last while: a key for each request, and the permalink it got."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, key: str, since: datetime) -> str | None:
        """Return the permalink that the request ``key`` was given after ``since``."""
        query = select(creations.c.permalink).where(
            creations.c.key == key, creations.c.created_at >= since
        )
        with available(), self._engine.connect() as connection:
            return connection.execute(query).scalar()

    def remember(self, key: str, permalink: str, now: datetime, keep: timedelta) -> None:
        """Note that ``key`` is about to make ``permalink``; forget what is older than ``keep``."""
        with available(), writing(self._engine) as connection:
            connection.execute(
                delete(creations).where(
                    (creations.c.key == key) | (creations.c.created_at < now - keep)
                )
            )
            connection.execute(
                insert(creations).values(key=key, permalink=permalink, created_at=now)
            )
