"""What takes the files of one request out of its properties, and puts their URLs there."""

from collections.abc import Callable
from time import monotonic
from typing import Any

import structlog

from endpoint.domain.data_urls import (
    decode,
    is_data_url,
    take_out_of_html,
    take_out_of_markdown,
)
from endpoint.domain.posts import Properties
from endpoint.errors import EndpointError, InvalidRequest
from endpoint.services.keeping import Files, Keeper
from endpoint.services.media import KeptUpload
from endpoint.services.remote_media import RemoteMedia

_log = structlog.get_logger()

_FETCHING_S = 15
"""When the last fetch may begin: some apps hang up after 30 seconds."""

MEDIA_PROPERTIES = ("photo", "video", "audio", "featured")
"""The properties whose values may be files."""

_PICTURES = ("photo", "featured")


class Taker:
    """Takes the files of one request: its parts, its ``data:`` URLs, and pictures elsewhere.

    With ``literal`` plain text is shown as typed, and has no pictures. Without
    ``remote`` none is fetched.
    """

    def __init__(
        self,
        keeper: Keeper,
        url_of: Callable[[str], str],
        files: Files,
        remote: RemoteMedia | None,
        *,
        literal: bool,
    ) -> None:
        self._keeper = keeper
        self._url_of = url_of
        self._files = files
        self._remote = remote
        self._literal = literal
        self._started_s = monotonic()

    def take_media(self, properties: Properties) -> Properties:
        """Return ``properties`` with the URL of each file in photo, video, audio and featured.

        Raise InvalidRequest, naming the property, if a file is none that belongs there.
        """
        taken = {
            name: [self._take(name, value) for value in properties[name]]
            for name in MEDIA_PROPERTIES
            if name in properties
        }
        return properties | taken

    def take_content(self, content: Any) -> Any:
        """Return ``content`` with the URLs of its pictures, where it had the pictures themselves.

        Raise InvalidRequest if one of them is broken, or of a type that is not kept.
        """
        match content:
            case {"html": str(html)}:
                return {"html": take_out_of_html(html, self._take_shown)}
            case {"markdown": str(text)}:
                return {"markdown": take_out_of_markdown(text, self._take_shown, html=True)}
            case str() if not self._literal:
                return take_out_of_markdown(content, self._take_shown, html=False)
        return content

    def _take_shown(self, url: str) -> str:
        kept = self._keeper.keep_bytes(url, "content", lambda: decode(url, "content"))
        return self._url_of(kept.name)

    def _take(self, name: str, value: Any) -> Any:
        if isinstance(value, dict) and "value" in value:
            return {**value, "value": self._take(name, value["value"])}
        if not isinstance(value, str):
            return value
        if value in self._files:
            kept = self._keeper.keep(value, self._files[value])
        elif is_data_url(value):
            kept = self._keeper.keep_bytes(value, name, lambda: decode(value, name))
        elif name == "photo":
            return self._fetch(value) or value
        else:
            return value
        _require_family(name, kept)
        return self._url_of(kept.name)

    def _fetch(self, url: str) -> str | None:
        """Return the URL of our copy of a picture elsewhere, or None if there can be none."""
        is_late = monotonic() - self._started_s > _FETCHING_S
        content = self._remote.fetch(url) if self._remote and not is_late else None
        if content is None:
            return None
        try:
            kept = self._keeper.keep_bytes(url, "photo", lambda: content)
            _require_family("photo", kept)
        except EndpointError as error:
            _log.warning("picture not kept", url=url, reason=error.description)
            return None
        return self._url_of(kept.name)


def _require_family(name: str, kept: KeptUpload) -> None:
    if kept.media_type.startswith("image/") != (name in _PICTURES):
        raise InvalidRequest(
            f"{name} is a file of type {kept.media_type}; send it as the property it belongs to"
        )
