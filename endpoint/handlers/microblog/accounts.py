"""Whose a token is, and what there is of other people: nobody to follow, and nothing to buy."""

from flask import Response, request
from flask.typing import ResponseReturnValue

from endpoint.errors import InvalidRequest, NotFound
from endpoint.handlers.context import services
from endpoint.handlers.mastodon.parameters import read
from endpoint.handlers.microblog.api import answer, bp, for_reader

_ELSEWHERE = (
    "/account/signin",
    "/books/bookshelves",
    "/books/goals",
    "/notes/notebooks",
    "/posts/bookmarks/highlights",
    "/posts/bookmarks/tags",
    "/users/block",
    "/users/blocking",
    "/users/follow",
    "/users/mute",
    "/users/muting",
    "/users/push/register",
    "/users/unfollow",
)
"""What Micro.blog does for its members, and this server for nobody."""


@bp.post("/account/verify")
def verify() -> Response:
    """Say whose token the body has; of one that is no good, with status 200, that it is not."""
    if "token" in request.args:
        raise InvalidRequest("token must not be in the URL; send it in the body")
    return answer(services().microblog.accounts.verify(read().text("token").strip()))


@bp.get("/users/is_following")
def is_following() -> Response:
    """Answer no: the owner follows nobody here."""
    for_reader()
    return answer({"is_following": False})


@bp.get("/users/<any(following, discover):relation>/<name>")
def list_accounts(**_names: str) -> Response:
    """Answer with nobody: there are no other accounts."""
    for_reader()
    return answer([])


def refuse() -> ResponseReturnValue:
    """Say that there is no such thing here."""
    raise NotFound("This is not supported here; this server is for one site, and not Micro.blog")


for _path in _ELSEWHERE:
    bp.add_url_rule(_path, view_func=refuse, methods=["GET", "POST"])
