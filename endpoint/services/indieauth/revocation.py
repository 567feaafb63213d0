"""Tokens given back by their apps (RFC 7009, IndieAuth §7)."""

from authlib.oauth2.rfc6749 import TokenMixin
from authlib.oauth2.rfc7009 import RevocationEndpoint

from endpoint.services.indieauth.requests import OAuthRequest


class Secret(TokenMixin):
    """A token of whatever kind; who has its secret may give it back."""

    def __init__(self, secret: str) -> None:
        self.secret = secret

    def check_client(self, _client: None) -> bool:
        """Return True: apps do not authenticate here (IndieAuth §7)."""
        return True


class Revocation(RevocationEndpoint):
    """Takes access tokens and refresh tokens, and whatever came from the same sign-in."""

    def authenticate_endpoint_client(self, _request: OAuthRequest) -> None:
        """Ask nothing: the token is proof enough."""

    def query_token(self, secret: str, _hint: str | None) -> Secret:
        """Return the token with this secret, which may be unknown."""
        return Secret(secret)

    def revoke_token(self, token: Secret, _request: OAuthRequest) -> None:
        """Make it useless, for good."""
        self.server.grants.revoke(token.secret)
