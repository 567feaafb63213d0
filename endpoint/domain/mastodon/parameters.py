"""Parameters as Mastodon's apps write them, and what they may mean."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from endpoint.domain.micropub.values import shown
from endpoint.errors import InvalidRequest

_KEYS = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\]){1,4})")
_FALSE = frozenset({"", "0", "f", "false", "off", "no"})
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True)
class Values:
    """The members of a JSON object, or of a form made into one by ``nest``.

    Each method takes a name. A value of the wrong kind raises InvalidRequest
    with that name in it; null is the same as nothing.
    """

    values: Mapping[str, Any]

    def has(self, name: str) -> bool:
        """Return whether it was sent, and not as null."""
        return self.values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """Return a text; a number becomes one."""
        return default if not self.has(name) else _to_text(name, self.values[name])

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; of a single value a list with it."""
        value = self.values.get(name)
        values = value if isinstance(value, list) else [value]
        return [_to_text(name, one) for one in values if one is not None]

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return whether it is true; ``0``, ``false``, ``f``, ``off`` and nothing are not."""
        if not self.has(name):
            return default
        return _to_text(name, self.values[name]).strip().lower() not in _FALSE

    def number(self, name: str) -> int | None:
        """Return an integer; None where nothing was sent, or an empty text."""
        text = self.text(name).strip()
        if not text:
            return None
        if not _INTEGER.fullmatch(text):
            raise InvalidRequest(f"{shown(name)} must be an integer")
        return int(text)

    def object(self, name: str) -> "Values":
        """Return the object called ``name``; an empty one where nothing was sent."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, dict):
            raise InvalidRequest(f"{shown(name)} must be an object")
        return Values(value or {})

    def objects(self, name: str) -> list["Values"]:
        """Return a list of objects, of an object with numbers for names its values."""
        value = self.values.get(name)
        if isinstance(value, dict):
            value = list(value.values())
        if value is not None and not isinstance(value, list):
            raise InvalidRequest(f"{shown(name)} must be a list of objects")
        members = [one for one in value or [] if one is not None]
        if not all(isinstance(member, dict) for member in members):
            raise InvalidRequest(f"{shown(name)} must be a list of objects")
        return [Values(member) for member in members]


def nest(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the object that a form's names stand for, of several values the last.

    ``ids[]`` gathers a list, ``a[b]`` an object, and ``a[][b]`` a list of
    objects, with a new one begun where a name comes again. Raise
    InvalidRequest if one name stands for two kinds of things.
    """
    found: dict[str, Any] = {}
    for name, value in pairs:
        keys = _KEYS.fullmatch(name)
        if keys is None:
            found[name] = value
        else:
            _put(found, [keys[1], *re.findall(r"\[([^\[\]]*)\]", keys[2])], value)
    return found


def _put(target: dict[str, Any], path: list[str], value: str) -> None:
    name, *rest = path
    if not rest:
        target[name] = value
    elif rest[0]:
        _put(_member(target, name, {}), rest, value)
    elif len(rest) == 1:
        _member(target, name, []).append(value)
    else:
        _put(_last_object(_member(target, name, []), rest[1:]), rest[1:], value)


def _member(target: dict[str, Any], name: str, empty: Any) -> Any:
    member = target.setdefault(name, empty)
    if type(member) is not type(empty):
        raise InvalidRequest(f"{shown(name)} is sent in two forms; send it in one")
    return member


def _last_object(objects: list[Any], path: list[str]) -> dict[str, Any]:
    last = objects[-1] if objects else None
    is_single = len(path) == 1
    if not isinstance(last, dict) or (is_single and path[0] in last):
        objects.append({})
    found: dict[str, Any] = objects[-1]
    return found


def _to_text(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise InvalidRequest(f"{shown(name)} must be a text")
