"""Which key signs commits: an SSH key by its path, or a GPG key by its id."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from endpoint.config.checks import absolute

_GPG_KEY = re.compile(r"(?:0x)?[0-9A-Fa-f]{8,40}!?|[\w.+]+[\w.+-]*@[\w.-]+")


def _check_signing_key(value: str, info: ValidationInfo) -> str:
    """Return a GPG key's id as it is, and the path of an SSH key as an absolute one."""
    if not value or _GPG_KEY.fullmatch(value):
        return value
    path = absolute(Path(value), info)
    if not path.is_file():
        raise ValueError("must be the path of an SSH key, or the id or address of a GPG key")
    return str(path)


SigningKey = Annotated[str, AfterValidator(_check_signing_key)]
