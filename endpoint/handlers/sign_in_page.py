"""The page that asks for the password, and who is led to it."""

from http import HTTPStatus
from urllib.parse import urlencode

from flask import Response, request

from endpoint.handlers.context import services
from endpoint.handlers.own_paths import HOME, current_path, go_to, own_path
from endpoint.handlers.pages import page
from endpoint.handlers.session import is_signed_in

SIGN_IN = "/admin/sign-in"


def require_owner() -> Response | None:
    """Lead everybody else to the sign-in page, and back later; for ``before_request``."""
    if is_signed_in():
        return None
    next_path = HOME if request.method == "POST" else current_path()
    return go_to(f"{SIGN_IN}?{urlencode({'next': next_path})}")


def sign_in_page(
    next_path: str, status: int = HTTPStatus.OK, problem: str = "", client_id: str = ""
) -> Response:
    """Return the page that asks for the password, and leads to ``next_path`` after it.

    ``problem`` says what was wrong with the last try; ``client_id`` is the app
    that wants in, if one does.
    """
    # After the sign-in /auth may send the browser on to the app, and browsers
    # hold that redirect against the policy of this page too.
    leads_to_app = next_path.startswith("/auth?")
    return page(
        "sign-in.html",
        status,
        forms_to="'self' https: http:" if leads_to_app else "'self'",
        action=own_path(SIGN_IN),
        next=next_path,
        problem=problem,
        client_id=client_id,
        registered=services().registrations.look_up(client_id),
        has_password=services().sign_in.has_password,
    )
