"""Every error becomes a JSON answer, whatever ``Accept`` says (Micropub §3.8)."""

import structlog
from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from endpoint.domain.micropub.values import shown
from endpoint.errors import (
    EndpointError,
    InvalidRequest,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    UnsupportedMediaType,
)

_log = structlog.get_logger()
_KNOWN: dict[int, type[EndpointError]] = {
    kind.status: kind for kind in (NotFound, MethodNotAllowed, TooLarge, UnsupportedMediaType)
}


def register(app: Flask) -> None:
    """Answer our refusals, Flask's own and the unforeseen as JSON."""
    app.register_error_handler(EndpointError, answer)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_unforeseen)


def answer(error: EndpointError) -> Response:
    """Return the answer an error carries: OAuth code, description, scope and headers."""
    body = {"error": error.error, "error_description": error.description}
    if error.scope:
        body["scope"] = error.scope
    response = jsonify(body)
    response.status_code = error.status
    response.headers["Cache-Control"] = "no-store"
    if error.status in (401, 403):
        response.headers["WWW-Authenticate"] = _challenge(error)
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _challenge(error: EndpointError) -> str:
    # Without a token the challenge stands alone (RFC 6750 §3.1).
    if error.error == "unauthorized":
        return "Bearer"
    scope = f', scope="{error.scope}"' if error.scope else ""
    return f'Bearer error="{error.error}"{scope}'


def to_refusal(error: HTTPException) -> EndpointError:
    """Return our refusal for one of Flask's own."""
    kind = _KNOWN.get(error.code or 500)
    if kind is None and 400 <= (error.code or 500) < 500:
        kind = InvalidRequest
    return (kind or EndpointError)(_describe(error))


def _answer_http(error: HTTPException) -> Response:
    refusal = to_refusal(error)
    response = answer(refusal)
    if isinstance(refusal, InvalidRequest):
        response.status_code = error.code or 400
    for name, value in error.get_headers(request.environ):
        if name == "Allow":
            response.headers[name] = value
    return response


def _describe(error: HTTPException) -> str:
    match error.code:
        case 404:
            return "There is nothing at this URL"
        case 405:
            return f"This URL does not answer {shown(request.method)}"
        case 413:
            limit = request.max_content_length
            is_multipart = request.mimetype == "multipart/form-data"
            setting = "media.max_request_bytes" if is_multipart else "limits.max_body_bytes"
            return f"The body is too large; this server takes at most {limit} bytes ({setting})"
    return error.name


def _answer_unforeseen(error: Exception) -> Response:
    _log.error("unforeseen", method=request.method, path=request.path, exc_info=error)
    return answer(EndpointError("Something went wrong on the server; its log says what"))
