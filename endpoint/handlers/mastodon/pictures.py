"""Pictures that stand for people and sites that have none: some apps fail without."""

from pathlib import Path

from flask import Blueprint, Response

bp = Blueprint("mastodon_pictures", __name__)

_FOLDER = Path(__file__).parent / "pictures"


@bp.get("/mastodon/<any('avatar.png', 'header.png'):name>")
def show(name: str) -> Response:
    """Answer with the picture."""
    response = Response((_FOLDER / name).read_bytes(), mimetype="image/png")
    response.headers["Cache-Control"] = "public, max-age=604800"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
