"""A connection for each SQLite database that only looks whether others have committed."""

import itertools
import os
import sqlite3
import weakref
from threading import Lock
from typing import cast

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

Seen = tuple[int, int]
"""Another one after each commit to the database."""

_watches: "weakref.WeakKeyDictionary[Engine, Watch]" = weakref.WeakKeyDictionary()
_one_at_a_time = Lock()


def watch(engine: Engine) -> "Watch | None":
    """Return the one watch of the database of ``engine``; None if that cannot be watched."""
    if engine.dialect.name != "sqlite" or engine.url.database in (None, "", ":memory:"):
        return None
    with _one_at_a_time:
        if engine not in _watches:
            _watches[engine] = Watch(engine)
        return _watches[engine]


class Watch:
    """Looks at the database of ``engine``; any thread may ask."""

    _connection: sqlite3.Connection | None

    def __init__(self, engine: Engine) -> None:
        self._engine = weakref.ref(engine)
        self._openings = itertools.count()
        self._begin()
        # Also in the child after a fork: two processes cannot share a connection.
        event.listen(engine, "engine_disposed", self._end)

    def look(self) -> Seen | None:
        """Return what changes with every commit of another connection; None if it cannot tell."""
        try:
            with self._lock:
                connection = self._connection = self._connection or self._open()
                [version] = connection.execute("PRAGMA data_version").fetchone()
                return self._opening, version
        except (DBAPIError, PoolTimeout, sqlite3.Error):
            return None

    def _begin(self) -> None:
        self._process = os.getpid()
        self._lock = Lock()
        self._connection = None

    def _open(self) -> sqlite3.Connection:
        engine = self._engine()
        if engine is None:
            raise sqlite3.ProgrammingError("the engine is gone")
        connection = engine.raw_connection()
        connection.detach()
        self._opening = next(self._openings)
        # Without the pool's wrapper, which costs as much as the question.
        return cast(sqlite3.Connection, connection.dbapi_connection)

    def _end(self, _engine: Engine) -> None:
        if self._process != os.getpid():
            # The lock may be held by a thread that this process does not have.
            self._begin()
            return
        with self._lock:
            if self._connection:
                self._connection.close()
                self._connection = None
