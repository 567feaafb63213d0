"""What apps were granted: a code or a refresh token becomes new tokens, all at once or not."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, insert, select, update

from endpoint.stores.codes import codes, use_code
from endpoint.stores.database import available, writing
from endpoint.stores.refresh_tokens import IssuedRefresh, refresh_tokens
from endpoint.stores.tokens import IssuedToken, insert_token, tokens

_KEPT = timedelta(days=30)
"""How long what has ended is kept, so that its second use is noticed."""


@dataclass(frozen=True)
class Issue:
    """The tokens of one answer: the access token with its hash, and a refresh token or none."""

    access: IssuedToken
    access_hash: str
    refresh: IssuedRefresh | None


class GrantStore:
    """Tokens by what they came from; every method raises Unavailable without a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def redeem(self, code_hash: str, issue: Issue, now: datetime) -> bool:
        """Use a code up and keep its tokens; False, keeping none, if it was used before."""
        with available(), writing(self._engine) as connection:
            if not use_code(connection, code_hash, now):
                return False
            _keep(connection, issue)
            _sweep(connection, now)
            return True

    def renew(self, refresh_hash: str, issue: Issue, now: datetime) -> bool:
        """Use a refresh token up and keep its successors; False if it was used or revoked."""
        good = (
            refresh_tokens.c.hash == refresh_hash,
            refresh_tokens.c.used_at.is_(None),
            refresh_tokens.c.revoked_at.is_(None),
        )
        with available(), writing(self._engine) as connection:
            used = connection.execute(update(refresh_tokens).where(*good).values(used_at=now))
            if used.rowcount != 1:
                return False
            _keep(connection, issue)
            _sweep(connection, now)
            return True

    def find_refresh(self, refresh_hash: str) -> IssuedRefresh | None:
        """Return the refresh token with this hash, good or not."""
        query = select(refresh_tokens).where(refresh_tokens.c.hash == refresh_hash)
        with available(), self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return IssuedRefresh(**row) if row else None

    def refreshes(self) -> list[IssuedRefresh]:
        """Return every refresh token, good or not."""
        with available(), self._engine.connect() as connection:
            rows = connection.execute(select(refresh_tokens)).mappings()
            return [IssuedRefresh(**row) for row in rows]

    def revoke(self, grant_id: str, now: datetime) -> None:
        """Make every token that came of a grant useless, for good."""
        with available(), writing(self._engine) as connection:
            _revoke(connection, "grant_id", grant_id, now)

    def revoke_client(self, client_id: str, now: datetime) -> None:
        """Make every code and token of an app useless, for good."""
        open_codes = (codes.c.client_id == client_id, codes.c.used_at.is_(None))
        with available(), writing(self._engine) as connection:
            connection.execute(update(codes).where(*open_codes).values(used_at=now))
            _revoke(connection, "client_id", client_id, now)


def _revoke(connection: Connection, name: str, value: str, now: datetime) -> None:
    # First what brings forth others: its rows are locked until whoever renews has finished, and
    # PostgreSQL shows what that brought forth only to the statements after it.
    for table in (refresh_tokens, tokens, refresh_tokens):
        good = (table.c[name] == value, table.c.revoked_at.is_(None))
        connection.execute(update(table).where(*good).values(revoked_at=now))


def _keep(connection: Connection, issue: Issue) -> None:
    insert_token(connection, issue.access, issue.access_hash)
    if issue.refresh:
        connection.execute(insert(refresh_tokens).values(vars(issue.refresh)))


def _sweep(connection: Connection, now: datetime) -> None:
    for table in (codes, refresh_tokens):
        connection.execute(delete(table).where(table.c.expires_at < now - _KEPT))
    ended = (tokens.c.grant_id.is_not(None), tokens.c.expires_at < now - _KEPT)
    connection.execute(delete(tokens).where(*ended))
