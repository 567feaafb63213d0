"""Apps as authlib sees them that registered themselves: with a secret, and without a home page."""

from authlib.oauth2.rfc6749 import InvalidRequestError

from endpoint.domain.indieauth.registrations import Registration
from endpoint.services.indieauth.public_client import Client
from endpoint.services.indieauth.registrations import Registrations

_DEFAULT_SCOPE = "read"


class RegisteredClient(Client):
    """An app that said of itself what ``registration`` has."""

    is_public = False

    def __init__(
        self, client_id: str, registration: Registration, registrations: Registrations
    ) -> None:
        self.client_id = client_id
        self._registration = registration
        self._registrations = registrations

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Return True; raise InvalidRequestError unless it is one of those, letter by letter."""
        if redirect_uri not in self._registration.redirect_uris:
            raise InvalidRequestError(
                "redirect_uri is none of those that the app was registered with"
            )
        return True

    def check_grant_type(self, grant_type: str) -> bool:
        """Return whether it is for such an app: its tokens last, and are not renewed."""
        return grant_type in ("authorization_code", "client_credentials")

    def check_client_secret(self, secret: str) -> bool:
        """Return whether this is its secret."""
        return self._registrations.is_secret(self.client_id, secret)

    def needs_pkce(self, _redirect_uri: str) -> bool:
        """Return False: a code is good for nothing without the secret."""
        return False

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scopes as asked, ``read`` if none are; None if they are no scopes at all."""
        return super().get_allowed_scope(scope or _DEFAULT_SCOPE)
