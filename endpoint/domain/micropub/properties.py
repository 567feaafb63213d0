"""What the values of the properties we know may be."""

from collections.abc import Callable, Mapping
from typing import Any

from endpoint.domain.dates import parse_date
from endpoint.domain.micropub.values import is_blank, shown, tidy
from endpoint.domain.posts import Properties
from endpoint.errors import InvalidRequest

SINGLE = frozenset({"content", "published", "updated", "post-status", "visibility", "rsvp"})
"""Properties of which a post has one value at most."""

_CHOICES = {
    "post-status": ("published", "draft"),
    "visibility": ("public", "unlisted"),
    "rsvp": ("yes", "no", "maybe", "interested"),
}
_TEXTS = ("html", "markdown", "text", "value")


def read_properties(values: Mapping[str, list[Any]]) -> Properties:
    """Return ``values`` checked and in one form, without the blank ones; a list may end up empty.

    Content becomes text, ``{"html": …}`` or ``{"markdown": …}``, and mf2 objects
    get lists where lists belong. Raise InvalidRequest if a property we know
    cannot have this value, or not as many.
    """
    return {name: _read(name, given) for name, given in values.items()}


def check_single(properties: Properties) -> None:
    """Raise InvalidRequest if a property has more values than it can have."""
    for name in sorted(SINGLE & properties.keys()):
        if len(properties[name]) > 1:
            raise InvalidRequest(f"{name} can have one value only; replace it instead.")


def _read(name: str, given: list[Any]) -> list[Any]:
    reader = _READERS.get(name, _read_any)
    values = [reader(name, value) for value in given if name == "content" or not is_blank(value)]
    return [value for value in values if not is_blank(value)]


def _read_any(name: str, value: Any) -> Any:
    if isinstance(value, list):
        raise InvalidRequest(f"{shown(name)} has a list among its values.")
    return tidy(value)


def _read_content(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return value
    texts = {key: value[key] for key in _TEXTS if key in value} if isinstance(value, dict) else {}
    if not texts or not all(isinstance(text, str) for text in texts.values()):
        raise InvalidRequest(f"{name} is neither text nor an object with html, markdown or text.")
    key = next((key for key in texts if not is_blank(texts[key])), "text")
    return {key: texts[key]} if key in ("html", "markdown") else texts.get(key, "")


def _read_choice(name: str, value: Any) -> str:
    if name == "visibility" and value == "private":
        raise InvalidRequest(
            "visibility cannot be private: a static site cannot hide a page,"
            " and its repository may be public."
        )
    choice = value.lower() if name == "rsvp" and isinstance(value, str) else value
    if choice not in _CHOICES[name]:
        raise InvalidRequest(f"{name} is none of {', '.join(_CHOICES[name])}.")
    return str(choice)


def _read_date(name: str, value: Any) -> str:
    try:
        parse_date(value)
    except (AttributeError, TypeError, ValueError) as error:
        raise InvalidRequest(f"{name} is not a date such as 2026-11-22T08:00:00+01:00.") from error
    return str(value)


def _read_media(name: str, value: Any) -> Any:
    media = tidy(value)
    url, alt = (
        (media.get("value"), media.get("alt", "")) if isinstance(media, dict) else (media, "")
    )
    if not (isinstance(url, str) and isinstance(alt, str)):
        raise InvalidRequest(f"{name} is neither a URL nor an object with value and alt.")
    return "" if is_blank(url) else media


_READERS: dict[str, Callable[[str, Any], Any]] = {
    "content": _read_content,
    "published": _read_date,
    "updated": _read_date,
    "photo": _read_media,
    "video": _read_media,
    "audio": _read_media,
    **dict.fromkeys(_CHOICES, _read_choice),
}
