"""``/webmention``: takes Webmentions, says what it is, and what became of each (§3.2)."""

from http import HTTPStatus

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.deciding.rules import host_of
from endpoint.domain.webmentions.receiving.requests import read_request
from endpoint.errors import EndpointError, UnsupportedMediaType
from endpoint.handlers import errors, page_errors
from endpoint.handlers.bodies import read_form
from endpoint.handlers.context import services
from endpoint.handlers.limits import limit
from endpoint.handlers.pages import page
from endpoint.stores.mentions.rows import Received, key_of

bp = Blueprint("webmention", __name__, url_prefix="/webmention")

_FORM = "application/x-www-form-urlencoded"
_MAX_BYTES = 20_000
_REFRESH_S = 5
_NOT_PUBLIC = "The page that it mentions is not public"


def _source_host() -> str:
    source, _ = _sent()
    return f"host {host_of(source)}"


def _pair() -> str:
    source, target = _sent()
    return f"pair {key_of(address(source), address(target))}"


def _is_refused() -> bool:
    """Whether it is no Webmention at all, so that it counts for its visitor alone."""
    return not all(map(address, _sent()))


@bp.post("")
@limit("10 per minute; 60 per hour", who=_pair, unless=_is_refused)
@limit("120 per minute; 3000 per hour", who=_source_host, unless=_is_refused)
@limit("120 per minute; 3000 per hour")
def receive() -> ResponseReturnValue:
    """Take a Webmention: 201 once it is kept, and a page that says what becomes of it."""
    id_ = services().receiving.receive(read_request(_fields()))
    if id_ is None:
        return "", HTTPStatus.ACCEPTED
    response = _describe(services().receiving.find(id_))
    response.status_code = HTTPStatus.CREATED
    response.headers["Location"] = _status_url(id_)
    return response


@bp.get("")
def show_form() -> Response:
    """Say what this URL is for, with a form for those whose site sends none."""
    return page("webmention.html", target=request.args.get("target", ""))


@bp.get("/<id_>")
def show_status(id_: str) -> Response:
    """Show what became of a mention: a page, or JSON for whoever prefers that."""
    return _describe(services().receiving.find(id_))


@bp.errorhandler(EndpointError)
def refuse(error: EndpointError) -> Response:
    """Answer a refusal as JSON, or as a page if a person sent the form."""
    return page_errors.answer_as_page(error) if _wants_page() else errors.answer(error)


def _fields() -> dict[str, list[str]]:
    request.max_content_length = _MAX_BYTES
    if request.mimetype != _FORM:
        raise UnsupportedMediaType(f"Content-Type must be {_FORM} (Webmention 3.1.3)")
    return read_form().fields


def _sent() -> tuple[str, str]:
    """Return source and target for a count; empty where the form is refused anyway."""
    try:
        fields = _fields()
    except (EndpointError, HTTPException):
        return "", ""
    source, target = ((fields.get(name) or [""])[0].strip() for name in ("source", "target"))
    return source, target


def _describe(received: Received) -> Response:
    is_hidden = received.is_shown and not services().receiving.is_readable(received)
    reason = _NOT_PUBLIC if is_hidden else received.last_error
    if _wants_page():
        response = page(
            "webmention-status.html", received=received, reason=reason, is_hidden=is_hidden
        )
    else:
        response = jsonify(_to_json(received, reason))
        response.headers["Cache-Control"] = "no-store"
    if received.looked_at is None:
        # With its address, because this may be the answer to the form.
        response.headers["Refresh"] = f"{_REFRESH_S}; url={_status_url(received.id)}"
    response.headers["Vary"] = "Accept"
    return response


def _to_json(received: Received, reason: str) -> dict[str, object]:
    moments = {
        "received": received.received_at,
        "looked_at": received.looked_at,
        "next_look_at": received.next_look_at,
    }
    return {
        "state": received.state,
        "reason": reason,
        "source": received.source,
        "target": received.target,
        "permalink": received.permalink,
        **{name: moment and moment.isoformat() for name, moment in moments.items()},
    }


def _status_url(id_: str) -> str:
    return f"{services().base_url}/webmention/{id_}"


def _wants_page() -> bool:
    kinds = ["text/html", "application/json"]
    if request.method == "POST":
        # Senders that take anything read no HTML.
        kinds.reverse()
    return request.accept_mimetypes.best_match(kinds) == "text/html"
