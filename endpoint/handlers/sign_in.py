"""The owner signs in and out: ``/admin/sign-in`` and ``/admin/sign-out``."""

from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

import structlog
from flask import Blueprint, Response, request

from endpoint.handlers import page_errors
from endpoint.handlers.bodies import read_form
from endpoint.handlers.context import services
from endpoint.handlers.known_browsers import browser_or_visitor, is_known, remember_browser
from endpoint.handlers.limits import limit, visitor
from endpoint.handlers.own_paths import go_to, safe_path
from endpoint.handlers.session import check_csrf, end_session, is_signed_in, start_session
from endpoint.handlers.sign_in_page import SIGN_IN, sign_in_page

bp = Blueprint("sign_in", __name__)
bp.before_request(check_csrf)
page_errors.register(bp)

_log = structlog.get_logger()


def _failed(response: Response) -> bool:
    return response.status_code == HTTPStatus.FORBIDDEN


def _everybody() -> str:
    return "everybody"


@bp.get(SIGN_IN)
def show() -> Response:
    """Ask for the password, or lead on who is signed in already."""
    next_path = safe_path(request.args.get("next", ""))
    return go_to(next_path) if is_signed_in() else sign_in_page(next_path)


@bp.post(SIGN_IN)
@limit("5 per minute; 30 per hour", who=browser_or_visitor, counts=_failed)
@limit("100 per hour", who=_everybody, unless=is_known, counts=_failed)
def enter() -> Response:
    """Sign this browser in and lead on; a wrong password is answered 403, and only that counts.

    Not 401, which would have to name a way to authenticate by header (RFC 9110 §15.5.2).
    """
    next_path = safe_path(read_form().first("next"))
    if not services().sign_in.check(read_form().first("password")):
        _log.warning("sign_in_failed", visitor=visitor())
        problem = "That is not the password."
        return sign_in_page(next_path, HTTPStatus.FORBIDDEN, problem, _client_in(next_path))
    start_session()
    response = go_to(next_path)
    remember_browser(response, SIGN_IN)
    return response


@bp.post("/admin/sign-out")
def leave() -> Response:
    """Sign this browser out."""
    end_session()
    return go_to(SIGN_IN)


def _client_in(path: str) -> str:
    return parse_qs(urlsplit(path).query).get("client_id", [""])[0]
