"""The browsers that are signed in: the hashes of their sessions' ids."""

from datetime import datetime

from sqlalchemy import Column, Engine, String, Table, delete, insert, select

from endpoint.stores.database import Moment, available, metadata

sessions = Table(
    "sessions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("expires_at", Moment, nullable=False),
)


class SessionStore:
    """A row for each session, found by the hash of its id.

    Every method raises Unavailable if the database cannot be reached.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, session_hash: str, now: datetime, expires_at: datetime) -> None:
        """Begin a session, and forget those that have expired."""
        with available(), self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= now))
            connection.execute(insert(sessions).values(hash=session_hash, expires_at=expires_at))

    def holds(self, session_hash: str, now: datetime) -> bool:
        """Return whether there is a session with this hash that has not expired."""
        query = select(sessions.c.hash).where(
            sessions.c.hash == session_hash, sessions.c.expires_at > now
        )
        with available(), self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def remove(self, session_hash: str) -> None:
        """End the session with this hash, if there is one."""
        with available(), self._engine.begin() as connection:
            connection.execute(delete(sessions).where(sessions.c.hash == session_hash))
