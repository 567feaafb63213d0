"""What a request to the media endpoint asks for when it sends no file: to delete one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from endpoint.errors import InvalidRequest, UnsupportedMediaType


@dataclass(frozen=True)
class MediaDelete:
    """Delete the file at ``url``; ``is_forced`` although a post shows it."""

    url: str
    is_forced: bool


def parse_form(fields: Mapping[str, list[str]]) -> MediaDelete | None:
    """Return what a form asks for, None if it has no ``action`` and so must bring a file.

    Raise InvalidRequest if the action is another than delete, or names no URL.
    """
    if "action" not in fields:
        return None
    return _parse({name: values[-1] for name, values in fields.items()})


def parse_json(body: bytes) -> MediaDelete:
    """Return what a JSON body asks for.

    Raise UnsupportedMediaType if it has no ``action``: files do not come as
    JSON (Micropub §3.6.3). Raise InvalidRequest as ``parse_form`` does.
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "action" not in found:
        raise UnsupportedMediaType(
            "Content-Type must be multipart/form-data, with the file as a part called file"
        )
    return _parse(found)


def _parse(members: Mapping[str, Any]) -> MediaDelete:
    if members["action"] != "delete":
        raise InvalidRequest("action must be delete; files are sent without one")
    url = members.get("url")
    if isinstance(url, list) and len(url) == 1:
        url = url[0]
    if not isinstance(url, str) or not url:
        raise InvalidRequest("url must be that of the file to delete")
    return MediaDelete(url, str(members.get("force", "")).lower() in ("1", "true", "yes"))
