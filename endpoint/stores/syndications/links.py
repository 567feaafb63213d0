"""What posts have yet to be told of their copies: URLs, and links that a network asks for."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Engine, select, update

from endpoint.stores.database import available, writing
from endpoint.stores.syndications.rows import (
    COLUMNS,
    Syndication,
    is_of,
    syndications,
    to_syndication,
)


class SyndicationLinks:
    """The rows whose post is not told yet, and how they are marked once it is."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def waiting(self, now: datetime, most: int) -> list[Syndication]:
        """Return up to ``most`` of them, those that wait longest first."""
        columns = syndications.c
        query = select(*COLUMNS).where(columns.link_asked_at <= now)
        order = (columns.link_asked_at, columns.permalink, columns.target)
        with available(), self._engine.connect() as connection:
            found = connection.execute(query.order_by(*order).limit(most))
            return [to_syndication(row) for row in found]

    def note(self, rows: Iterable[Syndication]) -> None:
        """Note what the posts say now, as ``rows`` do; what has changed since waits on."""
        columns = syndications.c
        with available(), writing(self._engine) as connection:
            for row in rows:
                noting = update(syndications).where(*is_of(row.permalink, row.target))
                same = (columns.url == row.url) & (columns.page_link == row.page_link)
                connection.execute(noting.values(linked_url=row.linked_url))
                connection.execute(noting.where(same).values(link_asked_at=row.link_asked_at))
