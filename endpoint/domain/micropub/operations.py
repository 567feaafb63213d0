"""How an update's operations are written, replace, add and delete, in JSON and in forms."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from endpoint.domain.micropub.values import as_list, is_blank, shown
from endpoint.domain.posts import Properties
from endpoint.errors import InvalidRequest

OPERATIONS = ("replace", "add", "delete")


@dataclass(frozen=True)
class Operations:
    """Names with their values as they came; ``drop`` names properties to delete whole."""

    replace: Properties = field(default_factory=dict)
    add: Properties = field(default_factory=dict)
    delete: Properties = field(default_factory=dict)
    drop: tuple[str, ...] = ()


def json_operations(body: Mapping[str, Any]) -> Operations:
    """Return the operations of a JSON update (Micropub §3.4).

    Raise InvalidRequest unless they are objects of arrays, or for delete an
    array of names. PHP's empty array stands for an empty object.
    """
    replace, add = _arrays(body, "replace"), _arrays(body, "add")
    names = body.get("delete")
    if isinstance(names, list) and all(isinstance(name, str) for name in names):
        return Operations(replace, add, {}, tuple(names))
    return Operations(replace, add, _arrays(body, "delete"))


def form_operations(body: Mapping[str, Any]) -> Operations:
    """Return the operations of a form (the early Micropub draft, with brackets).

    ``replace[content]=``, ``add[category][]=`` and ``delete[category][]=`` name
    values, ``delete[]=category`` a property. Raise InvalidRequest if ``replace``
    or ``add`` do not name what they change.
    """
    gone = body.get("delete", [])
    drop = tuple(name for name in gone if isinstance(name, str) and not is_blank(name))
    return Operations(
        _members("replace", body.get("replace", [])),
        _members("add", body.get("add", [])),
        _members("delete", [value for value in gone if not isinstance(value, str)]),
        drop,
    )


def merge(*many: Operations) -> Operations:
    """Return all of ``many`` as one."""
    return Operations(
        merge_values(*(one.replace for one in many)),
        merge_values(*(one.add for one in many)),
        merge_values(*(one.delete for one in many)),
        tuple(name for one in many for name in one.drop),
    )


def merge_values(*many: Properties) -> Properties:
    """Return each name in ``many`` with all its values, in order."""
    merged: Properties = {}
    for values in many:
        for name, given in values.items():
            merged.setdefault(name, []).extend(given)
    return merged


def _arrays(body: Mapping[str, Any], operation: str) -> Properties:
    values = body.get(operation, {})
    if values == []:
        return {}
    if not isinstance(values, dict):
        raise InvalidRequest(f"{operation} is not an object of arrays.")
    for name, given in values.items():
        if not isinstance(given, list) or None in given:
            raise InvalidRequest(f"{operation} has no array of values for {shown(name)}.")
    return values


def _members(operation: str, values: list[Any]) -> Properties:
    named: list[Properties] = []
    for value in values:
        if isinstance(value, dict):
            named.append({name: as_list(given) for name, given in value.items()})
        elif not is_blank(value):
            raise InvalidRequest(f"{operation} does not say which property, as {operation}[name].")
    return merge_values(*named)
