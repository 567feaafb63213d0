"""The authorization code grant (RFC 6749 §4.1, IndieAuth §5)."""

from typing import Any

from authlib.oauth2.rfc6749 import (
    AuthorizationCodeGrant,
    AuthorizationCodeMixin,
    InvalidClientError,
    InvalidGrantError,
    InvalidRequestError,
)

from endpoint.services.indieauth.public_client import Client
from endpoint.services.indieauth.requests import OAuthRequest
from endpoint.stores.codes import IssuedCode


class Code(AuthorizationCodeMixin):
    """An issued code as authlib sees it."""

    def __init__(self, issued: IssuedCode) -> None:
        self.issued = issued
        self.code_challenge = issued.code_challenge

    def get_redirect_uri(self) -> str:
        """Return the address the code was sent to."""
        return self.issued.redirect_uri

    def get_scope(self) -> str:
        """Return what the owner granted."""
        return self.issued.scope


class CodeGrant(AuthorizationCodeGrant):
    """Codes, kept as hashes; an app that has a secret shows it, or uses PKCE."""

    TOKEN_ENDPOINT_AUTH_METHODS = ("none", "client_secret_post")

    @staticmethod
    def validate_authorization_redirect_uri(request: OAuthRequest, client: Client) -> str:
        """Return the redirect URI; raise InvalidRequestError if nobody may be sent there."""
        redirect_uri: str = request.payload.redirect_uri or ""
        if not redirect_uri:
            raise InvalidRequestError("redirect_uri is missing")
        client.check_redirect_uri(redirect_uri)
        return redirect_uri

    def query_authorization_code(self, code: str, client: Client) -> Code:
        """Return what a code stands for; raise InvalidGrantError unless ``client`` may use it."""
        issued = self.server.grants.find_code(code)
        if issued is None:
            raise InvalidGrantError("code is unknown, used or expired; sign in to the app again")
        if issued.client_id != client.client_id:
            raise InvalidGrantError("code was given to another client_id")
        is_bare = self.request.auth_method == "none" and not issued.code_challenge
        if is_bare and not client.is_public:
            raise InvalidClientError("client_secret is missing; send it, or use PKCE")
        return Code(issued)

    def authenticate_user(self, code: Code) -> bool:
        """Return whether there is anything to grant a token for (IndieAuth §5.3.3)."""
        if not code.issued.scope:
            raise InvalidGrantError(
                "code was given for signing in alone; redeem it at the authorization endpoint"
            )
        return True

    def delete_authorization_code(self, _code: Any) -> None:
        """Do nothing: the code is used up in the moment its tokens are kept."""
