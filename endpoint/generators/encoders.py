"""A property's values as front matter holds them, where that gives them back exactly."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from endpoint.domain.dates import format_date, parse_date

_MAX_KEY_LENGTH = 128


def encode(name: str, values: list[Any]) -> Any:
    """Return the values of the property ``name`` as front matter holds them.

    None if they would not be read back exactly.
    """
    return _ENCODERS.get(name, _encode_list)(values)


def try_date(text: str) -> datetime | None:
    """Return the aware time that ``text`` names, or None."""
    try:
        return parse_date(text, UTC)
    except (ValueError, OverflowError):
        return None


def fits(value: Any) -> bool:
    """Return whether the maps in ``value`` have keys that YAML allows (1,024 characters)."""
    match value:
        case dict():
            return all(len(k) <= _MAX_KEY_LENGTH and fits(v) for k, v in value.items())
        case list():
            return all(map(fits, value))
    return True


def _encode_text(values: list[Any]) -> Any:
    match values:
        case [str(text)] if text:
            return text
    return None


def _encode_tags(values: list[Any]) -> Any:
    return values if all(isinstance(value, str) and value for value in values) else None


def _encode_answer(values: list[Any]) -> Any:
    return _encode_text(values) or (None if _holds_bool(values) else _encode_list(values))


def _holds_bool(values: list[Any]) -> bool:
    return any(isinstance(value, bool) for value in values)


def _encode_date(values: list[Any]) -> Any:
    """Return the native time of an exact RFC 3339 date: its offset has no seconds."""
    match values:
        case [str(text)]:
            moment = try_date(text)
            if moment and format_date(moment) == text and _is_whole(moment):
                return moment
    return None


def _is_whole(moment: datetime) -> bool:
    offset = moment.utcoffset()
    return offset is not None and offset.total_seconds() % 60 == 0


def _encode_photos(values: list[Any]) -> Any:
    return _encode_media(values, lambda url: {"url": url})


def _encode_files(values: list[Any]) -> Any:
    # Hugo's own OpenGraph template takes the items of videos and audio for URLs.
    return _encode_media(values, lambda url: url)


def _encode_media(values: list[Any], write: Callable[[str], Any]) -> Any:
    items = []
    for value in values:
        match value:
            case str(url) if url:
                items.append(write(url))
            case {"value": str(url), "alt": str(alt)} if url and len(value) == 2:
                items.append({"url": url, "alt": alt})
            case _:
                return None
    return items


def _encode_list(values: list[Any]) -> Any:
    return list(values) if fits(values) else None


_ENCODERS: Mapping[str, Callable[[list[Any]], Any]] = {
    "name": _encode_text,
    "summary": _encode_text,
    "visibility": _encode_text,
    "category": _encode_tags,
    "rsvp": _encode_answer,
    "published": _encode_date,
    "updated": _encode_date,
    "photo": _encode_photos,
    "video": _encode_files,
    "audio": _encode_files,
}
