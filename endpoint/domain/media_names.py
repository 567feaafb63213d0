"""The names of the files that posts show: what they are made of, and how a text is searched."""

import re

from endpoint.domain.media_types import BY_EXTENSION, MediaType

_DIGITS = 32
_EXTENSIONS = "|".join(map(re.escape, BY_EXTENSION))

NAME = rf"[0-9a-f]{{{_DIGITS}}}(?:{_EXTENSIONS})"
"""The pattern of a name; it holds neither folders nor anything else that leads elsewhere."""

_NAME = re.compile(NAME)
# Whatever stands before it: escaped, a slash is %2F, and the end of a line is a backslash and n.
_WITHIN = re.compile(
    rf"(?<![0-9a-f])[0-9a-f]{{{_DIGITS},}}(?:{_EXTENSIONS})(?![0-9A-Za-z])".encode()
)


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
    found = (name.decode("ascii").partition(".") for name in _WITHIN.findall(data))
    return {digits[-_DIGITS:] + dot + extension for digits, dot, extension in found}
