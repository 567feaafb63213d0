"""Which request made which post, so that a client's retry makes no second one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    Engine,
    Index,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    update,
)

from endpoint.stores.database import Moment, available, metadata, writing

creations = Table(
    "creations",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("permalink", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("clone", String(32), nullable=False),
)
Index("creations_by_permalink", creations.c.permalink, unique=True)


_FIND = select(creations).where(
    creations.c.key == bindparam("key"), creations.c.created_at >= bindparam("since")
)
_ELSEWHERE = select(creations.c.key).where(
    creations.c.permalink == bindparam("permalink"), creations.c.clone != bindparam("clone")
)
_FORGET = delete(creations).where(creations.c.created_at < bindparam("oldest"))
# A permalink that is given away is free: whoever was to have it was killed before the commit.
_REPLACE = delete(creations).where(
    or_(
        creations.c.key == bindparam("old_key"),
        and_(
            creations.c.permalink == bindparam("old_permalink"),
            creations.c.clone == bindparam("old_clone"),
        ),
    )
)


@dataclass(frozen=True)
class Creation:
    """A request by its key, and the permalink that ``clone`` gives it at ``created_at``."""

    key: str
    permalink: str
    created_at: datetime
    clone: str


class Creations:
    """The creates of the last while: a key for each request, and the permalink it got.

    Several clones may share them; ``clone`` is the name of this one, empty if it is the only one.
    """

    def __init__(self, engine: Engine, clone: str) -> None:
        self._engine = engine
        self.clone = clone

    def find(self, key: str, since: datetime) -> Creation | None:
        """Return what the request ``key`` was given after ``since``."""
        with available(), self._engine.connect() as connection:
            row = connection.execute(_FIND, {"key": key, "since": since}).first()
        return Creation(**row._asdict()) if row else None

    def is_given_elsewhere(self, permalink: str) -> bool:
        """Say whether another clone has given ``permalink`` to a post that may not be here yet."""
        if not self.clone:
            return False
        asked = {"permalink": permalink, "clone": self.clone}
        with available(), self._engine.connect() as connection:
            return connection.execute(_ELSEWHERE, asked).first() is not None

    def remember(self, made: Sequence[Creation], keep: timedelta) -> None:
        """Note what is about to be ``made``, at least one; forget what is older than ``keep``.

        Raise Unavailable if another clone gives one of the permalinks at the same moment.
        """
        oldest = made[-1].created_at - keep
        rows = [vars(each) for each in made]
        replaced = [
            {f"old_{name}": row[name] for name in ("key", "permalink", "clone")} for row in rows
        ]
        with available(), writing(self._engine, relaxed=True) as connection:
            connection.execute(_FORGET, {"oldest": oldest})
            connection.execute(_REPLACE, replaced)
            connection.execute(insert(creations), rows)

    def readdress(self, old: str, new: str) -> None:
        """Let the request that made ``old`` have made ``new``: its post has moved.

        Where another clone gives that, too, it stays ``old``: a wrong address is
        better than a second post.
        """
        ours = creations.c.clone == self.clone
        taken = select(creations.c.key).where(creations.c.permalink == new)
        moving = update(creations).where(creations.c.permalink == old, ours)
        with available(), writing(self._engine) as connection:
            # Of one who was killed before the commit: our own post stands there by now.
            connection.execute(delete(creations).where(creations.c.permalink == new, ours))
            if connection.execute(taken).first() is None:
                connection.execute(moving.values(permalink=new))
