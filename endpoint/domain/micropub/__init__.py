"""Micropub requests: the action that a form or a JSON body asks for."""

from collections.abc import Callable, Mapping
from typing import Any

from endpoint.domain.micropub.actions import (
    Action,
    Commands,
    Create,
    Delete,
    Syndicate,
    Undelete,
    Update,
)
from endpoint.domain.micropub.commands import is_command, split_commands
from endpoint.domain.micropub.edits import changes_properties, read_update
from endpoint.domain.micropub.forms import parse_fields, separate_commas
from endpoint.domain.micropub.heads import (
    ACTION_NAMES,
    URL_NAMES,
    Head,
    read_action,
    read_type,
    read_url,
)
from endpoint.domain.micropub.json_objects import load_object
from endpoint.domain.micropub.operations import (
    OPERATIONS,
    Operations,
    form_operations,
    json_operations,
    merge_values,
)
from endpoint.domain.micropub.properties import check_single, read_properties
from endpoint.domain.micropub.values import as_list, check_value
from endpoint.domain.posts import Properties
from endpoint.errors import InvalidRequest

__all__ = [
    "Action",
    "Commands",
    "Create",
    "Delete",
    "Syndicate",
    "Undelete",
    "Update",
    "parse_form",
    "parse_json",
]

_NEVER_STORED = ("access_token", "q")
_SAYING_UPDATE = (*ACTION_NAMES, "edit-of", *OPERATIONS)
_SETTINGS = {"published", "updated", "post-status", "visibility"}


def parse_form(fields: Mapping[str, list[str]], *, split_commas: bool = True) -> Action:
    """Return the action of a form: its names, brackets and all, with their values.

    ``split_commas`` takes apart the comma-separated categories of the early
    draft. Raise InvalidRequest, naming the parameter, if it asks for nothing
    that can be done. Micropub §3.3.1, §3.5.
    """
    values = parse_fields(separate_commas(fields) if split_commas else fields)
    check_value(values)
    names = [name for name in (*ACTION_NAMES, *URL_NAMES) if name in values]
    head: dict[str, Any] = {name: _alone(values.pop(name)) for name in names}
    if "h" in values:
        head["type"] = _alone(values.pop("h"))
    operations = {name: values[name] for name in OPERATIONS if name in values}
    match read_action(head | operations):
        case "update":
            head |= operations
            values = {name: given for name, given in values.items() if name not in OPERATIONS}
        case "create" if "url" in head:
            values["url"] = as_list(head.pop("url"))
    return _act(head, values, form_operations)


def parse_json(body: bytes | str) -> Action:
    """Return the action of a JSON body.

    In a create a value that is no array counts as an array of one, as several
    apps send it; an update is read by the letter. Raise InvalidRequest, naming
    the parameter, if it asks for nothing that can be done. Micropub §3.3.2,
    §3.4, §3.5.
    """
    head = load_object(body)
    check_value(head)
    values = {name: as_list(value) for name, value in _read_members(head).items()}
    commands = {
        name: as_list(value)
        for name, value in head.items()
        if is_command(name) and name not in ACTION_NAMES
    }
    return _act(head, merge_values(values, commands), json_operations)


def _act(head: Head, values: Properties, operations: Callable[[Head], Operations]) -> Action:
    match read_action(head):
        case "create":
            return _create(head, values)
        case "update":
            return _update(head, operations(head), values)
        case "delete":
            return Delete(read_url(head))
        case _:
            return Undelete(read_url(head))


def _create(head: Head, values: Properties) -> Create:
    type_ = read_type(head)
    kept = {name: given for name, given in values.items() if name not in _NEVER_STORED}
    if type_ == "h-entry":
        # The URL of an h-entry is its permalink, which is ours to settle; that of a
        # card, a citation or an event is somewhere else.
        kept.pop("url", None)
    raw, commands = split_commands(kept)
    read = read_properties(raw)
    properties = {name: given for name, given in read.items() if given}
    check_single(properties)
    if not properties.keys() - _SETTINGS:
        raise InvalidRequest("The post is empty: no property has a value.")
    return Create(type_, properties, commands)


def _update(head: Head, operations: Operations, values: Properties) -> Update | Syndicate:
    kept = {name: given for name, given in values.items() if name not in _NEVER_STORED}
    update = read_update(read_url(head), operations, kept)
    if any(name in head for name in _SAYING_UPDATE) or "channel" in update.commands:
        return update
    targets = tuple(update.commands.get("syndicate-to", ()))
    if not changes_properties(update):
        return Syndicate(update.url, targets)
    match update:
        # The draft's own text for these copies; alone it is the new text of the post.
        case Update(replace={"content": [str(text)], **rest}) if targets and not (
            rest or update.add
        ):
            return Syndicate(update.url, targets, text)
    return update


def _read_members(head: Head) -> dict[str, Any]:
    properties = head.get("properties", [])
    if properties and read_action(head) == "update":
        raise InvalidRequest("properties belongs to a create; an update has replace, add, delete.")
    if isinstance(properties, dict):
        return properties
    if properties == []:  # PHP writes an empty object as []
        return {}
    raise InvalidRequest("properties is not an object.")


def _alone(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values
