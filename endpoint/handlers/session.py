"""Who sits at the browser: the session in its cookie, and what only the owner gets to see."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, Request, Response, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_wtf.csrf import CSRFError, CSRFProtect

from endpoint.errors import InvalidRequest
from endpoint.handlers.bodies import read_form
from endpoint.handlers.context import services

_csrf = CSRFProtect()


def register(app: Flask, base_url: str, session_s: int, key: bytes) -> None:
    """Give the pages of ``app`` a session, in a cookie signed with ``key``.

    The cookie holds a random id, which the database knows while the owner is
    signed in, and a CSRF token, which everybody has.
    """
    app.secret_key = key
    app.session_interface = _Sessions()
    parts = urlsplit(base_url)
    app.config.update(
        SESSION_COOKIE_NAME="endpoint_session",
        SESSION_COOKIE_PATH=f"{parts.path}/",
        SESSION_COOKIE_SECURE=parts.scheme == "https",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(seconds=session_s),
        # Only pages are checked; apps come with tokens instead of cookies.
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        # It asks for a Referer, which our pages tell the browser not to send.
        WTF_CSRF_SSL_STRICT=False,
    )
    _csrf.init_app(app)


class _Sessions(SecureCookieSessionInterface):
    """Opens a session only for a browser that brings a cookie: apps bring none."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if "HTTP_COOKIE" not in request.environ:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        # What nobody has looked at is as it came; Flask would look up six settings to see that.
        if session.accessed or session.modified:
            super().save_session(app, session, response)


def is_signed_in() -> bool:
    """Return whether the owner sits at this browser."""
    session_id = session.get("id")
    return isinstance(session_id, str) and services().sign_in.knows(session_id)


def start_session() -> None:
    """Sign this browser in; whoever knew its cookie until now knows nothing."""
    end_session()
    session["id"] = services().sign_in.enter()
    session.permanent = True


def end_session() -> None:
    """Sign this browser out."""
    session_id = session.get("id")
    session.clear()
    if isinstance(session_id, str):
        services().sign_in.leave(session_id)


def check_csrf() -> None:
    """Raise InvalidRequest for a form that is not from a page this browser was shown.

    For ``before_request``; what is not a POST passes (RFC 6749 §10.12).
    """
    if request.method != "POST":
        return
    # Before flask-wtf asks Flask for the form: the body can be read strictly only once.
    read_form()
    try:
        _csrf.protect()
    except CSRFError as error:
        raise InvalidRequest(
            "This page is too old, or your browser keeps no cookies;"
            " go back, reload the page and try again"
        ) from error
