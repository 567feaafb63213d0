"""An authorization server's metadata document (RFC 8414, IndieAuth §4.1.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from endpoint.domain.introspection import read_object


@dataclass(frozen=True)
class Endpoints:
    """Where tokens can be verified: absolute URLs, empty where there is none."""

    token: str = ""
    introspection: str = ""


def read_metadata(text: str, url: str) -> Endpoints:
    """Return the endpoints that the document at ``url`` names.

    Raise ValueError if it is no JSON object, or an endpoint is no URL.
    """
    document = read_object(text)
    return Endpoints(
        token=_read_url(document, "token_endpoint", url),
        introspection=_read_url(document, "introspection_endpoint", url),
    )


def _read_url(document: Mapping[str, Any], name: str, url: str) -> str:
    value = document.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a string")
    return urljoin(url, value)
