"""Authlib's authorization server, without a web framework and without a register of apps."""

import logging
from collections.abc import Callable
from typing import Any

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    InvalidGrantError,
    InvalidScopeError,
    OAuth2Error,
    UnsupportedGrantTypeError,
    UnsupportedResponseTypeError,
)

from endpoint.domain.indieauth.profiles import Profile
from endpoint.errors import (
    EndpointError,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    UnsupportedGrantType,
)
from endpoint.services.indieauth.app_grant import AppGrant
from endpoint.services.indieauth.code_grant import CodeGrant
from endpoint.services.indieauth.grants import Grants, Secrets
from endpoint.services.indieauth.introspection import Introspection
from endpoint.services.indieauth.pkce import Pkce
from endpoint.services.indieauth.public_client import Client, find_client
from endpoint.services.indieauth.refresh_grant import RefreshGrant
from endpoint.services.indieauth.registered_client import RegisteredClient
from endpoint.services.indieauth.registrations import Registrations
from endpoint.services.indieauth.requests import OAuthRequest, Parameters
from endpoint.services.indieauth.revocation import Revocation
from endpoint.stores.codes import IssuedCode

# Below that it writes down every token it gives.
logging.getLogger("authlib").setLevel(logging.INFO)

_ERRORS: dict[str, type[EndpointError]] = {
    kind.error: kind
    for kind in (InvalidRequest, InvalidClient, InvalidGrant, InvalidScope, UnsupportedGrantType)
}


class Server(AuthorizationServer):
    """Codes with PKCE and refresh tokens; requests and answers are plain values.

    ``allows`` says whether an app may be answered at a redirect URI.
    """

    def __init__(
        self,
        grants: Grants,
        profile: Profile,
        allows: Callable[[str, str], bool],
        registrations: Registrations,
        *,
        requires_pkce: bool,
    ) -> None:
        super().__init__()
        self.grants = grants
        self.me = profile.me
        self._profile = profile
        self._allows = allows
        self.registrations = registrations
        self.register_grant(CodeGrant, [Pkce(always=requires_pkce)])
        self.register_grant(RefreshGrant)
        self.register_grant(AppGrant)
        self.register_endpoint(Introspection)
        self.register_endpoint(Revocation)
        self.register_token_generator("default", self._make_token)

    def query_client(self, client_id: str) -> Client:
        """Return the app with this URL, whoever it is, or one that registered itself."""
        if registration := self.registrations.find(client_id):
            return RegisteredClient(client_id, registration, self.registrations)
        return find_client(client_id, self._allows)

    def save_token(self, token: dict[str, Any], request: OAuthRequest) -> None:
        """Keep the tokens of an answer, in exchange for what was brought."""
        made = Secrets(
            token["access_token"], token.get("refresh_token", ""), token.get("expires_in")
        )
        if request.authorization_code:
            is_kept = self.grants.redeem(request.authorization_code.issued, made)
        else:
            is_kept = self.grants.renew(request.refresh_token.issued, made, token["scope"])
        if not is_kept:
            raise InvalidGrantError("This was used already; sign in to the app again")

    def check_code(self, parameters: Parameters) -> IssuedCode:
        """Return the code that is brought, if it may be redeemed by who brings it."""
        request = self.create_oauth2_request(parameters)
        try:
            self.get_token_grant(request).validate_token_request()
        except OAuth2Error as error:
            raise to_refusal(error) from error
        issued: IssuedCode = request.authorization_code.issued
        return issued

    def create_oauth2_request(self, request: Parameters | OAuthRequest) -> OAuthRequest:
        """Return a request as authlib reads it."""
        return request if isinstance(request, OAuthRequest) else OAuthRequest(request)

    def handle_response(
        self, _status: int, body: dict[str, Any], _headers: list[tuple[str, str]]
    ) -> dict[str, Any]:
        """Return the answer's body; status and headers are the handlers' matter."""
        return body

    def handle_error_response(self, _request: OAuthRequest, error: OAuth2Error) -> None:
        """Raise our own error for authlib's."""
        raise to_refusal(error) from error

    def send_signal(self, *_: Any, **__: Any) -> None:
        """Tell nobody."""

    def _make_token(
        self, *, client: Client, scope: str, include_refresh_token: bool, **_: Any
    ) -> dict[str, Any]:
        """Return an answer of the token endpoint (RFC 6749 §5.1, IndieAuth §5.3.3).

        Apps that registered themselves cannot renew a token, and go by when it was made.
        """
        made = self.grants.make_secrets(lasting=not client.is_public)
        token: dict[str, Any] = {
            "access_token": made.access_token,
            "token_type": "Bearer",
            "scope": scope,
            **self._profile.described_to(scope.split()),
        }
        if not client.is_public:
            token["created_at"] = self.grants.now_s
        if made.expires_in_s:
            token["expires_in"] = made.expires_in_s
        if include_refresh_token and made.refresh_token:
            token["refresh_token"] = made.refresh_token
        return token


def to_refusal(error: OAuth2Error) -> EndpointError:
    """Return our error for one of authlib's."""
    if isinstance(error, UnsupportedGrantTypeError):
        return UnsupportedGrantType(
            "grant_type must be authorization_code, refresh_token or client_credentials"
        )
    if isinstance(error, UnsupportedResponseTypeError):
        return InvalidRequest("response_type must be code")
    if isinstance(error, InvalidScopeError):
        return InvalidScope("scope is malformed, or holds more than was granted")
    kind = _ERRORS.get(error.error, InvalidRequest)
    return kind(error.description or "The request is not one that this server can answer")
