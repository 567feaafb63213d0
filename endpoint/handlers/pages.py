"""Pages for a person: HTML without scripts, that nobody can frame and that fetch nothing."""

import base64
import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Response, render_template

_STYLE = Path(__file__).parent / "templates" / "style.css"


def page(
    template: str, status: int = HTTPStatus.OK, *, forms_to: str = "'self'", **values: Any
) -> Response:
    """Return a page made from a template of ``templates/``, from ``values`` and ``status``.

    ``forms_to`` holds the sources of the ``form-action`` directive: where the
    page's forms, and the redirects that answer them, may lead (CSP3 §6.3.1).
    """
    html = render_template(template, status=int(status), style=_style(), **values)
    response = Response(html, status, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src '{_style_hash()}'; img-src data:;"
        f" form-action {forms_to}; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


@cache
def _style() -> str:
    return _STYLE.read_text(encoding="utf-8")


@cache
def _style_hash() -> str:
    digest = hashlib.sha256(_style().encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
