"""Apps introduce themselves: ``/api/v1/apps``, of which nothing is kept."""

from flask import Response

from endpoint.domain.indieauth.registrations import make_registration
from endpoint.domain.mastodon.apps import (
    describe_by_url,
    describe_credentials,
    describe_registered,
)
from endpoint.handlers.context import services
from endpoint.handlers.limits import limit
from endpoint.handlers.mastodon.answers import blueprint, entity
from endpoint.handlers.mastodon.parameters import read
from endpoint.handlers.mastodon.tokens import authorize_app, own_app

bp = blueprint("apps")


@bp.post("/api/v1/apps")
@limit("30 per minute; 300 per hour")
def register() -> Response:
    """Return a client_id and a secret for an app; whoever asks gets them."""
    asked = read()
    registration = make_registration(
        name=asked.text("client_name"),
        website=asked.text("website"),
        scopes=asked.text("scopes"),
        redirect_uris=asked.texts("redirect_uris"),
    )
    client_id, secret = services().registrations.add(registration)
    return entity(describe_credentials(registration, client_id, secret))


@bp.get("/api/v1/apps/verify_credentials")
def verify() -> Response:
    """Say which app this token was given to, be it its own or one of the owner's."""
    client_id, scopes = own_app(), frozenset[str]()
    if not client_id:
        token = authorize_app()
        client_id, scopes = token.client_id, token.scopes
    if registration := services().registrations.find(client_id):
        return entity(describe_registered(registration, client_id))
    return entity(describe_by_url(client_id, scopes))
