"""Leave for apps that run in a browser page to talk to the API (CORS)."""

from flask import Flask, Response, request

from endpoint.handlers.context import services

_EXPOSED = "Location, Link, ETag, Content-Range, Retry-After, WWW-Authenticate"
_METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
_ALLOWED = "Authorization, Content-Type, Accept, Idempotency-Key, If-None-Match"


def register(app: Flask, paths: frozenset[str], below: tuple[str, ...] = ()) -> None:
    """Let pages of any origin call ``paths``, and read files and the site as shown here.

    ``below`` are the beginnings of more paths that they may call.

    Tokens travel in a header and never in a cookie, so any origin may ask. The
    headers are on errors too: without them a page sees only a failed fetch. On
    the site such pages look for the endpoints, some with a token in hand.
    """

    def is_open() -> bool:
        return request.path.startswith(below) or _is_open(paths)

    @app.before_request
    def answer_preflight() -> Response | None:
        if request.method == "OPTIONS" and is_open():
            return Response(status=204)
        return None

    @app.after_request
    def open_to_pages(response: Response) -> Response:
        if is_open():
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Expose-Headers"] = _EXPOSED
            if request.method == "OPTIONS":
                response.headers["Access-Control-Allow-Methods"] = _METHODS
                response.headers["Access-Control-Allow-Headers"] = _ALLOWED
                response.headers["Access-Control-Max-Age"] = "86400"
        return response


def _is_open(paths: frozenset[str]) -> bool:
    if request.path.rstrip("/") in paths:
        return True
    is_page = request.blueprint == "site" and services().site.is_served
    return is_page or request.blueprint in ("media_files", "microblog")
