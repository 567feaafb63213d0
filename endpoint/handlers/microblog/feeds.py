"""What Micro.blog's apps read: feeds, a thread, and what is new."""

from flask import Response

from endpoint.errors import InvalidRequest
from endpoint.handlers.mastodon.parameters import Parameters, read
from endpoint.handlers.microblog.api import VERBS, answer, bp, feed_name, for_reader
from endpoint.services.timelines.spans import Span
from endpoint.stores.numbers.rows import MOST

_MOST_ITEMS = 100


@bp.get("/posts/all")
@bp.get("/posts/timeline")
@bp.get("/posts/mentions")
@bp.get("/posts/photos")
@bp.get("/posts/media")
@bp.get("/posts/replies")
def show_feed() -> Response:
    """Answer with posts of the owner, or with what others said to them."""
    return answer(for_reader().reading.feed(feed_name(), _span()))


@bp.get("/posts/discover")
@bp.get("/posts/discover/<topic>")
def discover(topic: str = "") -> Response:
    """Answer with nothing: on a site of one person there is nobody to discover."""
    return answer(for_reader().reading.nothing(f"discover/{topic}" if topic else "discover"))


@bp.get("/posts/conversation")
def show_conversation() -> Response:
    """Answer with the thread around a post or a mention, the newest first."""
    return answer(for_reader().reading.conversation(read().text("id")))


@bp.get("/posts/check")
def check() -> Response:
    """Answer how many posts are newer than ``since_id``, and how far the owner has read."""
    return answer(for_reader().checking.check(_span().since_id))


@bp.get("/posts/favorites")
@bp.get("/posts/bookmarks")
def show_kept() -> Response:
    """Answer with what the owner likes, or has bookmarked."""
    name = feed_name()
    return answer(for_reader().reading.kept(name, VERBS[name], _span()))


@bp.get("/posts/<username>")
@bp.get("/posts/<username>/<any(photos):only>")
def show_account(username: str, only: str = "") -> Response:
    """Answer with the owner's profile and posts."""
    return answer(for_reader().reading.account(username, only, _span()))


def _span() -> Span:
    values = read()
    count = _number(values, "count", Span.limit)
    return Span(
        limit=min(max(count, 1), _MOST_ITEMS),
        max_id=_number(values, "before_id", MOST),
        since_id=_number(values, "since_id", 0),
    )


def _number(values: Parameters, name: str, default: int) -> int:
    text = values.text(name)
    if not text:
        return default
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(MOST)):
        raise InvalidRequest(f"{name} must be a number; ids are those of an earlier answer")
    return min(int(text), MOST)
