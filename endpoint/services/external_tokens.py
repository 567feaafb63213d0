"""Tokens that another server issued, verified there and remembered for a moment."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from endpoint.domain.metadata import Endpoints
from endpoint.domain.tokens import Token, hash_secret, name_secret
from endpoint.domain.urls import same_profile
from endpoint.errors import InvalidToken
from endpoint.services.token_endpoints import TokenEndpoints
from endpoint.stores.cache import Cache
from endpoint.stores.web import Web

_BEARER = re.compile(r"[\x21-\x7e]{1,8192}")
_REFUSED = "The token endpoint does not accept this token; sign in to the app again"
_FOREIGN = "This token belongs to somebody else; sign in to the app with the address of this site"
_EXPIRED = "This token has expired; sign in to the app again"


class ExternalTokens:
    """Tokens of the owner, ``me``, from the token endpoint that ``me`` declares.

    Answers are cached under a hash of the token: a yes for ``cache_s`` seconds
    and never longer than the token lives, a no for ``negative_cache_s``.
    """

    def __init__(
        self,
        web: Web,
        *,
        me: str,
        clock: Callable[[], datetime],
        token_endpoint: str = "",
        introspection_endpoint: str = "",
        introspection_token: str = "",
        cache_s: float = 60,
        negative_cache_s: float = 10,
    ) -> None:
        configured = Endpoints(token_endpoint, introspection_endpoint)
        self._endpoints = TokenEndpoints(web, me, configured, introspection_token, clock)
        self._me = me
        self._clock = clock
        self._cache_for = timedelta(seconds=cache_s)
        self._negative_cache_for = timedelta(seconds=negative_cache_s)
        self._verdicts: Cache[Token | str] = Cache(clock)

    def verify(self, bearer: str) -> Token:
        """Return the token with this secret.

        Raise InvalidToken if it is unknown, expired, revoked or somebody
        else's, Unavailable if nobody can be asked, which is never remembered.
        """
        if not _BEARER.fullmatch(bearer):
            raise InvalidToken("This is not a token: it holds blanks or other odd characters")
        verdict = self._verdicts.get(hash_secret(bearer), lambda: self._judge(bearer))
        if isinstance(verdict, str):
            raise InvalidToken(verdict)
        if verdict.expires_at and verdict.expires_at <= self._clock():
            raise InvalidToken(_EXPIRED)
        return verdict

    def _judge(self, bearer: str) -> tuple[Token | str, timedelta]:
        """Return the token or what is wrong with it, and for how long to believe that."""
        claim = self._endpoints.ask(bearer)
        if claim is None:
            return _REFUSED, self._negative_cache_for
        if not same_profile(claim.me, self._me):
            return _FOREIGN, self._negative_cache_for
        if claim.expires_at and claim.expires_at <= self._clock():
            return _EXPIRED, self._negative_cache_for
        token = Token(
            self._me, claim.client_id, claim.scopes, name_secret(bearer), claim.expires_at
        )
        return token, self._cache_for
