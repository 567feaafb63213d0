"""What apps ask without their owner: redeem, renew, introspect and revoke."""

from typing import Any

from endpoint.domain.indieauth.profiles import Profile
from endpoint.domain.tokens import Token
from endpoint.errors import InvalidGrant, InvalidRequest
from endpoint.services.indieauth.requests import Parameters, require, require_single
from endpoint.services.indieauth.server import Server


class TokenEndpoint:
    """The token endpoint and its neighbours; every parameter is a form's."""

    def __init__(self, server: Server, profile: Profile) -> None:
        self._server = server
        self._profile = profile

    def issue(self, parameters: Parameters) -> dict[str, Any]:
        """Return tokens for a code or a refresh token (RFC 6749 §4.1.3 and §6).

        Raise InvalidRequest, InvalidClient, InvalidGrant, InvalidScope or
        UnsupportedGrantType as RFC 6749 §5.2 has it.
        """
        require_single(parameters)
        require(parameters, "grant_type")
        if parameters["grant_type"] == ["authorization_code"]:
            require(parameters, "code", "client_id", "redirect_uri")
        if parameters["grant_type"] == ["refresh_token"]:
            require(parameters, "refresh_token", "client_id")
        return dict(self._server.create_token_response(parameters))

    def identify(self, parameters: Parameters) -> dict[str, Any]:
        """Return who signed in, for a code, and never a token (IndieAuth §5.3.2)."""
        require_single(parameters)
        require(parameters, "code", "client_id", "redirect_uri")
        if parameters.get("grant_type", ["authorization_code"]) != ["authorization_code"]:
            raise InvalidRequest("grant_type must be authorization_code here")
        code = self._server.check_code({**parameters, "grant_type": ["authorization_code"]})
        if not self._server.grants.use_code(code):
            raise InvalidGrant("code was used already; sign in to the app again")
        return self._profile.described_to(code.scope.split())

    def describe(self, token: Token) -> dict[str, Any]:
        """Return what a token is, as apps asked before introspection: GET with the token."""
        facts = {"client_id": token.client_id, "scope": " ".join(sorted(token.scopes))}
        return {**self._profile.described_to(token.scopes), **facts}

    def userinfo(self, token: Token) -> dict[str, str]:
        """Return the profile; raise InsufficientScope without ``profile`` (IndieAuth §9)."""
        token.require("profile")
        return self._profile.shown_to(token.scopes) or {}

    def introspect(self, parameters: Parameters) -> dict[str, Any]:
        """Return what a token grants, or that it is not active (RFC 7662 §2.2)."""
        require_single(parameters)
        require(parameters, "token")
        return dict(self._server.create_endpoint_response("introspection", parameters))

    def revoke(self, parameters: Parameters) -> None:
        """Make a token useless; an unknown one is so already (RFC 7009 §2.2)."""
        require_single(parameters)
        require(parameters, "token")
        self._server.create_endpoint_response("revocation", parameters)
