"""Who asks the Mastodon API: an app that the owner signed in to, an app for itself, or anybody."""

from flask import request

from endpoint.domain.tokens import Token
from endpoint.errors import InvalidRequest
from endpoint.handlers.context import authorize, services


def authorize_app(*scopes: str) -> Token:
    """Return the owner's token in this request, which has one of Mastodon's ``scopes``.

    ``authorize_app("read:statuses")`` also takes tokens with ``read``, and those
    of Micropub apps. Raise Unauthorized or InvalidToken (401), InsufficientScope
    (403), and InvalidRequest (422) for a token that stands for an app alone.
    """
    if own_app():
        raise InvalidRequest("This method requires an authenticated user")
    token = authorize()
    if scopes:
        token.require(*scopes)
    return token


def find_token() -> Token | None:
    """Return the owner's token where anybody may ask; None for strangers and apps for themselves.

    Raise InvalidToken if there is a token, and it is no good. A visitor with another
    scheme, such as the password of a proxy before us, is a stranger.
    """
    scheme = request.headers.get("Authorization", "").strip().partition(" ")[0]
    return authorize() if scheme.lower() == "bearer" and not own_app() else None


def own_app() -> str:
    """Return the client_id of the app that asks for itself; empty if none does."""
    _, _, token = request.headers.get("Authorization", "").strip().partition(" ")
    return services().registrations.client_of(token.strip())
