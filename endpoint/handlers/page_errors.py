"""What goes wrong in the owner's pages, said in a page."""

from http import HTTPStatus

import structlog
from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from endpoint.errors import AuthorizationRefused, EndpointError
from endpoint.handlers.app_redirects import redirect_to_app
from endpoint.handlers.pages import page

_log = structlog.get_logger()

_TITLES = {
    HTTPStatus.BAD_REQUEST: "That did not work",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not just now",
}


def register(bp: Blueprint) -> None:
    """Answer what is raised in ``bp`` with pages; who asks for them is a person."""
    bp.register_error_handler(EndpointError, answer_as_page)
    bp.register_error_handler(HTTPException, _answer_http)
    bp.register_error_handler(Exception, _answer_unforeseen)


def answer_as_page(error: EndpointError) -> Response:
    """Return the page that tells a person of ``error``; AuthorizationRefused goes to the app."""
    if isinstance(error, AuthorizationRefused):
        return redirect_to_app(error.location, "Not signed in")
    response = _error_page(error.status, error.description)
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def _error_page(status: int, description: str) -> Response:
    title = _TITLES.get(HTTPStatus(status), "Something went wrong")
    return page("error.html", status, title=title, description=description)


def _answer_http(error: HTTPException) -> Response:
    return _error_page(error.code or HTTPStatus.INTERNAL_SERVER_ERROR, error.name)


def _answer_unforeseen(error: Exception) -> Response:
    _log.error("unforeseen", method=request.method, path=request.path, exc_info=error)
    return answer_as_page(EndpointError("Something went wrong on the server; its log says what"))
