"""SQLite for many threads and processes at once."""

import sqlite3
import time
from typing import Final, cast

from sqlalchemy import Connection, Engine, event

IMMEDIATE: Final = {"immediate": True}
"""The execution option of a transaction that takes the write lock when it begins."""

RELAXED: Final = {"relaxed": True}
"""The execution option of a transaction that a power cut, but no kill, may undo."""

_WAIT_S = 10


def set_up(engine: Engine) -> None:
    """Give every connection of ``engine`` WAL mode, foreign keys and 10 s of patience.

    A commit waits for the disk, unless its transaction is relaxed.
    """
    event.listen(engine, "connect", _set_up_connection)
    event.listen(engine, "begin", _begin)


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    # BEGIN is ours to send: the driver would leave it out before reads and schema changes.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_WAIT_S * 1000}")
    _write_ahead(connection)
    # In KiB. Each commit of another connection empties it anyway, and there are several of them.
    connection.execute("PRAGMA cache_size=-1024")
    connection.execute("PRAGMA foreign_keys=ON")


def _write_ahead(connection: sqlite3.Connection) -> None:
    # Several processes that open a new database at once are refused here without any waiting.
    until = time.monotonic() + _WAIT_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    # What opens nothing has no error to translate, and every question pays for it.
    driver = cast(sqlite3.Connection, connection.connection.dbapi_connection)
    # FULL waits for the disk at each commit, NORMAL only when the log goes into the database.
    level = "NORMAL" if options.get("relaxed") else "FULL"
    if connection.info.get("synchronous") != level:
        driver.execute(f"PRAGMA synchronous={level}")
        connection.info["synchronous"] = level
    if options.get("immediate"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        driver.execute("BEGIN")
