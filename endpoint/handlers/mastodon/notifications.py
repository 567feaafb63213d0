"""Notifications: replies, likes and reposts that came as Webmentions and were approved."""

from flask import Response

from endpoint.handlers.context import services
from endpoint.handlers.mastodon.answers import blueprint, entity
from endpoint.handlers.mastodon.paging import answer_page, read_span
from endpoint.handlers.mastodon.parameters import read
from endpoint.handlers.mastodon.tokens import authorize_app
from endpoint.services.mastodon.notifications import Chosen, Notifications

bp = blueprint("notifications")


@bp.get("/api/v1/notifications")
def show_all() -> Response:
    """Answer with a page of them, newest first."""
    authorize_app("read:notifications")
    parameters = read()
    types = frozenset(parameters.texts("types"))
    chosen = Chosen(
        types=types or None,
        not_types=frozenset(parameters.texts("exclude_types")),
        account_id=parameters.text("account_id"),
    )
    return answer_page(_notifications().page(read_span(parameters, 40, 80), chosen))


@bp.get("/api/v1/notifications/<number>")
def show(number: str) -> Response:
    """Answer with one of them."""
    authorize_app("read:notifications")
    return entity(_notifications().find(number))


@bp.post("/api/v1/notifications/clear")
def clear() -> Response:
    """Leave out all there are by now; the Webmentions stay on the site."""
    authorize_app("write:notifications")
    _notifications().clear()
    return entity({})


@bp.post("/api/v1/notifications/<number>/dismiss")
def dismiss(number: str) -> Response:
    """Leave one out; the Webmention stays on the site."""
    authorize_app("write:notifications")
    _notifications().dismiss(number)
    return entity({})


@bp.post("/api/v1/notifications/dismiss")
def dismiss_by_parameter() -> Response:
    """Leave one out, as older apps ask for it."""
    authorize_app("write:notifications")
    _notifications().dismiss(read().text("id"))
    return entity({})


def _notifications() -> Notifications:
    return services().mastodon.notifications
