"""File parts, kept on disk until their request has ended."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from flask import Flask, current_app, g

from endpoint.domain.micropub.values import shown
from endpoint.errors import InvalidRequest, TooLarge
from endpoint.handlers.bodies.multipart import Part
from endpoint.services.media_intake import Incoming
from endpoint.stores.media.incoming import new_incoming, open_incoming, remove_incoming

_EXTENSION = "endpoint.files"


@dataclass(frozen=True)
class FilePart(Incoming):
    """A file part, on disk until the request ends; ``filename`` is as it was sent.

    ``texts_before`` counts the texts of the same parameter that came before it.
    """

    texts_before: int = 0


@dataclass(frozen=True)
class FileRules:
    """The folder for files on their way in, and how much a request may bring."""

    folder: Path
    max_file_bytes: int
    max_files: int
    max_request_bytes: int


def register_files(app: Flask, rules: FileRules) -> None:
    """Let ``app`` take files by ``rules``, and remove a request's files when it ends."""
    app.extensions[_EXTENSION] = rules
    app.teardown_request(_remove)


def file_rules() -> FileRules:
    """Return the rules of the running application."""
    found: FileRules = current_app.extensions[_EXTENSION]
    return found


def save_file(part: Part, texts_before: int) -> FilePart | None:
    """Return ``part`` as a file on disk; None for a file input that was left empty.

    ``texts_before`` of its parameter came before it. Raise TooLarge or
    InvalidRequest beyond the rules, InsufficientStorage or Unavailable if the
    disk refuses.
    """
    first = next(filter(None, part.pieces), b"")
    if not part.filename and not first:
        return None
    path = _new_file()
    size = _write(path, chain([first], part.pieces), part.name)
    return FilePart(path, part.filename or "", size, part.name, texts_before)


def _new_file() -> Path:
    paths: list[Path] = g.setdefault("incoming", [])
    most = file_rules().max_files
    if len(paths) >= most:
        raise InvalidRequest(
            f"There are too many files; this server takes at most {most} in a request"
            " (media.max_files)"
        )
    paths.append(new_incoming(file_rules().folder))
    return paths[-1]


def _write(path: Path, pieces: Iterable[bytes], name: str) -> int:
    most, size = file_rules().max_file_bytes, 0
    with open_incoming(path) as file:
        for piece in pieces:
            size += len(piece)
            if size > most:
                raise TooLarge(
                    f"{shown(name)} is too large; this server takes at most {most} bytes for a file"
                    " (media.max_bytes)"
                )
            file.write(piece)
    return size


def _remove(_error: BaseException | None) -> None:
    for path in g.pop("incoming", ()):
        remove_incoming(path)
