"""The server, told to apps: ``/api/v1/instance``, ``/api/v2/instance`` and NodeInfo."""

from flask import Response

from endpoint.handlers.context import services
from endpoint.handlers.mastodon.answers import blueprint, entity

bp = blueprint("instance")


@bp.get("/api/v1/instance")
def show_first() -> Response:
    """Describe the server as version 1 of the API does."""
    return entity(services().mastodon.instance.first())


@bp.get("/api/v2/instance")
def show_second() -> Response:
    """Describe the server as version 2 of the API does."""
    return entity(services().mastodon.instance.second())


@bp.get("/.well-known/nodeinfo")
def link_node() -> Response:
    """Say where NodeInfo is."""
    return entity(services().mastodon.instance.node_links())


@bp.get("/nodeinfo/2.0")
def show_node() -> Response:
    """Return NodeInfo 2.0."""
    return entity(services().mastodon.instance.node())
