"""The ``mp-*`` commands among the properties of a request, and their older names."""

from typing import Any

from endpoint.domain.micropub.actions import Commands
from endpoint.domain.micropub.values import is_blank
from endpoint.domain.posts import Properties
from endpoint.domain.slugs import check_slug
from endpoint.errors import InvalidRequest

_OLD_NAMES = ("slug", "syndicate-to")
_ALTS = {"photo": "photo-alt", "video": "video-alt"}
_TEXTS = {"slug", "syndicate-to", "channel", "destination", *_ALTS.values()}
_MAX_UID_LENGTH = 500
_MARKUPS = {"text/markdown": "markdown", "text/html": "html"}


def split_commands(values: Properties) -> tuple[Properties, Commands]:
    """Return the properties among ``values``, and the commands without their ``mp-``.

    Alt texts go to the photos and videos they belong to, by position, and Quill's
    ``p3k-content-type`` to the content. Raise InvalidRequest if a command we
    know is not text. Micropub §3.2.
    """
    properties = {name: list(given) for name, given in values.items() if not is_command(name)}
    commands: Commands = {}
    for name in sorted(filter(is_command, values)):  # mp-slug comes before slug
        if not name.startswith("p3k-"):
            commands.setdefault(name.removeprefix("mp-"), []).extend(values[name])
    for name in commands.keys() & _TEXTS:
        commands[name] = [_read_text(name, value) for value in commands[name]]
    for slug in commands.get("slug", []):
        check_slug(slug)
    _pair_alts(properties, commands)
    _mark_content(properties, values.get("p3k-content-type", []))
    return properties, _without_blanks(commands)


def is_command(name: str) -> bool:
    """Return whether ``name`` steers the server and is no property."""
    return name.startswith(("mp-", "p3k-")) or name in _OLD_NAMES


def _read_text(name: str, value: Any) -> str:
    if isinstance(value, str) and name == "syndicate-to" and len(value) > _MAX_UID_LENGTH:
        raise InvalidRequest(f"mp-{name} is longer than {_MAX_UID_LENGTH} characters.")
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise InvalidRequest(f"mp-{name} is neither text nor a list of texts.")


def _pair_alts(properties: Properties, commands: Commands) -> None:
    for name, command in _ALTS.items():
        media, alts = properties.get(name, []), commands.get(command, [])
        if media and alts:
            texts = alts[: len(media)] + [""] * (len(media) - len(alts))
            properties[name] = [_with_alt(*pair) for pair in zip(media, texts, strict=True)]
            commands[command] = alts[len(media) :]


def _with_alt(value: Any, alt: str) -> Any:
    if is_blank(alt) or is_blank(value):
        return value
    if isinstance(value, dict):
        return {"alt": alt} | value
    return {"value": value, "alt": alt}


def _mark_content(properties: Properties, content_types: list[Any]) -> None:
    for content_type, markup in _MARKUPS.items():
        if content_type in content_types and "content" in properties:
            properties["content"] = [
                {markup: value} if isinstance(value, str) else value
                for value in properties["content"]
            ]


def _without_blanks(commands: Commands) -> Commands:
    told: Commands = {}
    for name, values in commands.items():
        said = [value for value in values if not is_blank(value)]
        if said or name == "syndicate-to":  # an empty list of targets asks for no copies
            told[name] = values if name in _ALTS.values() else said
    return told
