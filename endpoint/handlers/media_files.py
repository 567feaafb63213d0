"""``/media/<name>``: the files themselves, for everybody, and never as anything that runs."""

import re
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, redirect, request
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.routing import BaseConverter
from werkzeug.utils import send_file
from werkzeug.wrappers import Response

from endpoint.domain.media_names import NAME
from endpoint.errors import Gone, NotFound
from endpoint.handlers.context import services
from endpoint.services.media import StoredFile

bp = Blueprint("media_files", __name__)

_HEADERS = {
    # A name belongs to its bytes, so what was fetched once is good for ever.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
# Its address in public is for ever too, unless the owner gives the bucket another.
_REDIRECT_CACHE = "public, max-age=86400"
_ONE_RANGE = re.compile(r"bytes=(?:[0-9]+-[0-9]*|-[0-9]+)")


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
        response = _send(found)
    except FileNotFoundError as error:
        raise Gone("The file at this URL was deleted") from error
    except RequestedRangeNotSatisfiable:
        response = Response(status=HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response.headers["Content-Range"] = f"bytes */{found.size}"
        del response.headers["Content-Type"]
        return response
    if request.method == "HEAD" or response.status_code == HTTPStatus.NOT_MODIFIED:
        # Nobody reads the file, and so nobody else closes it.
        response.close()
    response.headers.update(_HEADERS)
    return response


def _send(found: StoredFile) -> Response:
    environ = dict(request.environ)
    if not _ONE_RANGE.fullmatch(environ.get("HTTP_RANGE", "")):
        # Several ranges, and units that nobody knows, may be answered with everything.
        environ.pop("HTTP_RANGE", None)
    tag = f"{found.name}-{found.size}"
    if isinstance(found.content, Path):
        return send_file(
            found.content,
            environ,
            mimetype=found.media_type,
            download_name=found.name,
            etag=tag,
        )
    response = Response(mimetype=found.media_type, direct_passthrough=True)
    response.content_length = found.size
    response.set_etag(tag)
    response.make_conditional(environ, accept_ranges=True, complete_length=found.size)
    part = response.content_range
    if request.method == "GET" and response.status_code != HTTPStatus.NOT_MODIFIED:
        response.response = found.content(part.start or 0, part.stop or found.size)
    return response
