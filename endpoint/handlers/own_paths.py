"""The ways to our own pages, under the path of ``public_url``, and only to them."""

import re
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from flask import Response, request

from endpoint.handlers.context import services

HOME = "/admin/"

_VISIBLE = r"[!\"$-\[\]-~]"
"""Visible ASCII without ``#`` and backslash, which browsers take for a slash."""

_PAGE = re.compile(
    rf"/auth\?{_VISIBLE}*|/admin/(?!sign-)(?:[A-Za-z0-9_-]+/)*[A-Za-z0-9_-]*(?:\?{_VISIBLE}*)?"
)


def own_path(path: str) -> str:
    """Return ``path`` as browsers know it: below the path of ``public_url``.

    Not from the request: a proxy may have taken the path off.
    """
    return urlsplit(services().base_url).path + path


def go_to(path: str) -> Response:
    """Return the answer that leads a browser to our own ``path``, by GET."""
    headers = {"Location": own_path(path), "Cache-Control": "no-store"}
    return Response(status=HTTPStatus.SEE_OTHER, headers=headers)


def current_path() -> str:
    """Return path and query of this request, for coming back to it later."""
    return f"{request.path}{current_query()}"


def current_query() -> str:
    """Return the query of this request, with the ``?`` before it; empty if there is none."""
    # As it was sent, with what is no visible ASCII percent-encoded.
    query = quote(request.query_string, safe="!\"$%&'()*+,-./:;<=>?@[]^_`{|}~")
    return f"?{query}" if query else ""


def safe_path(wish: str) -> str:
    """Return ``wish`` if it leads to ``/auth?…`` or a page below ``/admin/``, else ``/admin/``.

    Whoever made the link that brought the owner here chose the wish, so it
    must not lead anywhere else (RFC 6819 §4.2.4).
    """
    return wish if _PAGE.fullmatch(wish) else HOME
