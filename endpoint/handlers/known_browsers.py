"""The browsers the owner has signed in with before; strangers cannot keep them out."""

import secrets
from typing import cast

from flask import Response, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer

from endpoint.handlers.limits import visitor
from endpoint.handlers.own_paths import own_path

_COOKIE = "endpoint_browser"
_LASTS_S = 365 * 24 * 3600


def remember_browser(response: Response, path: str) -> None:
    """Let ``response`` tell this browser, in a cookie for ``path``, that it is known."""
    response.set_cookie(
        _COOKIE,
        str(_signer().dumps(secrets.token_urlsafe(16))),
        max_age=_LASTS_S,
        path=own_path(path),
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )


def is_known() -> bool:
    """Return whether the owner has signed in with this browser before."""
    return _known_as() is not None


def browser_or_visitor() -> str:
    """Return who asks: a known browser by itself, others by their address."""
    name = _known_as()
    return f"browser {name}" if name else visitor()


def _known_as() -> str | None:
    try:
        return cast(str, _signer().loads(request.cookies.get(_COOKIE, ""), max_age=_LASTS_S))
    except BadData:
        return None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or b"", salt="known browser")
