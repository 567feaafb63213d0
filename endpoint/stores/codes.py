"""Authorization codes: their hashes and what they are bound to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Engine, String, Table, Text, insert, select, update

from endpoint.stores.database import Moment, available, metadata

codes = Table(
    "codes",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("grant_id", String(16), nullable=False),
    Column("client_id", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("code_challenge", Text, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)


@dataclass(frozen=True)
class IssuedCode:
    """A code without itself: who may redeem it, where it was sent, and what it gives.

    ``grant_id`` names what the owner granted, in the code and in every token
    that comes of it; ``scope`` is the blank-separated list; ``code_challenge``
    is empty where the app sent none (RFC 7636 §4.4).
    """

    hash: str
    grant_id: str
    client_id: str
    redirect_uri: str
    scope: str
    code_challenge: str
    expires_at: datetime
    used_at: datetime | None = None


class CodeStore:
    """A row for each code; every method raises Unavailable if the database cannot be reached."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, code: IssuedCode) -> None:
        """Keep a new code."""
        with available(), self._engine.begin() as connection:
            connection.execute(insert(codes).values(vars(code)))

    def find(self, code_hash: str) -> IssuedCode | None:
        """Return the code with this hash, good or not."""
        query = select(codes).where(codes.c.hash == code_hash)
        with available(), self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return IssuedCode(**row) if row else None

    def use(self, code_hash: str, now: datetime) -> bool:
        """Use a code up; False if that was done before."""
        with available(), self._engine.begin() as connection:
            return use_code(connection, code_hash, now)


def use_code(connection: Connection, code_hash: str, now: datetime) -> bool:
    """Use a code up as a part of a transaction; False if that was done before."""
    unused = (codes.c.hash == code_hash, codes.c.used_at.is_(None))
    return connection.execute(update(codes).where(*unused).values(used_at=now)).rowcount == 1
