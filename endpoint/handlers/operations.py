"""For whoever runs the server: is it up, can it post."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from endpoint.handlers.context import services

bp = Blueprint("operations", __name__)


@bp.get("/healthz")
def live() -> ResponseReturnValue:
    """Answer while the process answers at all."""
    return jsonify(status="ok")


@bp.get("/readyz")
def ready() -> ResponseReturnValue:
    """Answer 200 while a post could be made, and 503 with the reason otherwise."""
    services().health.require()
    return jsonify(status="ok")
