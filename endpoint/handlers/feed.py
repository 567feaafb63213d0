"""``/feed.json``: the newest posts as a JSON Feed, which readers ask for again and again."""

import re

from flask import Blueprint, Response, request

from endpoint.errors import InvalidRequest
from endpoint.handlers.context import services
from endpoint.services.feed import FeedPage, FeedQuery

bp = Blueprint("feed", __name__)

_LONGEST = {"tag": 500, "type": 50, "after": 10_000}
_TYPE = re.compile(r"[a-z][a-z0-9-]*")


@bp.get("/feed.json")
def show() -> Response:
    """Answer with a page of the feed, or 304 to who has it already (JSON Feed 1.1)."""
    page = services().feed.page(_read_query())
    response = Response(mimetype="application/feed+json")
    response.set_etag(page.etag)
    response.last_modified = page.modified
    # Readers may keep it and have to ask, so that a new post is there at once.
    response.cache_control.no_cache = True
    if _is_current(page):
        response.status_code = 304
        del response.headers["Content-Type"]
    else:
        response.data = page.body
    return response


def _read_query() -> FeedQuery:
    values = {name: _read(name) for name in _LONGEST}
    if values["type"] is not None and not _TYPE.fullmatch(values["type"]):
        raise InvalidRequest("type must be a post type such as note or photo")
    return FeedQuery(**values)


def _read(name: str) -> str | None:
    values = request.args.getlist(name)
    if not values:
        return None
    if len(values) > 1 or not values[0].strip() or "\0" in values[0]:
        raise InvalidRequest(f"{name} must have one value that is not blank")
    if len(values[0]) > _LONGEST[name]:
        raise InvalidRequest(f"{name} must be at most {_LONGEST[name]} characters long")
    return values[0]


def _is_current(page: FeedPage) -> bool:
    # If-Modified-Since does not count beside If-None-Match (RFC 9110 §13.1.3).
    if "If-None-Match" in request.headers:
        return request.if_none_match.contains_weak(page.etag)
    since = request.if_modified_since
    return bool(since and page.modified and page.modified <= since)
