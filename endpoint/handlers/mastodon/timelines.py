"""Timelines: the owner's posts, to the owner and to anybody."""

from flask import Response

from endpoint.handlers.context import services
from endpoint.handlers.mastodon.answers import blueprint, entity
from endpoint.handlers.mastodon.paging import answer_page, read_span
from endpoint.handlers.mastodon.parameters import read
from endpoint.handlers.mastodon.tokens import authorize_app, find_token
from endpoint.services.mastodon.reading import Kept

bp = blueprint("timelines")


@bp.get("/api/v1/timelines/home")
def show_home() -> Response:
    """Answer with the posts of everybody whom the owner follows: the owner."""
    authorize_app("read:statuses")
    return answer_page(services().mastodon.reading.posts(read_span(read())))


@bp.get("/api/v1/timelines/public")
def show_public() -> Response:
    """Answer with the posts that anybody may read; no others are known here."""
    return _answer(Kept())


@bp.get("/api/v1/timelines/tag/<tag>")
def show_tag(tag: str) -> Response:
    """Answer with the posts that have a hashtag, in whatever case."""
    return _answer(Kept(tag=tag.removeprefix("#")))


@bp.get("/api/v1/timelines/direct")
def show_direct() -> Response:
    """Return a list of nothing: a static site has no secrets."""
    authorize_app("read:statuses")
    return entity([])


def _answer(kept: Kept) -> Response:
    find_token()
    parameters = read()
    if parameters.flag("remote"):
        return entity([])
    chosen = Kept(tag=kept.tag, only_media=parameters.flag("only_media"))
    return answer_page(services().mastodon.reading.posts(read_span(parameters), chosen))
