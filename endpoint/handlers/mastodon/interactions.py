"""Favourites, boosts and bookmarks of other people's posts."""

from flask import Response

from endpoint.handlers.context import services
from endpoint.handlers.mastodon.answers import blueprint, entity
from endpoint.handlers.mastodon.paging import answer_page, read_span
from endpoint.handlers.mastodon.parameters import read
from endpoint.handlers.mastodon.tokens import authorize_app
from endpoint.services.verbs import SCOPES, Verb

bp = blueprint("interactions")


@bp.post("/api/v1/statuses/<number>/favourite", defaults={"verb": "like"})
@bp.post("/api/v1/statuses/<number>/bookmark", defaults={"verb": "bookmark"})
def do(number: str, verb: Verb) -> Response:
    """Like or bookmark a post: a post of the owner's own, which tells the other by Webmention."""
    token = authorize_app(SCOPES[verb])
    entry = services().mastodon.interactions.find(verb, number)
    services().mastodon.interactions.do(verb, entry, token)
    return entity(services().mastodon.showing.one(entry))


@bp.post("/api/v1/statuses/<number>/unfavourite", defaults={"verb": "like"})
@bp.post("/api/v1/statuses/<number>/unbookmark", defaults={"verb": "bookmark"})
@bp.post("/api/v1/statuses/<number>/unreblog", defaults={"verb": "repost"})
def undo(number: str, verb: Verb) -> Response:
    """Delete the like, the bookmark or the repost."""
    token = authorize_app(SCOPES[verb])
    entry = services().mastodon.interactions.find(verb, number)
    services().mastodon.interactions.undo(verb, entry, token)
    return entity(services().mastodon.showing.one(entry))


@bp.post("/api/v1/statuses/<number>/reblog")
def reblog(number: str) -> Response:
    """Repost a post, and answer with the repost, which has the post within."""
    token = authorize_app(SCOPES["repost"])
    entry = services().mastodon.interactions.find("repost", number)
    post = services().mastodon.interactions.do("repost", entry, token, read().text("visibility"))
    show = services().mastodon.showing.one
    return entity({**show(post), "reblog": show(entry)})


@bp.get("/api/v1/favourites")
def show_favourites() -> Response:
    """Answer with what the owner has liked."""
    authorize_app("read:favourites")
    return answer_page(services().mastodon.favourites.page("like", read_span(read())))


@bp.get("/api/v1/bookmarks")
def show_bookmarks() -> Response:
    """Answer with what the owner has bookmarked."""
    authorize_app("read:bookmarks")
    return answer_page(services().mastodon.favourites.page("bookmark", read_span(read())))
