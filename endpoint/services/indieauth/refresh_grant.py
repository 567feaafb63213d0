"""The refresh token grant: a token for a token, each once (RFC 6749 §6, IndieAuth §5.5)."""

from typing import Any

from authlib.oauth2.rfc6749 import (
    InvalidGrantError,
    InvalidScopeError,
    RefreshTokenGrant,
    TokenMixin,
)

from endpoint.domain.indieauth.scopes import are_scopes
from endpoint.services.indieauth.public_client import Client
from endpoint.stores.refresh_tokens import IssuedRefresh


class Refresh(TokenMixin):
    """An issued refresh token as authlib sees it."""

    def __init__(self, issued: IssuedRefresh) -> None:
        self.issued = issued

    def check_client(self, client: Client) -> bool:
        """Return True; raise InvalidGrantError if it was given to another app."""
        if self.issued.client_id != client.client_id:
            raise InvalidGrantError("refresh_token was given to another client_id")
        return True

    def get_scope(self) -> str:
        """Return what its tokens may have at most."""
        return self.issued.scope


class RefreshGrant(RefreshTokenGrant):
    """Refresh tokens that are replaced with every use."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)
    INCLUDE_NEW_REFRESH_TOKEN = True

    def validate_token_request(self) -> None:
        """Raise InvalidScopeError if ``scope`` is sent and malformed, or nothing but blanks."""
        scope = self.request.payload.scope
        if scope and not (are_scopes(scope) and scope.split()):
            raise InvalidScopeError
        super().validate_token_request()

    def authenticate_refresh_token(self, refresh_token: str) -> Refresh:
        """Return what it stands for; raise InvalidGrantError if it is good for nothing."""
        issued = self.server.grants.find_refresh(refresh_token)
        if issued is None:
            raise InvalidGrantError(
                "refresh_token is unknown, used, revoked or expired; sign in to the app again"
            )
        return Refresh(issued)

    def authenticate_user(self, _refresh_token: Refresh) -> bool:
        """Return True: there is one owner."""
        return True

    def revoke_old_credential(self, _refresh_token: Any) -> None:
        """Do nothing: it is used up in the moment its successor is kept."""
