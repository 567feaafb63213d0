"""Authorization requests: read, then approved or denied by the owner (IndieAuth §5.2)."""

from collections.abc import Collection
from dataclasses import dataclass

from authlib.oauth2.rfc6749 import OAuth2Error

from endpoint.domain.indieauth.redirect_uris import with_parameters
from endpoint.domain.indieauth.scopes import IDENTITY, narrowed_to_drafts
from endpoint.errors import AuthorizationRefused
from endpoint.services.indieauth.requests import OAuthRequest, Parameters, require
from endpoint.services.indieauth.server import Server, to_refusal

_RESPONSE_TYPES = {"": "code", "id": "code", "code": "code"}
"""``id`` is how older apps ask who somebody is, and for nothing more; without one, scopes count."""


@dataclass(frozen=True)
class AuthorizationRequest:
    """What an app asks for: ``scopes`` in the order asked, ``state`` None if none was sent.

    ``code_challenge`` is empty for apps that do not know PKCE.
    """

    client_id: str
    redirect_uri: str
    scopes: tuple[str, ...]
    state: str | None
    code_challenge: str


class Authorizations:
    """The owner's side of the authorization endpoint; ``issuer`` is this server's name."""

    def __init__(self, server: Server, me: str, issuer: str) -> None:
        self._server = server
        self._me = me
        self._issuer = issuer

    def read(self, parameters: Parameters) -> AuthorizationRequest:
        """Return the request in the query of the authorization endpoint.

        Raise InvalidRequest or InvalidClient if client_id or redirect_uri is
        wrong, or anything came twice: the person must hear of it, and nobody be
        sent anywhere. Raise AuthorizationRefused for what else is wrong, which goes back to the app
        (RFC 6749 §4.1.2.1).
        """
        require(parameters, "client_id")
        asked = parameters.get("response_type", [""])
        known = [_RESPONSE_TYPES.get(value, "unsupported") for value in asked]
        request = OAuthRequest({**parameters, "response_type": known})
        try:
            grant = self._server.get_consent_grant(request)
        except OAuth2Error as error:
            raise self._refusal(error) from error
        sent = request.payload.data
        scopes = tuple(dict.fromkeys(request.scope.split()))
        return AuthorizationRequest(
            client_id=request.client.client_id,
            redirect_uri=grant.redirect_uri,
            scopes=tuple(s for s in scopes if asked != ["id"] or s in IDENTITY),
            state=sent.get("state"),
            code_challenge=sent.get("code_challenge", ""),
        )

    def approve(
        self, request: AuthorizationRequest, scopes: Collection[str], *, drafts_only: bool = False
    ) -> str:
        """Return where to send the browser, with a code for ``scopes`` (IndieAuth §5.2.1).

        What was not asked for is not granted, but for ``draft`` with
        ``drafts_only``, in the place of ``create``. The answer also carries ``me``, without
        which some older apps give up.
        """
        ticked = frozenset(scopes)
        granted = [scope for scope in request.scopes if scope in ticked]
        if drafts_only:
            granted = narrowed_to_drafts(granted)
        code = self._server.grants.issue_code(
            request.client_id, request.redirect_uri, granted, request.code_challenge
        )
        return self._answer(request.redirect_uri, request.state, {"code": code, "me": self._me})

    def deny(self, request: AuthorizationRequest) -> str:
        """Return where to send the browser with the owner's no (RFC 6749 §4.1.2.1)."""
        refusal = {"error": "access_denied", "error_description": "The owner said no"}
        return self._answer(request.redirect_uri, request.state, refusal)

    def _answer(self, redirect_uri: str, state: str | None, parameters: dict[str, str]) -> str:
        stated = {} if state is None else {"state": state}
        # The issuer tells the app which server answers (RFC 9207 §2).
        return with_parameters(redirect_uri, {**parameters, **stated, "iss": self._issuer})

    def _refusal(self, error: OAuth2Error) -> Exception:
        if not error.redirect_uri:
            return to_refusal(error)
        description = to_refusal(error).description
        parameters = {"error": error.error, "error_description": description}
        location = self._answer(error.redirect_uri, error.state, parameters)
        return AuthorizationRefused(description, location)
