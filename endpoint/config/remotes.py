"""What the settings of git hosting must be like, each for itself."""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from endpoint.config.addresses import parse_address
from endpoint.config.checks import Secret, absolute


def _check_remote(value: str, info: ValidationInfo) -> str:
    if not value or parse_address(value).scheme != "file" or "://" in value:
        return value
    return str(absolute(Path(value), info))


def _read_nothing(value: Any) -> Any:
    return None if value == "" else value


def _find(value: Path | None, info: ValidationInfo) -> Path | None:
    return value and absolute(value, info)


def _check_key(path: Path | None) -> Path | None:
    if path is None:
        return None
    try:
        status = path.stat()
        path.open("rb").close()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from error
    # ssh refuses the same, in words that only a terminal shows.
    forbidden = 0o077 if status.st_uid == os.geteuid() else 0o007
    if status.st_mode & forbidden:
        raise ValueError("can be read by others, so ssh refuses it; run chmod 600 on it")
    return path


def _check_token(value: str) -> str:
    if value and not (value.isascii() and value.isprintable() and " " not in value):
        raise ValueError("must be printable ASCII without blanks")
    return value


def _check_username(value: str) -> str:
    if not (value.isascii() and value.isprintable() and value) or ":" in value or " " in value:
        raise ValueError("must be printable ASCII without blanks and colons")
    return value


Remote = Annotated[Secret, AfterValidator(_check_remote)]
PathOrNothing = Annotated[Path | None, BeforeValidator(_read_nothing), AfterValidator(_find)]
KeyPath = Annotated[PathOrNothing, AfterValidator(_check_key)]
Token = Annotated[Secret, AfterValidator(_check_token)]
Username = Annotated[str, AfterValidator(_check_username)]
