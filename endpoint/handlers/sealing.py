"""Requests that wait for the owner: they travel in the consent page, under a seal."""

from dataclasses import asdict

from flask import current_app, session
from itsdangerous import BadData, URLSafeTimedSerializer

from endpoint.errors import InvalidRequest
from endpoint.services.indieauth.authorizations import AuthorizationRequest

_LASTS_S = 3600


def seal(asked: AuthorizationRequest) -> str:
    """Return ``asked`` as text that nobody can change, good in this session alone.

    It is kept in the page and not in the session, so that two consent pages
    open at once do not mix.
    """
    return _serializer().dumps(asdict(asked))


def unseal(sealed: str) -> AuthorizationRequest:
    """Return the request in ``sealed``.

    Raise InvalidRequest if it was changed, comes from another session, or is
    older than an hour.
    """
    try:
        members = _serializer().loads(sealed, max_age=_LASTS_S)
    except BadData as error:
        raise InvalidRequest(
            "This page is out of date or not for you; go back to the app and sign in again"
        ) from error
    return AuthorizationRequest(**{**members, "scopes": tuple(members["scopes"])})


def _serializer() -> URLSafeTimedSerializer:
    # The salt is part of the key, and the page does not give the session's id away.
    salt = f"consent {session.get('id')}"
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=salt)
