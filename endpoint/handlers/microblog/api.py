"""What every address of Micro.blog's JSON API has in common: who may ask, and how it answers."""

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from endpoint.domain.tokens import Token
from endpoint.errors import EndpointError
from endpoint.handlers import errors, site
from endpoint.handlers.context import authorize, services
from endpoint.services.microblog import Microblog
from endpoint.services.verbs import Verb

bp = Blueprint("microblog", __name__)
bp.after_request(site.name_endpoints)

VERBS: dict[str, Verb] = {"favorites": "like", "bookmarks": "bookmark"}
"""What the owner does with what is in a feed of this name."""

_SCHEMES = ("bearer", "token")


@bp.before_request
def leave_readers_to_the_site() -> ResponseReturnValue | None:
    """Show the site's own page at such an address to whoever brings no token.

    So too where the address is that of an account, and not of the owner's.
    """
    if request.method not in ("GET", "HEAD") or _is_for_app():
        return None
    return site.show(request.path.removeprefix("/"))


def _is_for_app() -> bool:
    owner = services().microblog.username
    if (request.view_args or {}).get("username", owner) != owner:
        return False
    # A site behind a password of its own has another kind of header.
    sent = request.authorization
    return bool(sent and sent.type in _SCHEMES) or not services().site.is_served


@bp.after_request
def tell_caches(response: Response) -> Response:
    """Say that readers and apps are answered differently, lest one gets what the other got."""
    response.vary.add("Authorization")
    return response


@bp.errorhandler(EndpointError)
def answer_error(error: EndpointError) -> Response:
    """Answer with a sentence in ``error``, where the apps look for one."""
    response = errors.answer(error)
    response.data = jsonify({"error": error.description}).data
    return response


def for_reader() -> Microblog:
    """Return the services for an app whose token lets it read; any that may post may read."""
    authorize(*_SCHEMES).require("read:statuses")
    return services().microblog


def for_writer() -> tuple[Microblog, Token]:
    """Return the services, which look at what the token may do, and the token."""
    return services().microblog, authorize(*_SCHEMES)


def feed_name() -> str:
    """Return the word after ``/posts/`` in the address."""
    return request.path.split("/")[2]


def answer(body: object) -> Response:
    """Return ``body`` as JSON that nobody keeps."""
    response = jsonify(body)
    response.headers["Cache-Control"] = "private, no-store"
    return response
