"""Which copies of which posts were asked for, until a syndicator makes them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Column, Engine, Select, String, Table, Text, insert, select, update

from endpoint.stores.database import Moment, available, metadata, writing

syndications = Table(
    "syndications",
    metadata,
    Column("permalink", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("asked_at", Moment, nullable=False),
)


class Syndications:
    """The wanted copies: one row for each post and target, however often it is asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(self, permalink: str, targets: Iterable[str], now: datetime) -> None:
        """Note that ``permalink`` should be copied to each of ``targets``."""
        with available(), writing(self._engine) as connection:
            known = set(connection.execute(_targets_of(permalink)).scalars())
            rows = [
                {"permalink": permalink, "target": target, "state": "wanted", "asked_at": now}
                for target in dict.fromkeys(targets)
                if target not in known
            ]
            if rows:
                connection.execute(insert(syndications), rows)

    def readdress(self, old: str, new: str) -> None:
        """Let the copies that were asked for ``old`` be those of ``new``, a post that has moved."""
        moving = update(syndications).where(syndications.c.permalink == old)
        with available(), writing(self._engine) as connection:
            connection.execute(moving.values(permalink=new))

    def targets(self, permalink: str) -> list[str]:
        """Return the targets that were asked for, oldest first."""
        with available(), self._engine.connect() as connection:
            return list(connection.execute(_targets_of(permalink)).scalars())


def _targets_of(permalink: str) -> Select[str]:
    return (
        select(syndications.c.target)
        .where(syndications.c.permalink == permalink)
        .order_by(syndications.c.asked_at, syndications.c.target)
    )
