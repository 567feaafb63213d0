"""The way back to an app, with the answer it waits for (RFC 6749 §4.1.2)."""

from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from flask import Response

from endpoint.domain.indieauth.redirect_uris import OUT_OF_BAND, is_web
from endpoint.domain.urls import canonical
from endpoint.handlers.pages import page


def redirect_to_app(location: str, title: str) -> Response:
    """Return the answer that takes the browser to ``location``, exactly as it is given.

    An app with a scheme of its own gets a page with a link, headed ``title``:
    browsers do not leave for an app unless somebody clicks, at least on the
    page before. Where the owner carries the answer it is shown.
    """
    if location.startswith(OUT_OF_BAND):
        return page("code.html", script="code.js", title=title, code=_code_in(location))
    if not is_web(location):
        return page(
            "continue.html",
            script="continue.js",
            title=title,
            place=place_of(location),
            location=location,
        )
    response = Response(status=HTTPStatus.FOUND)
    response.headers["Location"] = location
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _code_in(location: str) -> str:
    """Return the code of an answer; empty if the answer is no."""
    return parse_qs(urlsplit(location).query).get("code", [""])[0]


def place_of(redirect_uri: str) -> str:
    """Return the host of ``redirect_uri``, with its port, or the scheme that is an app's own."""
    if is_web(redirect_uri):
        return urlsplit(canonical(redirect_uri)).netloc
    return f"{urlsplit(redirect_uri).scheme}:"
