"""The targets that wait for their owner, because the network does not know us any more."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from endpoint.stores.database import available, writing
from endpoint.stores.syndications.rows import syndication_pauses


@dataclass(frozen=True)
class Pause:
    """Why nothing is sent to ``target``, and since when.

    ``credentials`` stand for those that the network refused; ``mailed_at`` says
    that the owner had mail about it.
    """

    target: str
    reason: str
    credentials: str
    paused_at: datetime
    mailed_at: datetime | None = None


_COLUMNS = tuple(syndication_pauses.c[name] for name in Pause.__dataclass_fields__)


class Pauses:
    """A row for each target that is paused."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, pause: Pause) -> None:
        """Pause a target, unless it is; what it was paused for first stays said."""
        with available(), writing(self._engine) as connection:
            try:
                with connection.begin_nested():
                    connection.execute(insert(syndication_pauses).values(**vars(pause)))
            except IntegrityError:
                return

    def remove(self, target: str) -> None:
        """Let ``target`` go on."""
        with available(), self._engine.begin() as connection:
            connection.execute(
                delete(syndication_pauses).where(syndication_pauses.c.target == target)
            )

    def all(self) -> list[Pause]:
        """Return the pauses, oldest first."""
        query = select(*_COLUMNS).order_by(
            syndication_pauses.c.paused_at, syndication_pauses.c.target
        )
        with available(), self._engine.connect() as connection:
            return [Pause(**row._mapping) for row in connection.execute(query)]

    def note_mail(self, target: str, now: datetime) -> None:
        """Note that the owner had mail about the pause of ``target``."""
        noting = update(syndication_pauses).where(syndication_pauses.c.target == target)
        with available(), self._engine.begin() as connection:
            connection.execute(noting.values(mailed_at=now))
