"""The tokens that were made here: their hashes and what they grant."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    RowMapping,
    String,
    Table,
    Text,
    bindparam,
    insert,
    or_,
    select,
    update,
)

from endpoint.domain.tokens import split_scopes
from endpoint.stores.database import Moment, available, metadata, writing
from endpoint.stores.memory import Memory

tokens = Table(
    "tokens",
    metadata,
    Column("id", String(16), primary_key=True),
    Column("hash", String(64), nullable=False, unique=True),
    Column("client_id", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
    Column("grant_id", String(16), index=True),
)

_USE_INTERVAL = timedelta(minutes=1)
_FIND = select(tokens).where(tokens.c.hash == bindparam("secret_hash"))


@dataclass(frozen=True)
class IssuedToken:
    """A token as the owner sees it in a list; the times are aware, or None for never.

    ``grant_id`` names the sign-in it came from, None if the owner made it by hand.
    """

    id: str
    client_id: str
    scopes: frozenset[str]
    issued_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    grant_id: str | None = None


class TokenStore:
    """A row for each token, found by the hash of its secret.

    Every method raises Unavailable if the database cannot be reached.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._found = Memory[IssuedToken | None](engine)

    def add(self, token: IssuedToken, secret_hash: str) -> None:
        """Keep a new token."""
        with available(), self._engine.begin() as connection:
            insert_token(connection, token, secret_hash)

    def find(self, secret_hash: str) -> IssuedToken | None:
        """Return the token whose secret has this hash, good or not."""
        return self._found.get(secret_hash, lambda: self._ask(secret_hash))

    def touch(self, token: IssuedToken, now: datetime) -> None:
        """Note that the token was used, at most once a minute."""
        if token.last_used_at and now - token.last_used_at < _USE_INTERVAL:
            return
        noted = or_(tokens.c.last_used_at.is_(None), tokens.c.last_used_at <= now - _USE_INTERVAL)
        with available(), writing(self._engine, relaxed=True) as connection:
            connection.execute(
                update(tokens).where(tokens.c.id == token.id, noted).values(last_used_at=now)
            )

    def all(self) -> list[IssuedToken]:
        """Return every token, newest first."""
        query = select(tokens).order_by(tokens.c.issued_at.desc(), tokens.c.id)
        with available(), self._engine.connect() as connection:
            return [_read(row) for row in connection.execute(query).mappings()]

    def revoke(self, token_id: str, now: datetime) -> None:
        """Revoke the token with this id, for good."""
        good = (tokens.c.id == token_id, tokens.c.revoked_at.is_(None))
        with available(), self._engine.begin() as connection:
            connection.execute(update(tokens).where(*good).values(revoked_at=now))

    def _ask(self, secret_hash: str) -> IssuedToken | None:
        with available(), self._engine.connect() as connection:
            row = connection.execute(_FIND, {"secret_hash": secret_hash}).mappings().first()
        return _read(row) if row else None


def insert_token(connection: Connection, token: IssuedToken, secret_hash: str) -> None:
    """Keep a new token as a part of a transaction."""
    row = {
        "id": token.id,
        "hash": secret_hash,
        "client_id": token.client_id,
        "scope": " ".join(sorted(token.scopes)),
        "issued_at": token.issued_at,
        "expires_at": token.expires_at,
        "grant_id": token.grant_id,
    }
    connection.execute(insert(tokens).values(row))


def _read(row: RowMapping) -> IssuedToken:
    return IssuedToken(
        id=row["id"],
        client_id=row["client_id"],
        scopes=split_scopes(row["scope"]),
        issued_at=row["issued_at"],
        expires_at=row["expires_at"],
        last_used_at=row["last_used_at"],
        revoked_at=row["revoked_at"],
        grant_id=row["grant_id"],
    )
