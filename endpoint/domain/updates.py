"""An update's changes, applied to the properties of a post."""

import json
from typing import Any

from endpoint.domain.micropub.actions import Update
from endpoint.domain.micropub.properties import check_single
from endpoint.domain.posts import Properties

_TEXT_MEMBERS = ("html", "markdown", "text", "value")


def apply_update(properties: Properties, update: Update) -> Properties:
    """Return ``properties`` as ``update`` leaves them.

    Both map an mf2 property name to its list of values. Replace runs first,
    then add, then delete, each over every property it names, and a property
    whose last value goes disappears with it. What is to be added and there
    already is not added twice; what is to be deleted and not there is no error.
    The argument is left as it was, so the caller can compare the two. Raise
    InvalidRequest if an addition leaves two contents, dates or the like.

    Micropub §3.4.1 to §3.4.3.
    """
    updated = {name: list(values) for name, values in properties.items()}
    for name, values in update.replace.items():
        updated[name] = list(values)
    for name, values in update.add.items():
        updated[name] = _joined(updated.get(name, []), values)
    for name, values in update.delete.items():
        updated[name] = _without(updated.get(name, []), values)
    kept = {name: values for name, values in updated.items() if values and name not in update.drop}
    check_single({name: kept[name] for name in update.add if name in kept})
    return kept


def _joined(values: list[Any], more: list[Any]) -> list[Any]:
    joined = list(values)
    known = {_exact(value) for value in values}
    for value in more:
        if _exact(value) not in known:
            joined.append(value)
            known.add(_exact(value))
    return joined


def _exact(value: Any) -> str:
    # Unlike ==, JSON tells 1 from true.
    return json.dumps(value, sort_keys=True)


def _without(values: list[Any], gone: list[Any]) -> list[Any]:
    keys = {_key(value) for value in gone}
    return [value for value in values if _key(value) not in keys]


def _key(value: Any) -> str:
    """Return the text of ``value``: a photo goes by its URL, HTML by its source, 4 by ``4``."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        texts = (value[name] for name in _TEXT_MEMBERS if isinstance(value.get(name), str))
        return next(texts, _exact(value))
    return _exact(value)
