"""Values a client may send: what JSON can hold and front matter can keep."""

import math
from collections.abc import Sized
from typing import Any

from endpoint.errors import InvalidRequest

MAX_VALUES = 1000
"""How many values a list may have."""

_MAX_NAMES = 200
_MAX_NAME_LENGTH = 100
_MAX_DEPTH = 20
_MAX_SHOWN = 60
_INTEGERS = range(-(2**63), 2**63)

_Path = tuple[str, ...]


def check_value(value: Any, path: _Path = (), depth: int = 0) -> None:
    """Raise InvalidRequest, naming ``path``, if ``value`` cannot be kept as it is.

    Text has no NUL and no half of a surrogate pair, integers fit 64 bits,
    floats are finite, names are printable, and nothing is endless or bottomless.
    """
    if depth > _MAX_DEPTH:
        raise InvalidRequest(f"{_named(path)} is nested too deeply.")
    if isinstance(value, str):
        _check_text(value, path)
    elif isinstance(value, list):
        _check_size(value, MAX_VALUES, path)
        for item in value:
            check_value(item, path, depth + 1)
    elif isinstance(value, dict):
        _check_size(value, _MAX_NAMES, path)
        for name, member in value.items():
            check_name(name)
            check_value(member, (*path, name), depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidRequest(f"{_named(path)} is not a finite number.")
    elif isinstance(value, int) and value not in _INTEGERS:
        raise InvalidRequest(f"{_named(path)} is an integer of more than 64 bits.")


def check_name(name: str) -> None:
    """Raise InvalidRequest if a property cannot be called ``name``."""
    if not name.strip():
        raise InvalidRequest("A property has no name.")
    if len(name) > _MAX_NAME_LENGTH:
        raise InvalidRequest(
            f"The name {shown(name)} is longer than {_MAX_NAME_LENGTH} characters."
        )
    if not name.isprintable() or name != name.strip():
        raise InvalidRequest(f"The name {shown(name)} has blanks around it or control characters.")


def as_list(value: Any) -> list[Any]:
    """Return ``value`` in a list, unless it is one."""
    return value if isinstance(value, list) else [value]


def is_blank(value: Any) -> bool:
    """Return whether ``value`` says nothing: null, blank text, or an empty object."""
    return value is None or value == {} or (isinstance(value, str) and not value.strip())


def tidy(value: Any) -> Any:
    """Return ``value`` without nulls, and each mf2 object in it with lists where lists belong."""
    if isinstance(value, list):
        return [tidy(item) for item in value if item is not None]
    if isinstance(value, dict):
        members = {name: tidy(member) for name, member in value.items() if member is not None}
        return _as_mf2(members) if _is_mf2(members) else members
    return value


def shown(name: str) -> str:
    """Return ``name`` fit for an error description: ASCII, unquoted, at most 60 characters."""
    text = "".join(
        char
        if char.isascii() and char.isprintable() and char not in '"\\'
        else f"U+{ord(char):04X}"
        for char in name[: _MAX_SHOWN + 1]
    )
    return text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 3]}..."


def _is_mf2(members: dict[str, Any]) -> bool:
    types = as_list(members.get("type", []))
    has_type = bool(types) and all(isinstance(one, str) and one.startswith("h-") for one in types)
    # PHP writes an empty object as [].
    return has_type and isinstance(members.get("properties") or {}, dict)


def _as_mf2(members: dict[str, Any]) -> dict[str, Any]:
    mf2 = {**members, "type": as_list(members["type"])}
    if "properties" in members:
        properties = members["properties"] or {}
        mf2["properties"] = {name: as_list(value) for name, value in properties.items()}
    return mf2


def _check_text(text: str, path: _Path) -> None:
    if "\x00" in text:
        raise InvalidRequest(f"{_named(path)} holds a NUL character.")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise InvalidRequest(f"{_named(path)} holds half of a surrogate pair.") from error


def _check_size(value: Sized, limit: int, path: _Path) -> None:
    if len(value) > limit:
        raise InvalidRequest(f"{_named(path)} has more than {limit} values.")


def _named(path: _Path) -> str:
    if not path:
        return "The body"
    name, *keys = path[1:] if path[0] == "properties" and len(path) > 1 else path
    return shown(name + "".join(f"[{key}]" for key in keys))
