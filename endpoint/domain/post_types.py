"""Post Type Discovery: what kind of post a set of properties makes."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from endpoint.domain.markup import to_text
from endpoint.domain.posts import Properties

_TYPES = {"h-event": "event", "h-card": "card", "h-cite": "cite", "h-review": "review"}

_ANSWERS = frozenset(("yes", "no", "maybe", "interested", "remote"))


def discover(type_: str, properties: Properties) -> str:
    """Return the kind of the post: ``note``, ``reply``, ``photo`` and so on.

    ``type_`` is its mf2 type. What is answered or shown decides first, and only
    if it has a value that fits: a URL for ``like-of`` or ``photo``. A post with
    a name of its own is an ``article``, any other a ``note``.

    https://indieweb.org/post-type-discovery, with the kinds it leaves to come.
    """
    if type_ in _TYPES:
        return _TYPES[type_]
    for kind, (fits, names) in _KINDS.items():
        if any(fits(value) for name in names for value in properties.get(name, [])):
            return kind
    return "article" if _is_named(properties) else "note"


def _is_named(properties: Properties) -> bool:
    """Return whether the name says something that the content does not begin with."""
    name = _first_text(properties.get("name", []))
    if not name:
        return False
    content = _first_text(properties.get("content", [])) or _first_text(
        properties.get("summary", [])
    )
    return bool(content) and not content.startswith(name)


def _first_text(values: list[Any]) -> str:
    """Return the first value with text in it, blanks collapsed."""
    return next(filter(None, map(_to_text, values)), "")


def _to_text(value: Any) -> str:
    match value:
        case str():
            text = value
        case {"value": str(text)} | {"markdown": str(text)}:
            pass
        case {"html": str(html)}:
            text = to_text(html)
        case _:
            return ""
    return " ".join(text.split())


def _is_url(value: Any) -> bool:
    """Return whether ``value`` is a URL, or an object that names one."""
    match value:
        case str():
            return _is_absolute(value)
        case {"properties": {"url": list(urls)}}:
            return any(map(_is_url, urls))
        case {"value": str(url)} | {"url": str(url)}:
            return _is_absolute(url)
    return False


def _is_absolute(url: str) -> bool:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _is_media(value: Any) -> bool:
    """Return whether ``value`` says where a file is; on the owner's own pages without a host."""
    match value:
        case str():
            return _is_absolute(value) or value.strip().startswith(("/", "./"))
        case {"value": str(url)} | {"url": str(url)}:
            return _is_media(url)
    return _is_url(value)


def _is_answer(value: Any) -> bool:
    return isinstance(value, str) and value.strip().lower() in _ANSWERS


def _is_something(value: Any) -> bool:
    return bool(value.strip() if isinstance(value, str) else value)


_KINDS: Mapping[str, tuple[Callable[[Any], bool], tuple[str, ...]]] = {
    "review": (_is_something, ("item", "rating")),
    "rsvp": (_is_answer, ("rsvp",)),
    "repost": (_is_url, ("repost-of",)),
    "like": (_is_url, ("like-of",)),
    "reply": (_is_url, ("in-reply-to",)),
    "bookmark": (_is_url, ("bookmark-of",)),
    "checkin": (_is_something, ("checkin",)),
    "read": (_is_something, ("read-of",)),
    "listen": (_is_something, ("listen-of",)),
    "watch": (_is_something, ("watch-of",)),
    "eat": (_is_something, ("ate",)),
    "drink": (_is_something, ("drank",)),
    "video": (_is_media, ("video",)),
    "audio": (_is_media, ("audio",)),
    "photo": (_is_media, ("photo",)),
}
"""For each kind, in order: which values count, and the properties that make it."""
