"""``/media/<name>``: the files themselves, for everybody, and never as anything that runs."""

from http import HTTPStatus

from flask import Blueprint, redirect
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response

from endpoint.domain.media_names import NAME
from endpoint.errors import Gone, NotFound
from endpoint.handlers.context import services
from endpoint.handlers.stored_files import answer_with

bp = Blueprint("media_files", __name__)

# Its address in public is for ever too, unless the owner gives the bucket another.
_REDIRECT_CACHE = "public, max-age=86400"


class _Name(BaseConverter):
    regex = NAME


@bp.record_once
def _set_up(state: BlueprintSetupState) -> None:
    # Any other path below /media is the site's own, where the site is shown here.
    state.app.url_map.converters["media_name"] = _Name


@bp.get("/media/<media_name:name>")
def show(name: str) -> Response:
    """Answer with the file, a part of it, or 304 to who has it (RFC 9110 §13 and §14).

    What everybody gets elsewhere is answered with a redirect there.

    Raise Gone if it was deleted, NotFound if there never was one.
    """
    media = services().media
    found = media.open(name)
    if found is None and media.was_removed(name):
        raise Gone("The file at this URL was deleted")
    if found is None:
        raise NotFound("There is nothing at this URL")
    if found.url:
        response = redirect(found.url, HTTPStatus.TEMPORARY_REDIRECT)
        response.headers["Cache-Control"] = _REDIRECT_CACHE
        return response
    try:
        return answer_with(found)
    except FileNotFoundError as error:
        raise Gone("The file at this URL was deleted") from error
