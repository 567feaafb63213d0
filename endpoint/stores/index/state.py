"""How far the post index is: the commit it shows, and when what it shows has changed."""

from sqlalchemy import (
    BigInteger,
    Connection,
    Engine,
    bindparam,
    case,
    func,
    insert,
    select,
    text,
    update,
)

from endpoint.stores.database import writing
from endpoint.stores.index.tables import metadata, posts, state
from endpoint.stores.memory import Memory

_SECOND = 1_000_000
_COUNT_MORE = update(state).values(public=state.c.public + bindparam("more"))
_COUNT_ALL = update(state).values(
    public=select(func.count()).where(posts.c.public).scalar_subquery()
)
_PREPARING = 0x656E6469  # the number of PostgreSQL's advisory lock: "endi"
_INDEXED = select(state.c.commit).where(state.c.id == 1)
_NOTE = update(state).values(commit=bindparam("new"))
# No two states of the feed share a second, because HTTP dates have no smaller unit.
_LEAST, _NOW = state.c.changed_at + _SECOND, bindparam("now", type_=BigInteger)
_NOTE_CHANGE = update(state).values(
    commit=bindparam("new"),
    changed=bindparam("new"),
    changed_at=case((_LEAST > _NOW, _LEAST), else_=_NOW),
)


class IndexState:
    """The one row that says which commit the index shows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._noted = Memory[str](engine)

    def prepare(self, made_with: str) -> None:
        """Make the index's tables, anew if they were made with something else."""
        with writing(self._engine) as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _PREPARING})
            metadata.create_all(connection)
            if connection.scalar(select(state.c.made_with)) == made_with:
                return
            metadata.drop_all(connection)
            metadata.create_all(connection)
            connection.execute(
                insert(state).values(
                    id=1, made_with=made_with, commit="", changed="", changed_at=0, public=0
                )
            )

    def commit(self) -> str:
        """Return the commit that the index shows; empty before the first."""
        return self._noted.get(_INDEXED, self._ask)

    def note(self, connection: Connection, commit: str, changed_at: int | None) -> None:
        """Note that the index shows ``commit``; ``changed_at`` is None if it keeps what it kept."""
        if changed_at is None:
            connection.execute(_NOTE, {"new": commit})
        else:
            connection.execute(_NOTE_CHANGE, {"new": commit, "now": changed_at})

    def count(self, connection: Connection, more: int | None) -> None:
        """Note that so many ``more`` posts are public, or fewer; None counts them all."""
        if more is None:
            connection.execute(_COUNT_ALL)
        elif more:
            connection.execute(_COUNT_MORE, {"more": more})

    def _ask(self) -> str:
        with self._engine.connect() as connection:
            return connection.scalar(_INDEXED) or ""
