"""The media endpoint: uploads by POST, queries by GET (Micropub §3.6)."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from endpoint.domain.media_actions import MediaDelete, parse_form, parse_json
from endpoint.domain.micropub.values import shown
from endpoint.domain.tokens import Token
from endpoint.errors import InvalidRequest
from endpoint.handlers.bodies import Form, read_form, read_json
from endpoint.handlers.context import authorize, services
from endpoint.services.media import Incoming

bp = Blueprint("media", __name__)


@bp.get("/media", strict_slashes=False)
def query() -> ResponseReturnValue:
    """Answer a query; without ``q``, say whose token this is, as the Micropub endpoint does."""
    token = authorize()
    if "q" not in request.args:
        scope = " ".join(sorted(token.scopes))
        return _answer({"me": token.me, "scope": scope, "client_id": token.client_id})
    arguments = {name: values[-1] for name, values in request.args.lists()}
    return _answer(services().media_queries.answer(arguments, token))


@bp.post("/media", strict_slashes=False)
def act() -> ResponseReturnValue:
    """Keep the file in the part ``file``, or delete one (Micropub §3.6.3 and §3.6.4)."""
    token = authorize()
    if request.is_json:
        return _delete(parse_json(read_json()), token)
    form = read_form()
    if delete := parse_form(form.fields):
        return _delete(delete, token)
    token.require("media")
    return keep_upload(_only_file(form), token)


def keep_upload(file: Incoming, token: Token) -> Response:
    """Keep the file and answer with its URL, which it has for ever (Micropub §3.6.4)."""
    media = services().media
    url = media.url_of(media.add(file, token).name)
    response = _answer({"url": url})
    response.status_code = HTTPStatus.CREATED
    response.headers["Location"] = url
    return response


def _only_file(form: Form) -> Incoming:
    for file in form.files:
        if file.parameter != "file":
            raise InvalidRequest(f"{shown(file.parameter)} must be called file")
    if len(form.files) != 1:
        raise InvalidRequest("file must be there once, as a part of a multipart/form-data body")
    return form.files[0]


def _delete(delete: MediaDelete, token: Token) -> Response:
    services().media_removal.delete(delete.url, token, force=delete.is_forced)
    response = Response(status=HTTPStatus.NO_CONTENT)
    # Flask says that nothing is HTML.
    del response.headers["Content-Type"]
    return response


def _answer(body: dict[str, object]) -> Response:
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-store"
    return response
