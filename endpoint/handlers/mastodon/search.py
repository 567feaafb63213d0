"""Search, also for a page anywhere by its URL, so that the owner can answer it."""

from flask import Response

from endpoint.domain.mastodon.parameters import Values
from endpoint.errors import InvalidRequest
from endpoint.handlers.context import services
from endpoint.handlers.limits import limit
from endpoint.handlers.mastodon.answers import blueprint, entity
from endpoint.handlers.mastodon.paging import read_limit
from endpoint.handlers.mastodon.parameters import read
from endpoint.handlers.mastodon.tokens import authorize_app, find_token
from endpoint.services.mastodon.searching import Question

bp = blueprint("search")

_TYPES = ("accounts", "statuses", "hashtags")
_MOST = 40
_MOST_OFFSET = 10_000


@bp.get("/api/v2/search")
@limit("60 per minute; 600 per hour")
def search() -> Response:
    """Answer with accounts, statuses and hashtags; with ``resolve``, unknown URLs are fetched."""
    authorize_app("read:search")
    return entity(services().mastodon.searching.search(_read(read())))


@bp.get("/api/v1/tags/<tag>")
def show_tag(tag: str) -> Response:
    """Answer with a hashtag, which apps ask for before its timeline; nobody follows any."""
    find_token()
    return entity(services().mastodon.searching.tag(tag))


def _read(parameters: Values) -> Question:
    type_ = parameters.text("type")
    if type_ not in ("", *_TYPES):
        raise InvalidRequest(f"type must be one of {', '.join(_TYPES)}")
    if not parameters.text("q").strip():
        raise InvalidRequest("q must have a text to look for")
    return Question(
        text=parameters.text("q"),
        type=type_,
        resolve=parameters.flag("resolve"),
        limit=read_limit(parameters, 20, _MOST),
        offset=min(max(parameters.number("offset") or 0, 0), _MOST_OFFSET),
    )
