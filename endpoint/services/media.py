"""The files of the owner's posts: taken in, and found by name before and after a post has them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from endpoint.domain.media_names import is_name, type_of
from endpoint.domain.tokens import Token
from endpoint.domain.urls import canonical
from endpoint.errors import EndpointError
from endpoint.services.media_intake import Incoming, Intake
from endpoint.stores.disk import disk_errors
from endpoint.stores.index import PostIndex
from endpoint.stores.media.uploads import KeptUpload, UploadStore
from endpoint.stores.repository import Repository

__all__ = ["Incoming", "KeptUpload", "Media", "MediaFile"]

_log = structlog.get_logger()


@dataclass(frozen=True)
class MediaFile:
    """A file that can be shown: ``content`` is where it lies, or all of it; ``size`` in bytes."""

    name: str
    media_type: str
    size: int
    content: Path | bytes


class Media:
    """Files by name, served below ``base_url``, which has no slash at its end.

    A file's name, and with it its URL, comes from the bytes that were sent: the
    same again is the same file. Once given out the URL stays until the file is
    deleted, or swept because no post ever names it. A file that a post took
    along is in the repository too, and is found there when the upload is lost.
    """

    def __init__(
        self,
        intake: Intake,
        repository: Repository,
        index: PostIndex,
        base_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._intake = intake
        self._uploads: UploadStore = intake.uploads
        self._repository = repository
        self._index = index
        self._root = f"{base_url}/media/"
        self._clock = clock

    def add(self, upload: Incoming, token: Token) -> KeptUpload:
        """Return the file as it is kept, a picture cleaned; scope ``media``.

        Raise UnsupportedMediaType, TooLarge or InvalidRequest if it is not
        taken (Micropub §3.6.3 and §3.6.4).
        """
        token.require("media")
        kept = self._intake.take(upload, self._clock())
        _log.info("uploaded", name=kept.name, size=kept.size, client_id=token.client_id)
        return kept

    def take_back(self, kept: KeptUpload) -> None:
        """Remove what was added for a request that failed, unless it was here or was sent again."""
        if not kept.is_new:
            return
        try:
            self._uploads.remove(kept.name, self._clock(), sent_until=kept.uploaded_at)
        except EndpointError as error:
            # The request has failed for another reason, and the sweep will find the file.
            _log.warning("not taken back", name=kept.name, reason=error.description)

    def url_of(self, name: str) -> str:
        """Return the URL that a file has for ever."""
        return self._root + name

    def name_in(self, url: str) -> str | None:
        """Return the name of the file that ``url`` leads to, or None if it is none of ours."""
        try:
            spelled = canonical(url).partition("#")[0].partition("?")[0]
            root = canonical(self._root)
        except ValueError:
            return None
        name = spelled.removeprefix(root)
        return name if spelled == root + name and is_name(name) else None

    def open(self, name: str) -> MediaFile | None:
        """Return the file, from the uploads or else from the repository, or None."""
        if not is_name(name):
            return None
        media_type = type_of(name).name
        if path := self._uploads.files.find(name):
            with disk_errors("media folder"):
                return MediaFile(name, media_type, path.stat().st_size, path)
        self._index.catch_up()
        place = self._index.media(name)
        data = self._repository.read(place) if place else None
        return None if data is None else MediaFile(name, media_type, len(data), data)

    def content(self, name: str) -> bytes | None:
        """Return the bytes of the file, for a commit, or None.

        Called under the repository's lock, so that no sweep removes it meanwhile.
        """
        found = self.open(name)
        if found is None:
            return None
        if isinstance(found.content, bytes):
            return found.content
        with disk_errors("media folder"):
            return found.content.read_bytes()

    def was_removed(self, name: str) -> bool:
        """Return whether there was an upload of this name that is deleted or swept."""
        return self._uploads.is_removed(name)
