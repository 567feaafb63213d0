"""What the owner granted to an app: codes that become tokens, and tokens that are renewed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from endpoint.domain.tokens import hash_secret, make_secret, name_secret, split_scopes
from endpoint.stores.codes import CodeStore, IssuedCode
from endpoint.stores.grants import GrantStore, Issue
from endpoint.stores.refresh_tokens import IssuedRefresh
from endpoint.stores.tokens import IssuedToken, TokenStore


@dataclass(frozen=True)
class Lifetimes:
    """How long things last; ``token`` is None for tokens that do not expire."""

    code: timedelta
    token: timedelta | None
    refresh: timedelta


@dataclass(frozen=True)
class Secrets:
    """The secrets of one answer; ``refresh_token`` is empty where none is needed.

    ``expires_in_s`` is how long the access token lasts, None for ever.
    """

    access_token: str
    refresh_token: str
    expires_in_s: int | None


class Grants:
    """Codes, access tokens and refresh tokens; what one comes from goes with all of it."""

    def __init__(self, engine: Engine, lifetimes: Lifetimes, clock: Callable[[], datetime]) -> None:
        self._codes = CodeStore(engine)
        self._grants = GrantStore(engine)
        self._tokens = TokenStore(engine)
        self._lifetimes = lifetimes
        self._clock = clock

    @property
    def now_s(self) -> int:
        """The time, in seconds since 1970."""
        return int(self._clock().timestamp())

    def issue_code(
        self, client_id: str, redirect_uri: str, scopes: Sequence[str], code_challenge: str
    ) -> str:
        """Return a new code, which is kept nowhere, bound to all that is given."""
        code, now = make_secret("code"), self._clock()
        self._codes.add(
            IssuedCode(
                hash=hash_secret(code),
                grant_id=name_secret(code),
                client_id=client_id,
                redirect_uri=redirect_uri,
                scope=" ".join(scopes),
                code_challenge=code_challenge,
                expires_at=now + self._lifetimes.code,
            )
        )
        return code

    def find_code(self, code: str) -> IssuedCode | None:
        """Return what ``code`` stands for, or None if it is unknown, used or expired.

        A code that comes twice was stolen once: whatever the first use gave is
        revoked (RFC 6749 §4.1.2).
        """
        issued = self._codes.find(hash_secret(code))
        if issued and issued.used_at:
            self._grants.revoke(issued.grant_id, self._clock())
            return None
        return issued if issued and self._clock() < issued.expires_at else None

    def use_code(self, code: IssuedCode) -> bool:
        """Use a code up for its owner's name alone; False, with all revoked, if it was used."""
        now = self._clock()
        if self._codes.use(code.hash, now):
            return True
        self._grants.revoke(code.grant_id, now)
        return False

    def make_secrets(self, *, lasting: bool = False) -> Secrets:
        """Return the secrets of an answer to come; ``lasting`` ones are never renewed."""
        lifetime = None if lasting else self._lifetimes.token
        expires_in_s = int(lifetime.total_seconds()) if lifetime else None
        return Secrets(make_secret(), make_secret("refresh") if lifetime else "", expires_in_s)

    def redeem(self, code: IssuedCode, made: Secrets) -> bool:
        """Use ``code`` up for the tokens ``made``; False, with all revoked, if it was used."""
        now = self._clock()
        issue = self._issue(code, made, code.scope, code.scope, now)
        if self._grants.redeem(code.hash, issue, now):
            return True
        self._grants.revoke(code.grant_id, now)
        return False

    def find_refresh(self, refresh_token: str) -> IssuedRefresh | None:
        """Return what a refresh token stands for, or None if it is good for nothing.

        One that was replaced and comes again was stolen: its whole grant is
        revoked (RFC 9700 §4.14.2).
        """
        issued, now = self._grants.find_refresh(hash_secret(refresh_token)), self._clock()
        if issued is None or issued.revoked_at:
            return None
        if issued.used_at:
            self._grants.revoke(issued.grant_id, now)
            return None
        return issued if now < issued.expires_at else None

    def renew(self, refresh: IssuedRefresh, made: Secrets, scope: str) -> bool:
        """Replace ``refresh`` by the tokens ``made``, the access token with ``scope`` only."""
        now = self._clock()
        issue = self._issue(refresh, made, scope, refresh.scope, now)
        if self._grants.renew(refresh.hash, issue, now):
            return True
        self._grants.revoke(refresh.grant_id, now)
        return False

    def find_token(self, secret: str) -> IssuedToken | None:
        """Return the access token with this secret, good or not."""
        return self._tokens.find(hash_secret(secret))

    def is_over(self, token: IssuedToken) -> bool:
        """Return whether a token has expired."""
        return token.expires_at is not None and token.expires_at <= self._clock()

    def revoke(self, secret: str) -> None:
        """Make a token useless, and all that came from the same sign-in (RFC 7009 §2.1)."""
        now, secret_hash = self._clock(), hash_secret(secret)
        found = self._tokens.find(secret_hash)
        refresh = self._grants.find_refresh(secret_hash)
        if found and not found.grant_id:
            self._tokens.revoke(found.id, now)
        for grant_id in {known.grant_id for known in (found, refresh) if known} - {None}:
            self._grants.revoke(str(grant_id), now)

    def _issue(
        self,
        origin: IssuedCode | IssuedRefresh,
        made: Secrets,
        scope: str,
        refresh_scope: str,
        now: datetime,
    ) -> Issue:
        lifetime = made.expires_in_s and timedelta(seconds=made.expires_in_s)
        access = IssuedToken(
            id=name_secret(made.access_token),
            client_id=origin.client_id,
            scopes=split_scopes(scope),
            issued_at=now,
            expires_at=now + lifetime if lifetime else None,
            grant_id=origin.grant_id,
        )
        refresh = IssuedRefresh(
            hash=hash_secret(made.refresh_token),
            grant_id=origin.grant_id,
            client_id=origin.client_id,
            scope=refresh_scope,
            issued_at=now,
            expires_at=now + self._lifetimes.refresh,
        )
        access_hash = hash_secret(made.access_token)
        return Issue(access, access_hash, refresh if made.refresh_token else None)
