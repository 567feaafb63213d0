"""What the buttons and links of the owner's pages send."""

from flask import request

from endpoint.errors import InvalidRequest
from endpoint.handlers.bodies import read_form

_MOST_PAGES = 10_000


def field(name: str) -> str:
    """Return the one value of a form's field; raise InvalidRequest if there is another number."""
    match read_form().fields.get(name):
        case [value] if value.strip():
            return value
    raise InvalidRequest(f"{name} must have one value; use the buttons of the page")


def page_number() -> int:
    """Return which page of a list is asked for, the first if none is; raise InvalidRequest."""
    text = request.args.get("page", "1")
    if text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= _MOST_PAGES:
        return int(text[:9])
    raise InvalidRequest("page must be a number; use the links of the page")
