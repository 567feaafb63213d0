"""Which commits could not be merged, and on which branches they are kept for the owner."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Boolean, Column, Engine, String, Table, Text, insert, select, update

from endpoint.stores.database import Moment, available, metadata, writing

conflicts = Table(
    "conflicts",
    metadata,
    Column("branch", String(120), primary_key=True),
    Column("commit", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("found_at", Moment, nullable=False),
    Column("is_pushed", Boolean, nullable=False),
    Column("resolved_at", Moment),
)

_SHOWN = ("branch", "commit", "subject", "reason", "found_at", "is_pushed")


@dataclass(frozen=True)
class SetAside:
    """A commit that is kept on a branch instead of on the site, and why.

    ``is_pushed`` says that the branch need not be pushed, or not any more.
    """

    branch: str
    commit: str
    subject: str
    reason: str
    found_at: datetime
    is_pushed: bool = False


class Conflicts:
    """The commits set aside, until the owner says that they are dealt with."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, found: Iterable[SetAside]) -> None:
        """Remember what was set aside; what is known already stays as it is."""
        with available(), writing(self._engine) as connection:
            known = set(connection.execute(select(conflicts.c.branch)).scalars())
            rows = [
                {name: getattr(one, name) for name in _SHOWN}
                for one in found
                if one.branch not in known
            ]
            if rows:
                connection.execute(insert(conflicts), rows)

    def open(self) -> tuple[SetAside, ...]:
        """Return what waits for the owner, oldest first."""
        columns = [conflicts.c[name] for name in _SHOWN]
        query = select(*columns).where(conflicts.c.resolved_at.is_(None))
        with available(), self._engine.connect() as connection:
            rows = connection.execute(query.order_by(conflicts.c.found_at, conflicts.c.branch))
            return tuple(SetAside(*row) for row in rows)

    def note_pushed(self, branch: str) -> None:
        """Note that ``branch`` is on the remote."""
        self._set(branch, is_pushed=True)

    def resolve(self, branch: str, now: datetime) -> bool:
        """Note that the owner has dealt with ``branch``; False if nothing waits there."""
        return self._set(branch, resolved_at=now)

    def _set(self, branch: str, **values: object) -> bool:
        waits = (conflicts.c.branch == branch) & conflicts.c.resolved_at.is_(None)
        with available(), self._engine.begin() as connection:
            return connection.execute(update(conflicts).where(waits).values(**values)).rowcount > 0
