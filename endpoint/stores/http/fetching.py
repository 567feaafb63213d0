"""What can come of fetching a URL: a page, or an error that says why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass

from endpoint.domain.charsets import decode


class FetchError(Exception):
    """A URL could not be fetched; the message says why in a few words."""


class RefusedError(FetchError):
    """A URL is never fetched: a private address, an odd port, another scheme."""


@dataclass(frozen=True)
class Page:
    """An answer: ``url`` after redirects, ``content`` decoded, header names in any case."""

    url: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def media_type(self) -> str:
        """The media type without its parameters, in lower case."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The content as text, in the encoding it declares."""
        return decode(self.content, self.headers.get("Content-Type", ""))
