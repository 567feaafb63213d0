"""A stored file as an answer: its headers, and what conditions and ranges make of it."""

import re
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import request
from werkzeug.exceptions import RequestedRangeNotSatisfiable
from werkzeug.http import quote_etag
from werkzeug.utils import send_file
from werkzeug.wrappers import Response
from werkzeug.wsgi import FileWrapper

from endpoint.stores.media.places import Pieces, StoredFile

_HEADERS = {
    # A name belongs to its bytes, so what was fetched once is good for ever.
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}
_ONE_RANGE = re.compile(r"bytes=(?:[0-9]+-[0-9]*|-[0-9]+)", re.IGNORECASE)
_PIECE_BYTES = 1 << 17


def answer_with(found: StoredFile) -> Response:
    """Return the file, a part of it, or 304 for who has it (RFC 9110 §13 and §14).

    Raise FileNotFoundError if it has gone since it was found.
    """
    response = _unless_known(found) or _send(found)
    if response.status_code < HTTPStatus.BAD_REQUEST:
        response.headers.update(_HEADERS)
    return response


def _unless_known(found: StoredFile) -> Response | None:
    """Return 412 or 304 if the request's conditions say so, before any range (RFC 9110 §13.2.2).

    There are no times to compare, because a name never gets other bytes.
    """
    tag = _tag(found)
    if request.if_match and not request.if_match.contains(tag):
        return _bare(HTTPStatus.PRECONDITION_FAILED)
    if request.if_none_match.contains_weak(tag):
        response = _bare(HTTPStatus.NOT_MODIFIED)
        response.set_etag(tag)
        return response
    return None


def _send(found: StoredFile) -> Response:
    environ = _asked_range(_tag(found))
    try:
        if isinstance(found.content, Path):
            response = send_file(
                found.content,
                environ,
                mimetype=found.media_type,
                download_name=found.name,
                etag=_tag(found),
            )
        else:
            response = _send_pieces(found, found.content, environ)
    except RequestedRangeNotSatisfiable:
        response = _bare(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
        response.headers["Content-Range"] = f"bytes */{found.size}"
        return response
    if request.method == "HEAD":
        # Nobody reads the file, and so nobody else closes it.
        response.close()
    response.headers.pop("Last-Modified", None)
    return response


def _send_pieces(found: StoredFile, pieces: Pieces, environ: dict[str, Any]) -> Response:
    response = Response(mimetype=found.media_type, direct_passthrough=True)
    response.content_length = found.size
    response.set_etag(_tag(found))
    response.make_conditional(environ, accept_ranges=True, complete_length=found.size)
    part = response.content_range
    if request.method == "GET":
        response.response = pieces(part.start or 0, part.stop or found.size)
    return response


def _asked_range(tag: str) -> dict[str, Any]:
    """Return the WSGI environment without headers, but for a range that is to be answered.

    Several ranges, and units that nobody knows, may be answered with everything;
    where ``If-Range`` has another tag, or a weak one, they must be (RFC 9110 §13.1.5).
    """
    environ = {name: it for name, it in request.environ.items() if not name.startswith("HTTP_")}
    wanted, quoted = request.headers.get("Range", ""), quote_etag(tag)
    is_answered = request.method == "GET" and _ONE_RANGE.fullmatch(wanted)
    if is_answered and request.headers.get("If-Range", quoted) == quoted:
        environ["HTTP_RANGE"] = wanted
        # A part goes through our hands; in pieces of 8 kB that would take five times as long.
        environ["wsgi.file_wrapper"] = lambda file, _bytes: FileWrapper(file, _PIECE_BYTES)
    return environ


def _tag(found: StoredFile) -> str:
    return f"{found.name}-{found.size}"


def _bare(status: HTTPStatus) -> Response:
    response = Response(status=status)
    del response.headers["Content-Type"]
    return response
