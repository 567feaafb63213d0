"""What an update asks of a post, by operations or in the shape of the early Micropub draft.

The draft had no operations: an update was the post's URL and the values that
change, of which syndication and categories were added and all others replaced.
"""

from endpoint.domain.micropub.actions import Commands, Update
from endpoint.domain.micropub.commands import is_command, split_commands
from endpoint.domain.micropub.operations import Operations, merge, merge_values
from endpoint.domain.micropub.properties import check_single, read_properties
from endpoint.domain.micropub.values import check_name, is_blank, shown, tidy
from endpoint.domain.posts import Properties
from endpoint.errors import InvalidRequest

_FIXED = {"slug", "mp-slug"}
_RESERVED = {"access_token", "action"}
_DRAFT_ADDED = ("category", "syndication")
_DRAFT_TAGS = {"tags": "replace", "add_tags": "add", "remove_tags": "delete"}


def read_update(url: str, operations: Operations, values: Properties) -> Update:
    """Return what ``operations``, and ``values`` in the draft's shape, ask of the post at ``url``.

    Raise InvalidRequest if that is nothing at all, touches the permalink, or
    leaves a value that no post can have.
    """
    bare, commands = split_commands(values)
    asked = merge(operations, _draft_operations(bare))
    wishes = _with_values(values)
    for name in (*asked.replace, *asked.add, *asked.delete, *asked.drop, *wishes):
        _check_changeable(name)
    replace, replace_commands = _read_changes(asked.replace)
    add, add_commands = _read_changes(asked.add)
    update = Update(
        url,
        replace,
        _with_values(add),
        _with_values(_read_deletions(asked.delete)),
        frozenset(name for name in asked.drop if not is_command(name)),
        merge_values(commands, replace_commands, add_commands),
    )
    if not _is_something(update):
        raise InvalidRequest(
            "The update changes nothing: replace, add or delete has to name a value."
        )
    return update


def changes_properties(update: Update) -> bool:
    """Return whether ``update`` asks for more than what its commands do."""
    return bool(update.replace or update.add or update.delete or update.drop)


def _is_something(update: Update) -> bool:
    wishes = update.commands.get("syndicate-to") or update.commands.get("channel")
    return changes_properties(update) or bool(wishes)


def _draft_operations(values: Properties) -> Operations:
    asked: dict[str, Properties] = {"replace": {}, "add": {}, "delete": {}}
    # A field left blank is one that does not change.
    for name, given in _with_values(read_properties(values)).items():
        operation = _DRAFT_TAGS.get(name, "add" if name in _DRAFT_ADDED else "replace")
        known_name = "category" if name in _DRAFT_TAGS else name
        asked[operation].setdefault(known_name, []).extend(given)
    return Operations(asked["replace"], asked["add"], asked["delete"])


def _check_changeable(name: str) -> None:
    check_name(name)
    if name in _FIXED:
        raise InvalidRequest(f"{name} cannot be updated: a permalink is settled at creation.")
    if name in _RESERVED:
        raise InvalidRequest(f"{shown(name)} is reserved and cannot be updated.")


def _read_changes(values: Properties) -> tuple[Properties, Commands]:
    raw, commands = split_commands(values)
    properties = read_properties(raw)
    check_single(properties)
    return properties, commands


def _read_deletions(values: Properties) -> Properties:
    # Any value may be named here: what is not there is no error.
    return {name: tidy(given) for name, given in values.items() if not is_command(name)}


def _with_values(properties: Properties) -> Properties:
    said = {name: [v for v in given if not is_blank(v)] for name, given in properties.items()}
    return {name: given for name, given in said.items() if given}
