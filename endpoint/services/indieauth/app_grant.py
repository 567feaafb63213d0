"""The client credentials grant: an app shows who it is, for itself (RFC 6749 §4.4)."""

from typing import Any

from authlib.oauth2.rfc6749 import ClientCredentialsGrant


class AppGrant(ClientCredentialsGrant):
    """Tokens that are kept nowhere: they name the app, and let it do nothing for the owner."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_post",)

    def create_token_response(self) -> tuple[int, dict[str, Any], list[tuple[str, str]]]:
        """Return the answer of the token endpoint."""
        client = self.request.client
        token = {
            "access_token": self.server.registrations.token_of(client.client_id),
            "token_type": "Bearer",
            "scope": client.get_allowed_scope(self.request.payload.scope),
            "created_at": self.server.grants.now_s,
        }
        return 200, token, self.TOKEN_RESPONSE_HEADER
