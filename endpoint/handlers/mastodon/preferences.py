"""What the owner's apps share: preferences, and how far each timeline was read."""

from flask import Response

from endpoint.handlers.context import services
from endpoint.handlers.mastodon.answers import blueprint, entity
from endpoint.handlers.mastodon.parameters import read
from endpoint.handlers.mastodon.tokens import authorize_app
from endpoint.services.mastodon.markers import TIMELINES

bp = blueprint("preferences")


@bp.get("/api/v1/preferences")
def show() -> Response:
    """Return how posts begin; the same for every app."""
    authorize_app("read:accounts")
    return entity(services().mastodon.preferences)


@bp.get("/api/v1/markers")
def show_markers() -> Response:
    """Return how far the timelines ``timeline[]`` were read."""
    authorize_app("read:statuses")
    return entity(services().mastodon.markers.read(read().texts("timeline")))


@bp.post("/api/v1/markers")
def move_markers() -> Response:
    """Move the places that are named: ``home[last_read_id]=…``."""
    authorize_app("write:statuses")
    asked = read()
    places = {
        name: asked.object(name).text("last_read_id") for name in TIMELINES if asked.has(name)
    }
    return entity(services().mastodon.markers.move(places))
