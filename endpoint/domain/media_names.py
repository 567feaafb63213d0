"""The names of the files that posts show: what they are made of, and how a text is searched."""

import re

from endpoint.domain.media import BY_EXTENSION, MediaType

NAME = rf"[0-9a-f]{{32}}(?:{'|'.join(map(re.escape, BY_EXTENSION))})"
"""The pattern of a name; it holds neither folders nor anything else that leads elsewhere."""

_NAME = re.compile(NAME)
_WITHIN = re.compile(rb"(?<![0-9A-Za-z])" + NAME.encode() + rb"(?![0-9A-Za-z])")
_DIGITS = 32


def make_name(digest: str, extension: str) -> str:
    """Return the name of the file that was sent with the SHA-256 ``digest``, in hexadecimal."""
    return digest[:_DIGITS] + extension


def possible_names(digest: str) -> list[str]:
    """Return every name that a file sent with the SHA-256 ``digest`` may have been given."""
    return [make_name(digest, extension) for extension in BY_EXTENSION]


def type_of(name: str) -> MediaType:
    """Return the type of the file that has such a name."""
    return BY_EXTENSION[name[_DIGITS:]]


def is_name(text: str) -> bool:
    """Return whether ``text`` is such a name and nothing more."""
    return _NAME.fullmatch(text) is not None


def find_names(data: bytes) -> set[str]:
    """Return the names that stand anywhere in ``data``, in URLs too."""
    return {found.decode("ascii") for found in _WITHIN.findall(data)}
