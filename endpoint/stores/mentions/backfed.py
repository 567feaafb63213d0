"""What was found on other networks, as mentions among those that came as Webmentions."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, insert, select, update

from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.deciding.rules import host_of
from endpoint.domain.webmentions.mention import Mention as Said
from endpoint.stores.database import available, writing
from endpoint.stores.mentions.inbox import be_alone
from endpoint.stores.mentions.rows import (
    COLUMNS,
    PRESENT,
    UNKNOWN,
    Received,
    key_of,
    mentions,
    to_received,
)

Judge = Callable[[Received, Said | None], dict[str, Any]]
"""Returns the new values of columns, for a row as it stands and what was found; None for gone."""


class BackfedMentions:
    """Mentions of pages, whose ``origin`` is the uid of a ``[[syndication]]`` table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(
        self, origin: str, permalink: str, found: Mapping[str, Said], now: datetime, judge: Judge
    ) -> bool:
        """Note that ``found``, by source, is all that there is; say whether anything changed.

        What was there before is judged as gone. A Webmention of the same source
        stays what it is. Raise Unavailable if the database cannot be reached.
        """
        with available(), writing(self._engine, relaxed=True) as connection:
            be_alone(connection)
            known = _find(connection, origin, permalink)
            changes = [
                _note(connection, received, found.get(source), now, judge)
                for source, received in known.items()
            ]
            for source in found.keys() - known.keys():
                received = _add(connection, origin, permalink, source, now)
                if received:
                    changes.append(_note(connection, received, found[source], now, judge))
        return any(changes)


def _find(connection: Connection, origin: str, permalink: str) -> dict[str, Received]:
    of_page = (mentions.c.address == address(permalink)) & (mentions.c.origin == origin)
    rows = connection.execute(select(*COLUMNS).where(of_page))
    return {received.source: received for received in map(to_received, rows)}


def _note(
    connection: Connection, received: Received, said: Said | None, now: datetime, judge: Judge
) -> bool:
    if said is None and received.finding != PRESENT:
        return False
    values = judge(received, said)
    if "changed_at" not in values:
        return False
    changing = update(mentions).where(mentions.c.number == received.number)
    connection.execute(changing.values(**values, looked_at=now))
    return True


def _add(
    connection: Connection, origin: str, permalink: str, source: str, now: datetime
) -> Received | None:
    """Return the new row, None if the source has sent a Webmention itself."""
    where = address(permalink)
    key = key_of(source, where)
    if connection.execute(select(mentions.c.number).where(mentions.c.key == key)).first():
        return None
    values = {
        "id": uuid4().hex,
        "key": key,
        "source": source,
        "target": permalink,
        "asked": permalink,
        "permalink": permalink,
        "address": where,
        "host": host_of(source)[:255],
        "received_at": now,
        "changed_at": now,
        "finding": UNKNOWN,
        "origin": origin,
    }
    connection.execute(insert(mentions).values(**values))
    return to_received(connection.execute(select(*COLUMNS).where(mentions.c.key == key)).one())
