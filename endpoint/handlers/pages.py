"""Pages for a person: HTML that nobody can frame, that fetches nothing and needs no script."""

import base64
import hashlib
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from flask import Response, render_template

_TEMPLATES = Path(__file__).parent / "templates"


def page(
    template: str,
    status: int = HTTPStatus.OK,
    *,
    forms_to: str = "'self'",
    script: str = "",
    **values: Any,
) -> Response:
    """Return a page made from a template of ``templates/``, from ``values`` and ``status``.

    ``forms_to`` holds the sources of the ``form-action`` directive: where the
    page's forms, and the redirects that answer them, may lead (CSP3 §6.3.1).
    ``script`` is a file beside the template that makes the page handier.
    """
    style, code = _read("style.css"), _read(script) if script else ""
    html = render_template(template, status=int(status), style=style, script=code, **values)
    response = Response(html, status, mimetype="text/html")
    runs = f" script-src '{_hash(script)}';" if script else ""
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src '{_hash('style.css')}';{runs} img-src data:;"
        f" form-action {forms_to}; base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    return response


@cache
def _read(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _hash(name: str) -> str:
    digest = hashlib.sha256(_read(name).encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
