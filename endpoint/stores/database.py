"""The database: SQLite in a file by default, PostgreSQL by URL."""

import os
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    create_engine,
    inspect,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.types import TypeDecorator

from endpoint.errors import ConfigError, InsufficientStorage, Unavailable
from endpoint.stores import sqlite

metadata = MetaData()
"""Every table, each defined in the module of the store that reads it."""

_MIGRATIONS = Path(__file__).parent / "migrations"
_PREPARING = 0x656E6470  # the number of PostgreSQL's advisory lock: "endp"


class Moment(TypeDecorator[datetime]):
    """A column of aware times; SQLite, which has none, keeps them in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def make_engine(url: str) -> Engine:
    """Return an engine for ``url`` that threads and forked processes may share.

    SQLite runs in WAL mode and waits up to 10 s for another writer. Nothing is
    opened yet. Raise ConfigError if the URL or its driver is not known.
    """
    try:
        # A database server that was restarted leaves dead connections in the pool.
        engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    except (ArgumentError, ImportError) as error:
        raise ConfigError(f"database.url cannot be used: {error}") from error
    if engine.dialect.name == "sqlite":
        sqlite.set_up(engine)
    _forget_after_fork(engine)
    return engine


@contextmanager
def writing(engine: Engine, *, relaxed: bool = False) -> Iterator[Connection]:
    """Give a transaction that will write, committed at the end of the block.

    It would outlive a power cut then, unless it is ``relaxed``: for rows that
    can be made again, or be missed.

    Use it where a transaction reads before it writes: SQLite refuses the write
    at once, without any waiting, if somebody else wrote in between, unless the
    transaction took the write lock when it began.
    """
    options = {**sqlite.IMMEDIATE, **(sqlite.RELAXED if relaxed else {})}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def available() -> Iterator[None]:
    """Turn what the database refuses into Unavailable, or InsufficientStorage on a full disk."""
    try:
        yield
    except OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            raise InsufficientStorage(
                "The disk of the database is full; nothing was saved"
            ) from error
        raise _unreachable() from error
    except (DBAPIError, PoolTimeout) as error:
        raise _unreachable() from error


def _unreachable() -> Unavailable:
    return Unavailable("The database cannot be reached; try again in a moment")


def ping(engine: Engine) -> None:
    """Ask the database for nothing; raise Unavailable if it does not answer."""
    with available(), engine.connect() as connection:
        connection.execute(text("SELECT 1"))


def prepare(engine: Engine) -> None:
    """Bring the tables up to the newest revision, whoever else is trying to at the same time.

    Raise ConfigError if the database cannot be opened, or a newer version of
    this program has been at work on it.
    """
    try:
        _prepare(engine)
    except OperationalError as error:
        raise ConfigError(f"The database at {engine.url!r} cannot be used: {error.orig}") from error


def _prepare(engine: Engine) -> None:
    newest = max(path.stem[:4] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
    stored = _stored_revision(engine)
    if stored == newest:
        return
    if stored is not None and stored > newest:
        raise ConfigError(
            f"The database is at revision {stored} and this version of endpoint knows {newest};"
            " install the newer version again, or restore the backup made before it"
        )
    # Needed once in a release; nobody is to wait for the lock while it is imported.
    import_module("alembic.command")
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _PREPARING})
        _upgrade(connection)


def _stored_revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return None if revision is None else str(revision)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _forget_after_fork(engine: Engine) -> None:
    """Let a forked child open connections of its own: two processes cannot share one."""
    reference = weakref.ref(engine)

    def forget() -> None:
        if child_engine := reference():
            child_engine.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
