"""Which copies of which posts were asked for, and what became of them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, case, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from endpoint.stores.batches import batched
from endpoint.stores.database import available, writing
from endpoint.stores.queues import Queue
from endpoint.stores.syndications.rows import (
    COLUMNS,
    COPIED,
    GIVEN_UP,
    REFUSED,
    STOPPED,
    WAITING,
    Syndication,
    is_of,
    syndication_pauses,
    syndications,
    to_syndication,
)


class Syndications:
    """The wanted copies: one row for each post and target, however often it is asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, permalink: str, targets: Iterable[str], now: datetime, content: str = "") -> None:
        """Note that ``permalink`` should be copied to each of ``targets``.

        ``content`` is the text for these copies, where it is not that of the post.
        """
        with available(), writing(self._engine) as connection:
            for target in dict.fromkeys(targets):
                _ask(connection, permalink, target, content, now)

    def adopt(self, permalink: str, target: str, url: str, remote_id: str, now: datetime) -> None:
        """Note a copy that is there already, unless it is known or asked for by now."""
        values = {"url": url, "linked_url": url, "remote_id": remote_id, "copied_at": now}
        with available(), writing(self._engine) as connection:
            _add(connection, permalink, target, values | _due(now) | {"next_look_at": now})

    def readdress(self, old: str, new: str) -> None:
        """Let the copies that were asked for ``old`` be those of ``new``, a post that has moved."""
        columns = syndications.c
        known = select(columns.target).where(columns.permalink == new)
        moving = update(syndications).where(columns.permalink == old)
        with available(), writing(self._engine) as connection:
            # A copy of the post that stood there before is nobody's any more.
            taken = list(connection.scalars(known))
            values = {"permalink": new, "version": "", "holder": "", "lease_until": None}
            connection.execute(moving.where(columns.target.not_in(taken)).values(**values))
            connection.execute(delete(syndications).where(columns.permalink == old))

    def touch(self, permalinks: Iterable[str], version: str, now: datetime) -> bool:
        """Have the copies of changed posts looked at again; say whether there are any.

        Whoever sees a change of ``version`` says so, the first machine and the last: who
        made the attempt in between may not have seen it. What the owner has stopped stays
        as it is.
        """
        found = 0
        values = {"state": WAITING, "version": version, "attempts": 0, "next_attempt_at": now}
        with available(), writing(self._engine) as connection:
            for wanted in batched(sorted(set(permalinks))):
                some = syndications.c.permalink.in_(wanted)
                touching = update(syndications).where(some, syndications.c.state != STOPPED)
                found += connection.execute(touching.values(**values)).rowcount
        return bool(found)

    def retry(
        self, now: datetime, permalink: str | None = None, target: str | None = None
    ) -> list[str]:
        """Have what failed attempted now, as if for the first time; return the targets.

        Of one post or one target, or of all; what is named is looked at whatever its state.
        """
        states = [WAITING, REFUSED, GIVEN_UP]
        named = {"permalink": permalink, "target": target}
        where = [syndications.c[name] == value for name, value in named.items() if value]
        if not permalink:
            where.append(syndications.c.state.in_(states))
        values = {"state": WAITING, "attempts": 0, "next_attempt_at": now, "asked_at": now}
        again = update(syndications).where(*where).values(**values)
        with available(), writing(self._engine) as connection:
            found = connection.execute(again.returning(syndications.c.target)).scalars()
            return sorted(set(found))

    def stop(self, permalink: str, target: str) -> bool:
        """Leave what is not copied yet as it is, for good; say whether there was such a row."""
        columns = syndications.c
        waits = (columns.state == WAITING) & (columns.url == "") & (columns.remote_id == "")
        stopping = update(syndications).where(waits, *is_of(permalink, target))
        with available(), self._engine.begin() as connection:
            values = {"state": STOPPED, "next_attempt_at": None}
            return connection.execute(stopping.values(**values)).rowcount == 1

    def find(self, permalink: str, target: str) -> Syndication | None:
        """Return what is known of one copy, None if it was never asked for."""
        query = select(*COLUMNS).where(*is_of(permalink, target))
        with available(), self._engine.connect() as connection:
            row = connection.execute(query).first()
        return to_syndication(row) if row else None

    def whose(self, url: str) -> set[tuple[str, str]]:
        """Return the permalink and target of each copy that is at ``url``."""
        columns = syndications.c
        query = select(columns.permalink, columns.target).where(columns.url == url)
        with available(), self._engine.connect() as connection:
            return {(permalink, target) for permalink, target in connection.execute(query)}

    def queue(self, targets: Iterable[str]) -> Queue:
        """Return how many are to be attempted at ``targets``, also those that wait for a while.

        Where a target is paused nobody knows when.
        """
        columns = syndications.c
        goes_on = columns.target.not_in(select(syndication_pauses.c.target))
        next_attempt_at = func.min(case((goes_on, columns.next_attempt_at)))
        query = select(func.count(), func.min(columns.asked_at), next_attempt_at)
        with available(), self._engine.connect() as connection:
            where = columns.next_attempt_at.is_not(None) & columns.target.in_(list(targets))
            return Queue(*connection.execute(query.where(where)).one())

    def page(self, most: int, offset: int = 0, permalink: str | None = None) -> list[Syndication]:
        """Return ``most`` rows, those asked for last before others; only those of ``permalink``."""
        columns = syndications.c
        query = select(*COLUMNS).order_by(
            columns.asked_at.desc(), columns.permalink, columns.target
        )
        if permalink is not None:
            query = query.where(columns.permalink == permalink)
        with available(), self._engine.connect() as connection:
            found = connection.execute(query.limit(most).offset(offset))
            return [to_syndication(row) for row in found]


def _ask(connection: Connection, permalink: str, target: str, content: str, now: datetime) -> None:
    values = _due(now) | ({"content": content} if content else {})
    row = syndications.c
    is_over = row.state.not_in([WAITING, COPIED])
    is_news = or_(is_over, row.content != content) if content else is_over
    known = select(row.target).where(*is_of(permalink, target))
    if connection.execute(known).first():
        again = update(syndications).where(is_news, *is_of(permalink, target))
        connection.execute(again.values(**values))
        return
    if not _add(connection, permalink, target, values):
        # Another machine was quicker, and may have asked for something else.
        _ask(connection, permalink, target, content, now)


def _due(now: datetime) -> dict[str, Any]:
    return {"state": WAITING, "asked_at": now, "attempts": 0, "next_attempt_at": now}


def _add(connection: Connection, permalink: str, target: str, values: dict[str, Any]) -> bool:
    """Add a row; return whether there was none."""
    try:
        with connection.begin_nested():
            new = {"permalink": permalink, "target": target, **values}
            connection.execute(insert(syndications).values(**new))
    except IntegrityError:
        return False
    return True
