"""What Micro.blog's apps do: reply, like, bookmark, delete, and keep a place."""

from flask import Response

from endpoint.handlers.mastodon.parameters import read
from endpoint.handlers.microblog.api import VERBS, answer, bp, feed_name, for_writer


@bp.post("/posts/reply")
def reply() -> Response:
    """Answer what has this id with a post of the owner's own; older apps call ``content`` text."""
    microblog, token = for_writer()
    values = read()
    content = values.text("content") or values.text("text")
    post = microblog.acting.reply(values.text("id"), content, token)
    return answer({"url": post.permalink})


@bp.delete("/posts/<number>")
def delete(number: str) -> Response:
    """Delete a post of the owner's own."""
    microblog, token = for_writer()
    microblog.acting.delete(number, token)
    return answer({})


@bp.post("/posts/favorites")
@bp.post("/posts/bookmarks")
def keep() -> Response:
    """Like or bookmark what has this id, with a post of the owner's own."""
    microblog, token = for_writer()
    microblog.acting.do(VERBS[feed_name()], read().text("id"), token)
    return answer({})


@bp.delete("/posts/favorites/<number>")
@bp.delete("/posts/bookmarks/<number>")
def let_go(number: str) -> Response:
    """Take that back."""
    microblog, token = for_writer()
    microblog.acting.undo(VERBS[feed_name()], number, token)
    return answer({})


@bp.post("/posts/markers")
def mark() -> Response:
    """Keep how far the owner has read in a channel."""
    microblog, token = for_writer()
    token.require("write:statuses")
    values = read()
    microblog.checking.mark(values.text("channel"), values.text("id"))
    return answer({})
