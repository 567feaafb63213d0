"""``/webmention/mentions`` and ``/webmention/count``: what other sites said, for pages to show.

Parameters and answers are those of webmention.io, and so are the addresses below
``/api/``: what shows its mentions shows these once it is told another base URL.
"""

import re
from datetime import datetime

from flask import Blueprint, Response, jsonify, request

from endpoint.domain.dates import parse_date
from endpoint.domain.webmentions.deciding.words import did
from endpoint.domain.webmentions.listing.jf2 import PROPERTIES, to_feed, to_links
from endpoint.domain.webmentions.listing.listed import MAX_LIMIT, ORDERS, Listed, Wanted
from endpoint.errors import InvalidRequest
from endpoint.handlers.context import services
from endpoint.handlers.pages import page

bp = Blueprint("mention_lists", __name__)

_LISTS = ("/webmention/mentions", "/api/mentions", "/api/links")
_COUNTS = ("/webmention/count", "/api/count")
PATHS = frozenset(
    [path + suffix for path in _LISTS for suffix in ("", ".jf2", ".json", ".html")]
    + [path + suffix for path in _COUNTS for suffix in ("", ".json")]
)
"""Where the lists are; pages of any origin may read them (CORS)."""

_KINDS = {name: kind for kind, name in PROPERTIES.items()}
_WAYS = {"": False, "down": False, "desc": False, "up": True, "asc": True}
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
_DECODED_PLUS = re.compile(r" (?=\d\d:?\d\d$)", re.ASCII)


def show(form: str = "") -> Response:
    """Answer with the mentions of the targets, or of all pages where none is named."""
    form = form or _preferred_form()
    targets = _targets()
    listed = services().mention_listing.find(targets, request.args.get("domain", ""), _wanted())
    match form:
        case "html":
            response = _show_page(listed, targets or [])
        case "json":
            response = _answer(to_links(listed))
        case _:
            response = _answer(to_feed(listed))
    response.headers["Vary"] = "Accept"
    return response


def count() -> Response:
    """Answer with how many mentions the targets have, in all and of each kind."""
    counts = services().mention_listing.count(_targets(), request.args.get("domain", ""))
    return _answer({"count": sum(counts.values()), "type": counts})


for _path in _LISTS:
    bp.add_url_rule(_path, view_func=show)
    bp.add_url_rule(f"{_path}.<any(jf2, json, html):form>", view_func=show)
for _path in _COUNTS:
    bp.add_url_rule(_path, view_func=count)
    bp.add_url_rule(f"{_path}.json", view_func=count)


def _preferred_form() -> str:
    if request.path.startswith("/api/"):
        return "json"
    best = request.accept_mimetypes.best_match(("application/json", "text/html"))
    return "html" if best == "text/html" else "jf2"


def _show_page(listed: list[Listed], targets: list[str]) -> Response:
    return page("mention-list.html", listed=listed, targets=targets, properties=PROPERTIES, did=did)


def _answer(content: dict[str, object]) -> Response:
    response = jsonify(content)
    # Whoever keeps it has to ask, so that what the owner rejects is gone at once.
    response.headers["Cache-Control"] = "no-cache"
    response.add_etag()
    response.make_conditional(request)
    return response


def _targets() -> list[str] | None:
    """Return the targets that are asked for, or None; raise InvalidRequest if all are blank."""
    given = _list("target")
    targets = [target for target in given if target.strip()]
    if given and not targets:
        raise InvalidRequest("target must be the URL of a page; leave it out for all pages")
    return targets or None


def _wanted() -> Wanted:
    order = request.args.get("sort-by", "created")
    way = request.args.get("sort-dir", "")
    if order not in ORDERS:
        raise InvalidRequest(f"sort-by must be one of {', '.join(ORDERS)}")
    if way not in _WAYS:
        raise InvalidRequest("sort-dir must be up or down")
    limit = min(_number("per-page", "perPage", default=20), MAX_LIMIT)
    properties = _list("wm-property")
    return Wanted(
        kinds=frozenset(_KINDS.get(name, "") for name in properties) if properties else None,
        since=_since(),
        since_id=_number("since_id", default=0),
        order=order,
        up=_WAYS[way],
        limit=limit,
        offset=limit * _number("page", default=0),
    )


def _list(name: str) -> list[str]:
    """Return the values of a parameter that may be repeated, as ``name`` or ``name[]``."""
    return [*request.args.getlist(name), *request.args.getlist(f"{name}[]")]


def _number(*names: str, default: int) -> int:
    for name in names:
        value = request.args.get(name, "")
        if value and not _NUMBER.fullmatch(value):
            raise InvalidRequest(f"{name} must be a whole number, 0 or more")
        if value:
            return int(value)
    return default


def _since() -> datetime | None:
    value = request.args.get("since", "").strip()
    if not value:
        return None
    try:
        # The plus of an offset is a blank once it is decoded, where nobody encoded it.
        return parse_date(_DECODED_PLUS.sub("+", value))
    except ValueError as error:
        raise InvalidRequest("since must be a time such as 2026-11-22T08:30:00Z") from error
