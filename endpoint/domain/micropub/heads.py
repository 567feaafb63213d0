"""The head of a Micropub request: which action, on which URL, for which type of post."""

import re
from collections.abc import Mapping
from typing import Any

from endpoint.domain.micropub.operations import OPERATIONS
from endpoint.domain.micropub.values import as_list, shown
from endpoint.errors import InvalidRequest

ACTION_NAMES = ("action", "operation", "mp-action")
"""``action`` and what the early draft called it."""

URL_NAMES = ("url", "edit-of", "delete-of", "undelete-of")
"""``url`` and the early draft's names for it, which say the action as well."""

_ACTIONS = ("create", "update", "delete", "undelete")
_ACTION_OF = {"edit-of": "update", "delete-of": "delete", "undelete-of": "undelete"}
_TYPE = re.compile(r"h(-[a-z0-9]+)+")
_MAX_TYPE_LENGTH = 50

Head = Mapping[str, Any]


def read_action(head: Head) -> str:
    """Return the name of the action that ``head`` asks for.

    Without any it is a create, or in the early draft's shape an update, if there
    is a URL, or an operation, and no type. Raise InvalidRequest if it is unknown.
    """
    asked = {_read_text(head, name) for name in ACTION_NAMES if name in head}
    asked |= {action for name, action in _ACTION_OF.items() if name in head}
    if len(asked) > 1:
        raise InvalidRequest("action is given twice, and not the same.")
    for action in asked:
        if action not in _ACTIONS:
            raise InvalidRequest(f"action is none of {', '.join(_ACTIONS)}.")
        return action
    is_update = "type" not in head and any(name in head for name in ("url", *OPERATIONS))
    return "update" if is_update else "create"


def read_url(head: Head) -> str:
    """Return the URL that ``head`` is about. Raise InvalidRequest if there is not just one."""
    urls = {_read_text(head, name).strip() for name in URL_NAMES if name in head}
    if len(urls) != 1:
        raise InvalidRequest("url is given twice, and not the same." if urls else "url is missing.")
    return urls.pop()


def read_type(head: Head) -> str:
    """Return the mf2 type in ``head``, ``h-entry`` if none is said (Micropub §3.3).

    Raise InvalidRequest if it is no name of an mf2 type, or more than one.
    """
    types = as_list(head.get("type", []))
    if types in ([], [""]):
        return "h-entry"
    name = types[0].strip().lower() if len(types) == 1 and isinstance(types[0], str) else ""
    prefixed = name if name.startswith("h-") else f"h-{name}"
    if len(prefixed) > _MAX_TYPE_LENGTH or not _TYPE.fullmatch(prefixed):
        raise InvalidRequest("type (h in a form) is not the name of one type, such as h-entry.")
    return prefixed


def _read_text(head: Head, name: str) -> str:
    value = head[name]
    if not isinstance(value, str):
        raise InvalidRequest(f"{shown(name)} is not one text.")
    if not value.strip():
        raise InvalidRequest(f"{shown(name)} is empty.")
    return value
