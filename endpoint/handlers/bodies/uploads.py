"""File parts, kept on disk until their request has ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from flask import Flask, current_app, g

from endpoint.domain.micropub.values import shown
from endpoint.errors import InvalidRequest, TooLarge
from endpoint.handlers.bodies.multipart import Part
from endpoint.stores.media.incoming import new_incoming, open_incoming, remove_incoming

_EXTENSION = "endpoint.uploads"


@dataclass(frozen=True)
class Upload:
    """A file part: the parameter it came as, the client's name for it, its bytes at ``path``.

    The file is there until the request ends. ``filename`` is as it was sent: a
    hint, which may be empty or hostile. ``place`` is how many texts of the same
    parameter came before it.
    """

    parameter: str
    filename: str
    path: Path
    size: int
    place: int = 0


@dataclass(frozen=True)
class UploadRules:
    """The folder for files on their way in, and how much a request may bring."""

    folder: Path
    max_file_bytes: int
    max_files: int
    max_request_bytes: int


def register(app: Flask, rules: UploadRules) -> None:
    """Let ``app`` take files by ``rules``, and remove a request's files when it ends."""
    app.extensions[_EXTENSION] = rules
    app.teardown_request(_remove)


def rules() -> UploadRules:
    """Return the rules of the running application."""
    found: UploadRules = current_app.extensions[_EXTENSION]
    return found


def keep(part: Part, place: int) -> Upload | None:
    """Return ``part`` as a file on disk; None for a file input that was left empty.

    ``place`` texts of its parameter came before it. Raise TooLarge or
    InvalidRequest beyond the rules, InsufficientStorage or Unavailable if the
    disk refuses.
    """
    first = next(filter(None, part.pieces), b"")
    if not part.filename and not first:
        return None
    path = _new_file()
    size = _write(path, chain([first], part.pieces), part.name)
    return Upload(part.name, part.filename or "", path, size, place)


def _new_file() -> Path:
    paths: list[Path] = g.setdefault("incoming", [])
    if len(paths) >= rules().max_files:
        raise InvalidRequest(
            f"There are too many files; this server takes at most {rules().max_files} in a request"
            " (media.max_files)"
        )
    paths.append(new_incoming(rules().folder))
    return paths[-1]


def _write(path: Path, pieces: Iterable[bytes], name: str) -> int:
    most, size = rules().max_file_bytes, 0
    with open_incoming(path) as file:
        for piece in pieces:
            size += len(piece)
            if size > most:
                raise TooLarge(
                    f"The file {shown(name)} is too large; this server takes at most {most} bytes"
                    " (media.max_bytes)"
                )
            file.write(piece)
    return size


def _remove(_error: BaseException | None) -> None:
    for path in g.pop("incoming", ()):
        remove_incoming(path)
