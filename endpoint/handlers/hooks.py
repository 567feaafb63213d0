"""Notices from the hosting: ``POST /hooks/push`` and ``POST /hooks/deployed``."""

from http import HTTPStatus

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from endpoint.handlers.context import services
from endpoint.handlers.limits import limit

bp = Blueprint("hooks", __name__, url_prefix="/hooks")

_MAX_BYTES = 5_000_000
"""More than any hosting says of a push, which is at most some thousand commits."""


def _failed(response: Response) -> bool:
    return response.status_code == HTTPStatus.UNAUTHORIZED


@bp.post("/push")
@limit("20 per minute", counts=_failed)
@limit("120 per minute")
def hear_push() -> ResponseReturnValue:
    """Answer 202 if the branch is fetched now, 204 if the notice is of no use here."""
    return _answer(services().hooks.hear_push(_headers(), _body()))


@bp.post("/deployed")
@limit("20 per minute", counts=_failed)
@limit("120 per minute")
def hear_deployed() -> ResponseReturnValue:
    """Answer 202 if what is live was noted, 204 if the notice is of no use here."""
    return _answer(services().hooks.hear_deployed(_headers(), _body()))


def _answer(is_useful: bool) -> ResponseReturnValue:
    return "", HTTPStatus.ACCEPTED if is_useful else HTTPStatus.NO_CONTENT


def _headers() -> dict[str, str]:
    return {name.lower(): value for name, value in request.headers}


def _body() -> bytes:
    request.max_content_length = min(_MAX_BYTES, request.max_content_length or _MAX_BYTES)
    # Not request.form: the signature is of the bytes as they were sent.
    return request.get_data(parse_form_data=False)
