"""Statuses as apps read them: posts, mentions of posts, and pages that were looked up."""

from flask import Response

from endpoint.errors import NotFound
from endpoint.handlers.context import services
from endpoint.handlers.mastodon.answers import blueprint, entity
from endpoint.handlers.mastodon.paging import read_limit
from endpoint.handlers.mastodon.parameters import read
from endpoint.handlers.mastodon.tokens import find_token
from endpoint.services.mastodon.entries import FAVOURITES, Entry

bp = blueprint("statuses")

_MOST = 40
_MOST_ACCOUNTS = 80
_VERSION = ("content", "spoiler_text", "sensitive", "account", "media_attachments", "emojis")


@bp.get("/api/v1/statuses")
def show_some() -> Response:
    """Answer with those of several statuses that there are."""
    is_owner, found = _is_owner(), []
    for number in list(dict.fromkeys(read().texts("id")))[:_MOST]:
        try:
            found.append(services().mastodon.showing.find(number, is_owner=is_owner))
        except NotFound:
            continue
    return entity(services().mastodon.showing.all(found))


@bp.get("/api/v1/statuses/<number>")
def show(number: str) -> Response:
    """Answer with a status."""
    return entity(services().mastodon.showing.one(_find(number)))


@bp.get("/api/v1/statuses/<number>/context")
def show_context(number: str) -> Response:
    """Answer with what a status answers, and what answers it."""
    return entity(services().mastodon.threads.context(_find(number)))


@bp.get("/api/v1/statuses/<number>/favourited_by")
def show_favourites(number: str) -> Response:
    """Answer with whoever liked or bookmarked a post, as Webmentions told."""
    return _show_who(number, *FAVOURITES)


@bp.get("/api/v1/statuses/<number>/reblogged_by")
def show_reblogs(number: str) -> Response:
    """Answer with whoever reposted a post, as Webmentions told."""
    return _show_who(number, "repost")


@bp.get("/api/v1/statuses/<number>/history")
def show_history(number: str) -> Response:
    """Answer with a status as it is: what it was lies in git, and is told to nobody here."""
    status = services().mastodon.showing.one(_find(number))
    created_at = status["edited_at"] or status["created_at"]
    version = {name: status[name] for name in _VERSION}
    return entity([{**version, "created_at": created_at, "poll": None}])


@bp.get("/api/v1/statuses/<number>/card")
def show_card(number: str) -> Response:
    """Answer with no card: links are not looked at."""
    _find(number)
    return entity({})


def _show_who(number: str, *kinds: str) -> Response:
    limit = read_limit(read(), 40, _MOST_ACCOUNTS)
    return entity(services().mastodon.threads.accounts(_find(number), kinds, limit))


def _find(number: str) -> Entry:
    return services().mastodon.showing.find(number, is_owner=_is_owner())


def _is_owner() -> bool:
    token = find_token()
    if token:
        token.require("read:statuses")
    return token is not None
