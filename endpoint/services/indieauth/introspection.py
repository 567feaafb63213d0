"""What a resource server may learn of a token (RFC 7662, IndieAuth §6)."""

from typing import Any

from authlib.oauth2.rfc6749 import TokenMixin
from authlib.oauth2.rfc7662 import IntrospectionEndpoint

from endpoint.services.indieauth.requests import OAuthRequest
from endpoint.stores.tokens import IssuedToken


class Access(TokenMixin):
    """An access token as authlib sees it."""

    def __init__(self, issued: IssuedToken, *, is_over: bool) -> None:
        self.issued = issued
        self._is_over = is_over

    def is_expired(self) -> bool:
        """Return whether its time is over."""
        return self._is_over

    def is_revoked(self) -> bool:
        """Return whether it was taken back."""
        return self.issued.revoked_at is not None


class Introspection(IntrospectionEndpoint):
    """Access tokens only; who asks has shown a token of their own before."""

    def authenticate_endpoint_client(self, _request: OAuthRequest) -> None:
        """Ask nothing: the handler has verified a bearer token."""

    def query_token(self, secret: str, _hint: str | None) -> Access | None:
        """Return the access token with this secret, None for anything else."""
        issued = self.server.grants.find_token(secret)
        if issued is None:
            return None
        return Access(issued, is_over=self.server.grants.is_over(issued))

    def check_permission(self, *_: Any) -> bool:
        """Return True: whoever holds the token may know what it grants."""
        return True

    def introspect_token(self, token: Access) -> dict[str, Any]:
        """Return the members of an active token; times in seconds since 1970."""
        issued = token.issued
        facts: dict[str, Any] = {
            "active": True,
            "me": self.server.me,
            "client_id": issued.client_id,
            "scope": " ".join(sorted(issued.scopes)),
            "iat": int(issued.issued_at.timestamp()),
        }
        if issued.expires_at:
            facts["exp"] = int(issued.expires_at.timestamp())
        return facts
