"""Mentions that another service received before: they come in approved, and are not looked at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, insert, select

from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.deciding.rules import host_of
from endpoint.domain.webmentions.mention import Mention
from endpoint.stores.database import available, writing
from endpoint.stores.mentions.rows import APPROVED, OWNER, PRESENT, key_of, mentions


@dataclass(frozen=True)
class Imported:
    """A mention of the page at ``permalink``; ``target`` is the URL that its source has."""

    source: str
    target: str
    permalink: str
    received_at: datetime
    mention: Mention

    @property
    def key(self) -> str:
        """What tells the pair of source and page from all others."""
        return key_of(self.source, address(self.permalink))


def add_imported(engine: Engine, imported: Iterable[Imported], now: datetime) -> int:
    """Add the mentions that are not known yet, all or none; return how many these are.

    What is known stays as it is, with what the owner decided. Raise Unavailable
    if the database cannot be reached.
    """
    wanted = {one.key: one for one in imported}
    with available(), writing(engine) as connection:
        known = select(mentions.c.key).where(mentions.c.key.in_(wanted))
        for key in connection.scalars(known).all():
            del wanted[key]
        if wanted:
            connection.execute(insert(mentions), [_row(one, now) for one in wanted.values()])
    return len(wanted)


def _row(imported: Imported, now: datetime) -> dict[str, Any]:
    mention = imported.mention
    return {
        "id": uuid4().hex,
        "key": imported.key,
        "source": imported.source,
        "target": imported.target,
        "asked": imported.target,
        "permalink": imported.permalink,
        "address": address(imported.permalink),
        "host": host_of(imported.source)[:255],
        "received_at": imported.received_at,
        "changed_at": now,
        "looked_at": imported.received_at,
        "finding": PRESENT,
        "kind": mention.kind,
        "author": mention.author.url,
        "content": mention.to_json(),
        "decision": APPROVED,
        "decided_by": OWNER,
        "decided_at": now,
    }
