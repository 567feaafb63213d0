"""Webmentions as they come in: a row for each pair of source and target that was sent."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import uuid4

from sqlalchemy import Connection, Engine, case, insert, select, text, update

from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.deciding.rules import host_of
from endpoint.domain.webmentions.receiving.requests import Asking
from endpoint.stores.database import available, writing
from endpoint.stores.groups import Group, Groups
from endpoint.stores.mentions.rows import (
    COLUMNS,
    FAILED,
    PRESENT,
    UNKNOWN,
    Received,
    key_of,
    mentions,
    to_received,
)

_INBOX = 0x656E646D  # the number of PostgreSQL's advisory lock: "endm"


class Inbox:
    """A row for each pair of source and target, however often and however spelled it is sent.

    Every method raises Unavailable if the database cannot be reached.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        # Those that come at the same time wait for the disk once.
        self._groups = Groups(self._write)

    def receive(self, asking: Asking, permalink: str, now: datetime) -> str:
        """Keep that the page at ``permalink`` was mentioned, and return the id of the mention.

        Its source is looked at as soon as can be, also if it was known. When
        this returns, the row would outlive a power cut.
        """
        return self._groups.do(partial(_receive, asking, permalink, now))

    def find(self, id_: str) -> Received | None:
        """Return the mention ``id_``, or None."""
        query = select(*COLUMNS).where(mentions.c.id == id_)
        with available(), self._engine.connect() as connection:
            row = connection.execute(query).first()
        return to_received(row) if row else None

    def _write(self, group: Group[Connection]) -> None:
        with available(), writing(self._engine) as connection:
            be_alone(connection)
            group.run(partial(_attempt, connection))


def _attempt(connection: Connection, action: Callable[[Connection], str]) -> str:
    # What fails must leave nothing, and not end the transaction of the others.
    with connection.begin_nested():
        return action(connection)


def _receive(asking: Asking, permalink: str, now: datetime, connection: Connection) -> str:
    where = address(permalink)
    key = key_of(asking.source, where)
    again = {
        "asked": asking.target,
        "permalink": permalink,
        # A page on another network, which does not link here, would be found to say nothing.
        "next_look_at": case((mentions.c.origin != "", mentions.c.next_look_at), else_=now),
        "attempts": 0,
        "finding": case((mentions.c.finding == FAILED, UNKNOWN), else_=mentions.c.finding),
        # What the source was found to have stays known, whoever sends another spelling.
        "target": case((mentions.c.finding == PRESENT, mentions.c.target), else_=asking.target),
    }
    known = update(mentions).where(mentions.c.key == key).values(**again)
    if id_ := connection.scalar(known.returning(mentions.c.id)):
        return str(id_)
    new = {
        "id": uuid4().hex,
        "key": key,
        "source": asking.source,
        "address": where,
        "host": host_of(asking.source)[:255],
        "target": asking.target,
        "finding": UNKNOWN,
        "next_look_at": now,
        "received_at": now,
        "changed_at": now,
    }
    inserting = insert(mentions).values(**{**again, **new})
    return str(connection.scalar(inserting.returning(mentions.c.id)))


def be_alone(connection: Connection) -> None:
    """Let a transaction wait for those of other machines that put several rows in, or take them.

    They may be sent the same, or lock the same rows in another order. SQLite has
    one writer anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _INBOX})
