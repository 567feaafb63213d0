"""Refresh tokens: their hashes and what they renew."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, String, Table, Text

from endpoint.stores.database import Moment, metadata

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("grant_id", String(16), nullable=False, index=True),
    Column("client_id", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("issued_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
)


@dataclass(frozen=True)
class IssuedRefresh:
    """A refresh token without itself; ``scope`` is what a token from it may have at most."""

    hash: str
    grant_id: str
    client_id: str
    scope: str
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    revoked_at: datetime | None = None
