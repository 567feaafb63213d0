"""What a Webmention request may say: a source and a target, both pages on the web."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag

from endpoint.domain.permalinks import address
from endpoint.domain.urls import canonical
from endpoint.errors import InvalidRequest

_LONGEST = 2000
"""Characters of a URL; browsers and servers know few that are longer."""


@dataclass(frozen=True)
class Asking:
    """The page at ``source``, canonical and without fragment, is said to link to ``target``.

    ``target`` is as it was sent, because that is how the source has it.
    """

    source: str
    target: str


def read_request(fields: Mapping[str, Sequence[str]]) -> Asking:
    """Return what the form ``fields``, each name with its values, ask for.

    Raise InvalidRequest unless both are given once, are http or https URLs, and
    different (Webmention §3.2.1).
    """
    source, target = _read_url("source", fields), _read_url("target", fields)
    if address(source) == address(target):
        raise InvalidRequest("source and target are the same page; a page cannot mention itself")
    return Asking(canonical(urldefrag(source).url), target)


def _read_url(name: str, fields: Mapping[str, Sequence[str]]) -> str:
    match fields.get(name):
        case [value] if value.strip():
            url = value.strip()
        case None | [_]:
            raise InvalidRequest(f"{name} is missing; send the URL of a page as {name}")
        case _:
            raise InvalidRequest(f"{name} was sent more than once; send one URL")
    if len(url) > _LONGEST:
        raise InvalidRequest(f"{name} is longer than {_LONGEST} characters")
    try:
        canonical(url)
        url.encode()
    except ValueError as error:
        raise InvalidRequest(
            f"{name} must be an absolute http or https URL, without blanks and user names"
        ) from error
    return url
