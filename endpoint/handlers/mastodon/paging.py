"""Pages of lists: what an app asks for, and where it finds the next and the previous one."""

import re
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, request

from endpoint.domain.mastodon.parameters import Values
from endpoint.domain.micropub.values import shown
from endpoint.errors import InvalidRequest
from endpoint.handlers.context import services
from endpoint.handlers.mastodon.answers import entity
from endpoint.services.timelines.spans import Slice, Span
from endpoint.stores.numbers.rows import MOST

_ID = re.compile(r"[0-9]{1,19}")
_CURSORS = ("max_id", "since_id", "min_id")


def read_span(parameters: Values, default: int = 20, most: int = 40) -> Span:
    """Return the span that the parameters ask for; a limit above ``most`` means ``most``.

    Raise InvalidRequest for what cannot be an id, or a number.
    """
    max_id, since_id, min_id = (_read_id(parameters, name) for name in _CURSORS)
    return Span(
        limit=read_limit(parameters, default, most),
        max_id=MOST if max_id is None else max_id,
        since_id=since_id or 0,
        min_id=min_id,
    )


def read_limit(parameters: Values, default: int, most: int) -> int:
    """Return how many are asked for, from 1 to ``most``."""
    limit = parameters.number("limit")
    return default if limit is None else min(max(limit, 1), most)


def answer_page(page: Slice[Any]) -> Response:
    """Return a page with its ``Link`` header: the next page first, for apps that read only one."""
    response = entity(list(page.items))
    links = [
        _link(rel, {name: number})
        for rel, name, number in (
            ("next", "max_id", page.next),
            ("prev", "min_id", page.previous),
        )
        if number
    ]
    if links:
        response.headers["Link"] = ", ".join(links)
    return response


def _link(rel: str, cursor: dict[str, str]) -> str:
    asked = [
        (name, value) for name, value in request.args.items(multi=True) if name not in _CURSORS
    ]
    query = urlencode([*asked, *cursor.items()])
    path = quote(request.path, errors="replace")
    return f'<{services().base_url}{path}?{query}>; rel="{rel}"'


def _read_id(parameters: Values, name: str) -> int | None:
    text = parameters.text(name).strip()
    if not text:
        return None
    if not _ID.fullmatch(text):
        raise InvalidRequest(f"{shown(name)} must be an id")
    return min(int(text), MOST)
