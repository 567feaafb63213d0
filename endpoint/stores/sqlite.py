"""SQLite for many threads and processes at once."""

import sqlite3
import time
from typing import Final

from sqlalchemy import Connection, Engine, event

IMMEDIATE: Final = {"immediate": True}
"""The execution option of a transaction that takes the write lock when it begins."""

_WAIT_S = 10


def set_up(engine: Engine) -> None:
    """Give every connection of ``engine`` WAL mode, foreign keys and 10 s of patience."""
    event.listen(engine, "connect", _set_up_connection)
    event.listen(engine, "begin", _begin)


def _set_up_connection(connection: sqlite3.Connection, _record: object) -> None:
    # BEGIN is ours to send: the driver would leave it out before reads and schema changes.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={_WAIT_S * 1000}")
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous=NORMAL")
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
    immediate = connection.get_execution_options().get("immediate")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
