"""Favourites, boosts and bookmarks of other people's posts."""

from typing import Any

from flask import Response

from endpoint.handlers.context import services
from endpoint.handlers.mastodon.answers import blueprint, entity
from endpoint.handlers.mastodon.paging import answer_page, read_span
from endpoint.handlers.mastodon.parameters import read
from endpoint.handlers.mastodon.tokens import authorize_app
from endpoint.services.mastodon import Mastodon

bp = blueprint("interactions")


@bp.post("/api/v1/statuses/<number>/favourite")
def favourite(number: str) -> Response:
    """Like a post: a post of the owner's own that tells the other by Webmention."""
    token = authorize_app("write:favourites")
    _mastodon().interactions.do("like", number, token)
    return _answer(number)


@bp.post("/api/v1/statuses/<number>/unfavourite")
def unfavourite(number: str) -> Response:
    """Delete the like."""
    token = authorize_app("write:favourites")
    _mastodon().interactions.undo("like", number, token)
    return _answer(number)


@bp.post("/api/v1/statuses/<number>/bookmark")
def bookmark(number: str) -> Response:
    """Bookmark a post, for everybody to see."""
    token = authorize_app("write:bookmarks")
    _mastodon().interactions.do("bookmark", number, token)
    return _answer(number)


@bp.post("/api/v1/statuses/<number>/unbookmark")
def unbookmark(number: str) -> Response:
    """Delete the bookmark."""
    token = authorize_app("write:bookmarks")
    _mastodon().interactions.undo("bookmark", number, token)
    return _answer(number)


@bp.post("/api/v1/statuses/<number>/reblog")
def reblog(number: str) -> Response:
    """Repost a post, and answer with the repost, which has the post within."""
    token = authorize_app("write:statuses")
    post = _mastodon().interactions.do("repost", number, token, read().text("visibility"))
    return entity({**_mastodon().showing.post(post), "reblog": _show(number)})


@bp.post("/api/v1/statuses/<number>/unreblog")
def unreblog(number: str) -> Response:
    """Delete the repost."""
    token = authorize_app("write:statuses")
    _mastodon().interactions.undo("repost", number, token)
    return _answer(number)


@bp.get("/api/v1/favourites")
def show_favourites() -> Response:
    """Answer with what the owner has liked."""
    authorize_app("read:favourites")
    return answer_page(_mastodon().favourites.page("like", read_span(read())))


@bp.get("/api/v1/bookmarks")
def show_bookmarks() -> Response:
    """Answer with what the owner has bookmarked."""
    authorize_app("read:bookmarks")
    return answer_page(_mastodon().favourites.page("bookmark", read_span(read())))


def _answer(number: str) -> Response:
    return entity(_show(number))


def _show(number: str) -> dict[str, Any]:
    showing = _mastodon().showing
    [shown] = showing.all([showing.find(number)])
    return shown


def _mastodon() -> Mastodon:
    return services().mastodon
