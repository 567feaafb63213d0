"""The Webmentions that our posts send: who is to be told of what, and what they answered."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Engine, case, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from endpoint.stores.database import available, writing
from endpoint.stores.queues import Queue
from endpoint.stores.sent_mentions.rows import (
    COLUMNS,
    FAILED,
    GONE,
    NEEDLESS,
    NO_ENDPOINT,
    TOLD,
    UNLINKED,
    WAITING,
    Answer,
    Pair,
    Sent,
    sent_mentions,
    to_sent,
)

__all__ = [
    "FAILED",
    "GONE",
    "NEEDLESS",
    "NO_ENDPOINT",
    "TOLD",
    "UNLINKED",
    "WAITING",
    "Answer",
    "Pair",
    "Sent",
    "SentMentions",
]


class SentMentions:
    """The rows, one for each source and target; any machine that shares the database may work."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, pairs: Iterable[Pair], now: datetime, *, again: bool = False) -> bool:
        """Note what targets are to know, and say whether anybody has to be told.

        A pair that is new here has ``old`` for what the target knows. With
        ``again`` everybody is told, whatever they know and have answered.
        """
        with available(), writing(self._engine) as connection:
            # In one order on every machine, so that none waits for one that waits for it.
            ordered = sorted(pairs, key=lambda pair: pair.key)
            news = [pair for pair in ordered if _ask(connection, pair, now, again)]
        return bool(news)

    def try_again(self, key: str, now: datetime) -> bool:
        """Have the target of ``key`` told now, as if for the first time; False if there is none."""
        again = update(sent_mentions).where(sent_mentions.c.key == key)
        with available(), self._engine.begin() as connection:
            values = {"state": WAITING, "attempts": 0, "next_attempt_at": now}
            return connection.execute(again.values(**values)).rowcount == 1

    def targets(self, source: str) -> list[str]:
        """Return whom ``source`` has linked to, as far as anybody was to be told."""
        query = select(sent_mentions.c.target).where(sent_mentions.c.source == source)
        with available(), self._engine.connect() as connection:
            return list(connection.scalars(query.order_by(sent_mentions.c.key)))

    def is_due(self, now: datetime) -> bool:
        """Say whether anybody has to be told now."""
        query = select(sent_mentions.c.key).where(*_due(now)).limit(1)
        with available(), self._engine.connect() as connection:
            return connection.execute(query).first() is not None

    def queue(self) -> Queue:
        """Return how many are to be told, also those that are tried again later."""
        columns = sent_mentions.c
        first = select(
            func.count(), func.min(columns.asked_at), func.min(columns.next_attempt_at)
        ).where(columns.next_attempt_at.is_not(None))
        with available(), self._engine.connect() as connection:
            return Queue(*connection.execute(first).one())

    def take(
        self, now: datetime, most: int, lease: timedelta, source: str | None = None
    ) -> tuple[str, list[Sent]]:
        """Return a holder's name and up to ``most`` rows that are due, its own for ``lease``.

        With ``source``, only those of that page.
        """
        holder, table = uuid4().hex, sent_mentions
        due = [*_due(now), *([] if source is None else [table.c.source == source])]
        with available(), writing(self._engine) as connection:
            keys = select(table.c.key).where(*due).order_by(table.c.next_attempt_at).limit(most)
            # Another machine may be about to take some.
            free = list(connection.scalars(keys.with_for_update(skip_locked=True)))
            taking = update(table).where(table.c.key.in_(free))
            connection.execute(taking.values(holder=holder, lease_until=now + lease))
            rows = connection.execute(select(*COLUMNS).where(table.c.holder == holder))
            return holder, [to_sent(row) for row in rows]

    def keep(self, sent: Sent, holder: str, lease_until: datetime) -> bool:
        """Keep the lease of ``holder`` on ``sent`` a while longer; False if others have it now."""
        table = sent_mentions
        keeping = update(table).where(table.c.key == sent.key, table.c.holder == holder)
        with available(), self._engine.begin() as connection:
            return connection.execute(keeping.values(lease_until=lease_until)).rowcount == 1

    def note(self, sent: Sent, holder: str, answer: Answer, now: datetime) -> None:
        """Note what came of telling the target of ``sent``, which ``holder`` has taken.

        If there is a newer version by now, that is still to be told.
        """
        is_final, table = answer.state != WAITING, sent_mentions
        values: dict[str, Any] = {
            "endpoint": answer.endpoint or sent.endpoint,
            "status": answer.status,
            "location": answer.location,
            "last_error": answer.reason,
            "lease_until": None,
            "holder": "",
        }
        if answer.state in (TOLD, NEEDLESS):
            values["sent_version"] = sent.version
        if answer.state == TOLD:
            values["sent_at"] = now
        same = table.c.version == sent.version
        later = {
            "state": case((same, answer.state), else_=table.c.state),
            "attempts": case((same, sent.attempts + 1), else_=table.c.attempts),
            "next_attempt_at": case(
                (same, None if is_final else answer.next_attempt_at),
                else_=table.c.next_attempt_at,
            ),
        }
        noting = update(table).where(table.c.key == sent.key, table.c.holder == holder)
        with available(), self._engine.begin() as connection:
            connection.execute(noting.values(**values, **later))

    def page(self, most: int, offset: int = 0, source: str | None = None) -> list[Sent]:
        """Return ``most`` rows, those asked for last before others; only those of ``source``."""
        table = sent_mentions
        query = select(*COLUMNS).order_by(table.c.asked_at.desc(), table.c.source, table.c.key)
        if source is not None:
            query = query.where(table.c.source == source)
        with available(), self._engine.connect() as connection:
            return [to_sent(row) for row in connection.execute(query.limit(most).offset(offset))]


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    free = or_(sent_mentions.c.lease_until.is_(None), sent_mentions.c.lease_until <= now)
    return sent_mentions.c.next_attempt_at <= now, free


def _ask(connection: Connection, pair: Pair, now: datetime, again: bool) -> bool:
    table = sent_mentions
    known = connection.execute(select(table.c.version).where(table.c.key == pair.key)).first()
    if not again and pair.new == (known.version if known else pair.old):
        return False
    due = {
        "version": pair.new,
        "state": WAITING,
        "attempts": 0,
        "next_attempt_at": now,
        "asked_at": now,
    }
    if known:
        connection.execute(update(table).where(table.c.key == pair.key).values(**due))
    else:
        names = {"source": pair.source, "target": pair.target, "sent_version": pair.old}
        try:
            with connection.begin_nested():
                connection.execute(insert(table).values(key=pair.key, **names, **due))
        except IntegrityError:
            # Another machine was quicker, and may have asked for something else.
            return _ask(connection, pair, now, again)
    return True
