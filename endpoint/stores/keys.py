"""Keys for signing, made once and the same for all processes and machines."""

import secrets
from contextlib import suppress

from sqlalchemy import Column, Engine, LargeBinary, String, Table, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from endpoint.stores.database import available, metadata, writing

keys = Table(
    "keys",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
)

_BYTES = 32
_FIND = select(keys.c.secret).where(keys.c.name == bindparam("name"))


class KeyStore:
    """A row for each key; every method raises Unavailable if the database cannot be reached."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._remembered: dict[str, bytes] = {}

    def get(self, name: str) -> bytes:
        """Return the key called ``name``, of 256 random bits; it is made if there is none."""
        if name not in self._remembered:
            self._remembered[name] = self._find(name) or self._make(name)
        return self._remembered[name]

    def _find(self, name: str) -> bytes | None:
        with available(), self._engine.connect() as connection:
            return connection.scalar(_FIND, {"name": name})

    def _make(self, name: str) -> bytes:
        made = insert(keys).values(name=name, secret=secrets.token_bytes(_BYTES))
        # Of several that begin at once the first one's stays.
        with available(), suppress(IntegrityError), writing(self._engine) as connection:
            connection.execute(made)
        with available(), self._engine.connect() as connection:
            kept: bytes = connection.scalars(_FIND, {"name": name}).one()
        return kept
