"""``/feed.json``: the newest posts as a JSON Feed, which readers ask for again and again."""

import re

from flask import Blueprint, Response, request
from werkzeug.http import http_date, quote_etag

from endpoint.errors import InvalidRequest
from endpoint.handlers.context import services
from endpoint.services.feed import FeedPage, FeedQuery

bp = Blueprint("feed", __name__)

_LONGEST = {"tag": 500, "type": 50, "after": 10_000}
_FIRST_PAGE = FeedQuery()
_TYPE = re.compile(r"[a-z][a-z0-9-]*")


@bp.get("/feed.json")
def show() -> Response:
    """Answer with a page of the feed, or 304 to who has it already (JSON Feed 1.1)."""
    page = services().feed.page(_read_query())
    # Readers may keep it and have to ask, so that a new post is there at once.
    headers = [("ETag", quote_etag(page.etag)), ("Cache-Control", "no-cache")]
    if page.modified:
        headers.append(("Last-Modified", http_date(page.modified)))
    if _is_current(page):
        response = Response(status=304, headers=headers)
        del response.headers["Content-Type"]
        return response
    return Response(page.body, headers=headers, mimetype="application/feed+json")


def _read_query() -> FeedQuery:
    if not request.query_string:
        return _FIRST_PAGE
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
    known = request.headers.get("If-None-Match")
    if known is not None:
        # Nearly all send back the one that they were given.
        return known == quote_etag(page.etag) or request.if_none_match.contains_weak(page.etag)
    since = request.if_modified_since
    return bool(since and page.modified and page.modified <= since)
