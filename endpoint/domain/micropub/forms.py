"""Form fields with brackets in their names, as the lists and objects they stand for."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from endpoint.domain.micropub.values import MAX_VALUES, shown
from endpoint.errors import InvalidRequest

_MAX_FIELDS = 5000
_MAX_NAME_LENGTH = 500
_MAX_BRACKETS = 10
_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_FILE = re.compile(
    r"(?:(?:add|replace)\[(?:photo|video|audio|featured)\]|photo|video|audio|featured)"
    r"(?:\[[0-9]{0,9}\])?(?:\[value\])?"
)
_LISTS = {"category", "syndicate-to"}
_LISTS_OF_UPDATES = {"tags", "add_tags", "remove_tags"}

_Entries = list[tuple[tuple[str, ...], list[str]]]


def parse_fields(fields: Mapping[str, list[str]]) -> dict[str, list[Any]]:
    """Return each name of ``fields`` without its brackets, with the values it stands for.

    ``a=1&a=2``, ``a[]=1&a[]=2`` and ``a[0]=1&a[1]=2`` are lists (Micropub
    §3.1.1), ``a[b]=1`` is ``[{"b": "1"}]``, and the n-th ``a[][b]`` belongs with
    the n-th ``a[][c]``. A member is a list if it has brackets or several values.
    The line ends of a browser, CR LF, become LF. Raise InvalidRequest if a name's
    brackets are malformed or too deep, or if there is too much of anything.
    """
    if len(fields) > _MAX_FIELDS:
        raise InvalidRequest(f"The form has more than {_MAX_FIELDS} names.")
    grouped: dict[str, _Entries] = {}
    for field, values in fields.items():
        name, *keys = _split_name(field)
        if len(values) > MAX_VALUES:
            raise InvalidRequest(f"{shown(field)} has more than {MAX_VALUES} values.")
        lines = [value.replace("\r\n", "\n") for value in values]
        grouped.setdefault(name, []).append((tuple(keys), lines))
    return {name: _values(entries) for name, entries in grouped.items()}


def with_files(
    fields: Mapping[str, list[str]], files: Sequence[tuple[str, str, int]]
) -> dict[str, list[str]]:
    """Return ``fields`` with the ``files`` of the same form, in the order in which all were sent.

    Each is what stands for it, with its parameter and how many texts of this
    parameter came before it; a text left empty beside a file is none. Raise
    InvalidRequest if a file came as a parameter that takes none.
    """
    joined = dict(fields)
    # From the last, so that the places of those before stay true.
    for stand_in, parameter, place in reversed(files):
        if not _FILE.fullmatch(parameter):
            raise InvalidRequest(
                f"{shown(parameter)} must be text; send files as photo, video, audio or featured,"
                " or to the media endpoint"
            )
        values = joined.get(parameter, [])
        joined[parameter] = [*values[:place], stand_in, *values[place:]]
    for _, parameter, _ in files:
        joined[parameter] = [value for value in joined[parameter] if value.strip()]
    return joined


def separate_commas(fields: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return ``fields`` with the comma-separated lists of the early Micropub draft taken apart.

    Only categories, tags and ``syndicate-to`` were written so, and only a name
    without brackets that came exactly once is meant that way.
    """
    apart = dict(fields)
    is_update = "url" in fields or "edit-of" in fields
    for name in _LISTS | _LISTS_OF_UPDATES if is_update else _LISTS:
        values = fields.get(name, [])
        alone = len(values) == 1 and not any(other.startswith(f"{name}[") for other in fields)
        if alone and "," in values[0]:
            apart[name] = [part.strip() for part in values[0].split(",") if part.strip()]
    return apart


def _split_name(field: str) -> list[str]:
    match = _NAME.fullmatch(field) if len(field) <= _MAX_NAME_LENGTH else None
    if match is None:
        raise InvalidRequest(
            f"The parameter name {shown(field)} is empty, too long, or has malformed brackets."
        )
    name, brackets = match.groups()
    keys = brackets[1:-1].split("][") if brackets else []
    if len(keys) > _MAX_BRACKETS:
        raise InvalidRequest(f"The brackets of {shown(field)} are too deep.")
    return [name, *keys]


def _values(entries: _Entries) -> list[Any]:
    values = [value for keys, leaves in entries if keys in ((), ("",)) for value in leaves]
    for item in _items(entries):
        values += _values(item)
    members = _members(entries)
    return [*values, members] if members else values


def _items(entries: _Entries) -> Iterable[_Entries]:
    """Return the entries of each item: those of ``[][key]`` by position, then ``[0]``, ``[1]``."""
    by_position: dict[int, _Entries] = {}
    by_index: dict[int, _Entries] = {}
    for (key, *rest), leaves in ((keys, leaves) for keys, leaves in entries if keys):
        if key == "" and rest:
            for position, leaf in enumerate(leaves):
                by_position.setdefault(position, []).append((tuple(rest), [leaf]))
        elif _is_index(key):
            by_index.setdefault(int(key), []).append((tuple(rest), leaves))
    return [*by_position.values(), *(by_index[index] for index in sorted(by_index))]


def _members(entries: _Entries) -> dict[str, Any]:
    grouped: dict[str, _Entries] = {}
    for keys, leaves in entries:
        if keys and keys[0] and not _is_index(keys[0]):
            grouped.setdefault(keys[0], []).append((keys[1:], leaves))
    return {key: _member(inner) for key, inner in grouped.items()}


def _member(entries: _Entries) -> Any:
    values = _values(entries)
    is_list = any(keys and (keys[0] == "" or _is_index(keys[0])) for keys, _ in entries)
    return values if is_list or len(values) != 1 else values[0]


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 10
