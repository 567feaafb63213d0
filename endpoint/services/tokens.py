"""Tokens that are made here: issued, verified, listed and revoked."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Engine

from endpoint.domain.tokens import Token, hash_secret, make_secret, name_secret
from endpoint.errors import InvalidToken, NotFound, Unavailable
from endpoint.stores.grants import GrantStore
from endpoint.stores.tokens import IssuedToken, TokenStore

_log = structlog.get_logger()


class Tokens:
    """The owner's own tokens; ``me`` is whose they are."""

    def __init__(self, engine: Engine, *, me: str, clock: Callable[[], datetime]) -> None:
        self._store = TokenStore(engine)
        self._grants = GrantStore(engine)
        self._me = me
        self._clock = clock

    def verify(self, bearer: str) -> Token:
        """Return the token with this secret and note its use.

        Raise InvalidToken if it is unknown, expired or revoked, Unavailable if
        the database cannot be asked.
        """
        now = self._clock()
        issued = self._store.find(hash_secret(bearer))
        if issued is None:
            raise InvalidToken("This token is not known here; sign in to the app again")
        if issued.revoked_at:
            raise InvalidToken("This token was revoked; sign in to the app again")
        if issued.expires_at and issued.expires_at <= now:
            raise InvalidToken("This token has expired; sign in to the app again")
        self._touch(issued, now)
        return self._token(issued)

    def create(
        self, client_id: str, scopes: Iterable[str], expires_in: timedelta | None = None
    ) -> tuple[str, Token]:
        """Return a new secret, which is kept nowhere, and its token.

        ``client_id`` is the app's URL; without ``expires_in`` the token lasts
        until it is revoked.
        """
        now = self._clock()
        secret = make_secret()
        issued = IssuedToken(
            id=name_secret(secret),
            client_id=client_id,
            scopes=frozenset(scopes),
            issued_at=now,
            expires_at=now + expires_in if expires_in is not None else None,
        )
        self._store.add(issued, hash_secret(secret))
        return secret, self._token(issued)

    def revoke(self, token_id: str) -> None:
        """Make the token with this id useless from now on; raise NotFound if there is none.

        With a token that an app got by signing in, all goes that it got then.
        """
        now = self._clock()
        found = next((token for token in self._store.all() if token.id == token_id), None)
        if found is None:
            raise NotFound("There is no token with this id; endpoint token list shows them")
        self._store.revoke(token_id, now)
        if found.grant_id:
            self._grants.revoke(found.grant_id, now)

    def list(self) -> list[IssuedToken]:
        """Return every token that was made here, newest first, revoked ones too."""
        return self._store.all()

    def _token(self, issued: IssuedToken) -> Token:
        return Token(self._me, issued.client_id, issued.scopes, issued.id, issued.expires_at)

    def _touch(self, issued: IssuedToken, now: datetime) -> None:
        try:
            self._store.touch(issued, now)
        except Unavailable:
            # A full disk must not keep the owner from reading.
            _log.warning("token_use_not_noted", client_id=issued.client_id)
