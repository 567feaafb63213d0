"""What a value of the configuration must be like, beyond its type."""

import os
import re
import shlex
from pathlib import Path
from string import Formatter
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

_MESSAGE_FIELDS = frozenset({"action", "kind", "summary", "permalink"})
_MAX_PORT = 65_535
_NOT_IN_URLS = re.compile(r"[\x00-\x20\x7f\\]")
_PLACE_FIELDS = frozenset({"year", "month", "day", "hour", "minute", "second", "slug", "type"})


def _read_secret(value: Any, info: ValidationInfo) -> Any:
    """Return the value itself, or what ``{env = NAME}`` or ``{file = PATH}`` points to."""
    match value:
        case {"env": str(name)} if len(value) == 1:
            if name not in os.environ:
                raise ValueError(f"the environment has no variable {name}")
            return os.environ[name]
        case {"file": str(name)} if len(value) == 1:
            path = absolute(Path(name), info)
            try:
                return path.read_text(encoding="utf-8").strip()
            except OSError as error:
                raise ValueError(f"{path} cannot be read: {error.strerror}") from error
    return value


def absolute(path: Path, info: ValidationInfo) -> Path:
    """Return ``path`` taken from the configuration file's own folder."""
    folder: Path = (info.context or {}).get("folder", Path.cwd())
    try:
        return (folder / path.expanduser()).absolute()
    except RuntimeError as error:
        raise ValueError("names the home of a user who does not exist") from error


def _check_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except Exception as error:
        raise ValueError("no such time zone; write it like Europe/Berlin") from error
    return value


def _check_url(value: str) -> str:
    if _NOT_IN_URLS.search(value):
        raise ValueError("must hold no blank, no control character and no backslash")
    parts = urlsplit(value)
    # Reading the port raises ValueError where it is none.
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("must be an absolute http or https URL, like https://site.example/")
    if parts.query or parts.fragment or parts.username:
        raise ValueError("must have no query, no fragment and no user name")
    return value if parts.path else value + "/"


def _check_fields(value: str, known: frozenset[str]) -> str:
    try:
        used = {name for _, name, _, _ in Formatter().parse(value) if name is not None}
    except ValueError as error:
        raise ValueError(f"its braces do not match: {error}") from error
    if unknown := sorted(used - known):
        allowed = " ".join(f"{{{name}}}" for name in sorted(known))
        raise ValueError(f"{{{unknown[0]}}} is no field; there are {allowed}")
    return value


def _check_message(value: str) -> str:
    return _check_fields(value, _MESSAGE_FIELDS)


def _check_pattern(value: str) -> str:
    if value.startswith("/") or ".." in value.split("/"):
        raise ValueError("must be relative and stay inside the site")
    if "{slug}" not in value:
        raise ValueError("must hold {slug}, or two posts would share a place")
    return _check_fields(value, _PLACE_FIELDS)


def _check_folder(value: str) -> str:
    if value.startswith("/") or {"", ".", ".."}.intersection(value.split("/")) - {value}:
        raise ValueError("must be relative, without empty and dotted parts")
    return value


def _check_prefix(value: str) -> str:
    folder = _check_folder(value.removesuffix("/"))
    return folder and f"{folder}/"


def _check_url_or_nothing(value: str) -> str:
    return value and _check_url(value)


def _check_words(value: str) -> str:
    try:
        shlex.split(value)
    except ValueError as error:
        raise ValueError(f"cannot be read as a command: {error}") from error
    return value


def _check_ports(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        first, _, last = value.partition("-")
        if not all(end.isascii() and end.isdigit() for end in (first, last or first)):
            raise ValueError(f"{value} is no port; write 443 or 8080-8443")
        if not 0 < int(first) <= int(last or first) <= _MAX_PORT:
            raise ValueError(f"{value} is no range of ports between 1 and {_MAX_PORT}")
    return values


Url = Annotated[str, AfterValidator(_check_url)]
Secret = Annotated[str, BeforeValidator(_read_secret)]
FilePath = Annotated[Path, AfterValidator(absolute)]
Folder = Annotated[str, AfterValidator(_check_folder)]
Prefix = Annotated[str, AfterValidator(_check_prefix)]
Pattern = Annotated[str, AfterValidator(_check_pattern)]
UrlOrNothing = Annotated[str, AfterValidator(_check_url_or_nothing)]
Command = Annotated[str, AfterValidator(_check_words)]
Zone = Annotated[str, AfterValidator(_check_zone)]
Message = Annotated[str, AfterValidator(_check_message)]
Ports = Annotated[tuple[str, ...], AfterValidator(_check_ports)]
