"""How the Mastodon API answers: JSON, each error with a sentence for the person in ``error``."""

from typing import Any

import structlog
from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from endpoint.errors import (
    EndpointError,
    Gone,
    InsufficientScope,
    InvalidRequest,
    InvalidToken,
    NotFound,
    Unauthorized,
)
from endpoint.handlers.errors import answer, to_refusal

_log = structlog.get_logger()


class _Api(Blueprint):
    """Apps write the same URL with and without a slash at its end, and follow no redirects."""

    def add_url_rule(self, rule: str, *args: Any, **options: Any) -> None:
        super().add_url_rule(rule, *args, **{"strict_slashes": False, **options})


def blueprint(name: str) -> Blueprint:
    """Return a blueprint for a part of the API: slashes at the end do not matter, errors are ours.

    ``name`` is one word, such as ``statuses``.
    """
    bp = _Api(f"mastodon_{name}", __name__)
    register(bp)
    return bp


def register(bp: Blueprint) -> None:
    """Answer what is raised in ``bp`` in the API's form: ``{"error": "..."}``."""
    bp.register_error_handler(EndpointError, answer_error)
    bp.register_error_handler(HTTPException, lambda error: answer_error(to_refusal(error)))
    bp.register_error_handler(Exception, _answer_unforeseen)


def entity(body: Any, status: int = 200) -> Response:
    """Return ``body``, an entity or a list of them, as JSON that nobody keeps."""
    response = jsonify(body)
    response.status_code = int(status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def answer_error(error: EndpointError) -> Response:
    """Return the answer for ``error``, in Mastodon's words where apps look for them.

    ``error_description`` says more. InvalidRequest is 422, the status of
    validations there; Gone is 404. Apps sign out on 401, so that nothing but a
    token that is no good, or missing, has that status.
    """
    response = answer(error)
    body = {"error": _sentence(error), "error_description": error.description}
    response.data = jsonify(body).data
    response.status_code = _status(error)
    return response


def _sentence(error: EndpointError) -> str:
    match error:
        case Unauthorized() | InvalidToken():
            return "The access token is invalid"
        case InsufficientScope():
            return "This action is outside the authorized scopes"
        case NotFound() | Gone():
            return "Record not found"
        case InvalidRequest():
            return f"Validation failed: {error.description}"
    return error.description


def _status(error: EndpointError) -> int:
    match error:
        case InvalidRequest():
            return 422
        case Gone():
            return 404
    return int(error.status)


def _answer_unforeseen(error: Exception) -> Response:
    _log.error("unforeseen", method=request.method, path=request.path, exc_info=error)
    return answer_error(EndpointError("Something went wrong on the server; its log says what"))
