"""The Micropub endpoint: queries by GET, actions by POST."""

import re
from collections.abc import Iterable
from http import HTTPStatus
from itertools import accumulate
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from endpoint.domain.micropub import (
    Action,
    Create,
    Delete,
    Syndicate,
    Undelete,
    Update,
    parse_form,
    parse_json,
)
from endpoint.domain.micropub.forms import with_files
from endpoint.domain.posts import Post
from endpoint.errors import InvalidRequest
from endpoint.handlers.bodies import is_form, read_form, read_json
from endpoint.handlers.context import authorize, services
from endpoint.handlers.media import keep_upload
from endpoint.services.keeping import Files, stand_in
from endpoint.services.media import Incoming

bp = Blueprint("micropub", __name__)

_LINKABLE = re.compile(r"https?://[!#-;=?-\[\]-~]{1,500}")
"""A URL that can stand in a Link header (RFC 8288 §3)."""

_UNKEPT = {"Cache-Control": "no-store"}

_MAX_LINKS_LENGTH = 2000
"""Proxies give up on answers whose headers are longer than 4 to 8 kB."""


@bp.get("/micropub", strict_slashes=False)
def query() -> ResponseReturnValue:
    """Answer a query; without ``q``, say whose token this is (Micropub §3.7)."""
    token = authorize()
    if "q" not in request.args:
        scope = " ".join(sorted(token.scopes))
        return _answer({"me": token.me, "scope": scope, "client_id": token.client_id})
    arguments = request.args.to_dict(flat=False)
    if arguments["q"][-1] == "config":
        body = services().queries.config(arguments, token)
        return Response(body, mimetype="application/json", headers=_UNKEPT)
    return _answer(services().queries.answer(arguments, token))


@bp.post("/micropub", strict_slashes=False)
def act() -> ResponseReturnValue:
    """Create, update, delete or undelete a post (Micropub §3.3 to §3.5)."""
    token = authorize()
    if file := _lone_file():
        return keep_upload(file, token)
    posts = services().posts
    action, files = _read_action()
    match action:
        case Create():
            key = request.headers.get("Idempotency-Key")
            post = posts.create(action, token, key, files)
            return _without_body(HTTPStatus.CREATED, _created(post))
        case Update():
            posts.update(action, token, files)
        case _ if files:
            raise InvalidRequest("Files belong to a create or an update; this action takes none")
        case Delete():
            posts.delete(action, token)
        case Undelete():
            posts.undelete(action, token)
        case Syndicate():
            posts.syndicate(action, token)
            return _without_body(HTTPStatus.ACCEPTED)
    return _without_body(HTTPStatus.NO_CONTENT)


def _lone_file() -> Incoming | None:
    """Return the file of a request that is for the media endpoint, as its one parameter says.

    Micropublish sends it here where it knows of no media endpoint.
    """
    if not is_form():
        return None
    form = read_form()
    says_more = form.fields.keys() - {"access_token", "mp-destination"}
    if says_more or [file.parameter for file in form.files] != ["file"]:
        return None
    return form.files[0]


def _read_action() -> tuple[Action, Files]:
    if request.is_json:
        return parse_json(read_json()), {}
    form = read_form()
    files = [(stand_in(file), file) for file in form.files]
    sent = [(name, file.parameter, file.texts_before) for name, file in files]
    action = parse_form(with_files(form.fields, sent), split_commas=services().split_commas)
    return action, dict(files)


def _without_body(status: HTTPStatus, headers: Iterable[tuple[str, str]] = ()) -> Response:
    response = Response(status=status, headers=list(headers))
    # Flask says that nothing is HTML.
    del response.headers["Content-Type"]
    return response


def _created(post: Post) -> list[tuple[str, str]]:
    links = [
        f'<{url}>; rel="{rel}"'
        for rel in ("shortlink", "syndication")
        for url in post.properties.get(rel, [])
        if isinstance(url, str) and _LINKABLE.fullmatch(url)
    ]
    lengths = accumulate(map(len, links))
    fitting = [link for link, end in zip(links, lengths, strict=True) if end <= _MAX_LINKS_LENGTH]
    return [("Location", post.permalink), *(("Link", link) for link in fitting)]


def _answer(body: dict[str, object]) -> Response:
    # The early draft answered these as forms, and its clients still ask so.
    accepted = request.accept_mimetypes.best_match(
        ["application/json", "application/x-www-form-urlencoded"], default="application/json"
    )
    is_flat = request.args.get("q", "syndicate-to") == "syndicate-to"
    if is_flat and accepted == "application/x-www-form-urlencoded":
        response = Response(_to_form(body), mimetype=accepted)
    else:
        response = jsonify(body)
    response.headers.update(_UNKEPT)
    return response


def _to_form(body: dict[str, object]) -> str:
    pairs: list[tuple[str, str]] = []
    for name, value in body.items():
        if isinstance(value, list):
            pairs += [(f"{name}[]", str(target["uid"])) for target in value]
        else:
            pairs.append((name, str(value)))
    return urlencode(pairs)
