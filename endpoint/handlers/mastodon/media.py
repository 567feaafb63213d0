"""Files that apps send ahead of the status that shows them."""

from flask import Response

from endpoint.errors import InvalidRequest
from endpoint.handlers.context import services
from endpoint.handlers.mastodon.answers import blueprint, entity
from endpoint.handlers.mastodon.parameters import read
from endpoint.handlers.mastodon.tokens import authorize_app
from endpoint.services.mastodon.attaching import Attaching

bp = blueprint("media")


@bp.post("/api/v2/media")
@bp.post("/api/v1/media")
def add() -> Response:
    """Keep a file and answer with its attachment; it is ready at once, so never with 202."""
    token = authorize_app("write:media")
    parameters = read()
    file = parameters.file("file")
    if file is None:
        raise InvalidRequest("file must be there, as a part of a multipart/form-data body")
    return entity(_attaching().add(file, parameters.text("description"), token))


@bp.get("/api/v1/media/<number>")
def find(number: str) -> Response:
    """Answer with an attachment, for an app that waits for it."""
    authorize_app("write:media")
    return entity(_attaching().show(number))


@bp.put("/api/v1/media/<number>")
def describe(number: str) -> Response:
    """Describe a file for those who cannot see it."""
    token = authorize_app("write:media")
    parameters = read()
    if not parameters.has("description"):
        return entity(_attaching().show(number))
    return entity(_attaching().describe(number, parameters.text("description"), token))


def _attaching() -> Attaching:
    return services().mastodon.attaching
