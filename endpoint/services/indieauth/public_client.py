"""Apps as authlib sees them: public, known by their URL, never registered."""

from collections.abc import Callable

from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError, InvalidRequestError

from endpoint.domain.indieauth.client_ids import check_client_id
from endpoint.domain.indieauth.redirect_uris import check_redirect_uri, needs_pkce
from endpoint.domain.indieauth.scopes import are_scopes


class Client(ClientMixin):
    """An app; ``allows`` says whether it may be answered at a redirect URI."""

    is_public = True

    def __init__(self, client_id: str, allows: Callable[[str], bool]) -> None:
        self.client_id = client_id
        self._allows = allows

    def get_client_id(self) -> str:
        """Return the app's URL in its canonical spelling."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:
        """Return None: the redirect URI is always part of the request (IndieAuth §5.2)."""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Return True; raise InvalidRequestError if the app may not be answered there, or nobody.

        Authlib also asks before it sends an error there.
        """
        try:
            check_redirect_uri(redirect_uri)
        except ValueError as error:
            raise InvalidRequestError(str(error)) from error
        if not self._allows(redirect_uri):
            raise InvalidRequestError(
                "redirect_uri is on another host than client_id and the app does not list it there"
            )
        return True

    def check_response_type(self, response_type: str) -> bool:
        """Return whether this is the code flow, the only one there is."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Return whether it is for every app: codes and refresh tokens are."""
        return grant_type != "client_credentials"

    def check_endpoint_auth_method(self, _method: str, _endpoint: str) -> bool:
        """Return True: some apps send a secret that nobody gave them."""
        return True

    def check_client_secret(self, _secret: str) -> bool:
        """Return True: there is none to compare it with."""
        return True

    def needs_pkce(self, redirect_uri: str) -> bool:
        """Return whether others could catch a code on its way to this app."""
        return needs_pkce(self.client_id, redirect_uri)

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scopes as asked, known or not; None if they are no scopes at all."""
        return (scope or "") if are_scopes(scope or "") else None


def find_client(client_id: str, allows: Callable[[str, str], bool]) -> Client:
    """Return the app with this URL; raise authlib's InvalidClientError if it cannot be one."""
    try:
        canonical = check_client_id(client_id)
    except ValueError as error:
        raise InvalidClientError(str(error)) from error
    return Client(canonical, lambda redirect_uri: allows(canonical, redirect_uri))
