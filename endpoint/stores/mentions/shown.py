"""The mentions that readers may see, as the public lists ask for them."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Row, Select, and_, func, select

from endpoint.domain.webmentions.listing.jf2 import published_at
from endpoint.domain.webmentions.listing.listed import RSVPS, Listed, Wanted
from endpoint.domain.webmentions.mention import Mention
from endpoint.stores.database import available
from endpoint.stores.mentions.rows import APPROVED, PRESENT, mentions

_COLUMNS = (
    mentions.c.number,
    mentions.c.source,
    mentions.c.permalink,
    mentions.c.received_at,
    mentions.c.changed_at,
    mentions.c.content,
)
_SHOWN = and_(
    mentions.c.decision == APPROVED, mentions.c.finding == PRESENT, mentions.c.content != ""
)
_BY_ROW = {"created": mentions.c.received_at, "updated": mentions.c.changed_at}
_LONG_AGO = datetime(1, 1, 2, tzinfo=UTC)


class ShownMentions:
    """What was approved and is still to be seen at its source, and nothing else.

    Every method raises Unavailable if the database cannot be reached.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, wanted: Wanted) -> list[Listed]:
        """Return the mentions that are ``wanted``."""
        column = _BY_ROW.get(wanted.order)
        if column is None:
            return self._find_by_content(wanted)
        order = (column, mentions.c.number)
        query = _query(wanted).order_by(*(way if wanted.up else way.desc() for way in order))
        return self._read(query.limit(wanted.limit).offset(wanted.offset))

    def addresses(self) -> list[str]:
        """Return the address of each page that has any."""
        query = select(mentions.c.address).where(_SHOWN).distinct()
        with available(), self._engine.connect() as connection:
            return list(connection.scalars(query))

    def count(self, asked: Wanted) -> dict[str, int]:
        """Return how many there are of each kind; of rsvps by their answer, as ``rsvp-yes``."""
        wanted = _conditions(asked)
        by_kind = (
            select(mentions.c.kind, func.count().label("number"))
            .where(*wanted, mentions.c.kind != "rsvp")
            .group_by(mentions.c.kind)
        )
        with available(), self._engine.connect() as connection:
            counts = Counter({row.kind: row.number for row in connection.execute(by_kind)})
        rsvps = self._read(select(*_COLUMNS).where(*wanted, mentions.c.kind == "rsvp"))
        counts.update(f"rsvp-{rsvp.mention.rsvp}" for rsvp in rsvps)
        return dict(sorted(counts.items()))

    def _find_by_content(self, wanted: Wanted) -> list[Listed]:
        # No column has these; 10,000 mentions take 0.1 s.
        found = self._read(_query(wanted))
        rank = _published if wanted.order == "published" else _rsvp
        found.sort(key=lambda one: (rank(one), one.received_at, one.number), reverse=not wanted.up)
        return found[wanted.offset : wanted.offset + wanted.limit]

    def _read(self, query: Select[*tuple[Any, ...]]) -> list[Listed]:
        with available(), self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [_to_listed(row) for row in rows]


def _to_listed(row: Row[*tuple[Any, ...]]) -> Listed:
    number, source, permalink, received_at, changed_at, content = row
    mention = Mention.from_json(content)
    return Listed(number, source, permalink, received_at, changed_at, mention)


def _query(wanted: Wanted) -> Select[*tuple[Any, ...]]:
    return select(*_COLUMNS).where(*_conditions(wanted))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = [_SHOWN]
    if wanted.addresses is not None:
        conditions.append(mentions.c.address.in_(wanted.addresses))
    if wanted.hidden:
        conditions.append(mentions.c.address.not_in(wanted.hidden))
    if wanted.kinds is not None:
        conditions.append(mentions.c.kind.in_(wanted.kinds))
    if wanted.since is not None:
        conditions.append(mentions.c.received_at > wanted.since)
    if wanted.since_id:
        conditions.append(mentions.c.number > wanted.since_id)
    return conditions


def _published(listed: Listed) -> datetime:
    return published_at(listed.mention) or _LONG_AGO


def _rsvp(listed: Listed) -> int:
    return RSVPS.index(listed.mention.rsvp) + 1 if listed.mention.rsvp in RSVPS else 0
