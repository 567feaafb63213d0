"""The files of the owner's posts: taken in, and found by name before and after a post has them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from endpoint.domain.media_names import is_name
from endpoint.domain.tokens import Token
from endpoint.domain.urls import canonical
from endpoint.errors import EndpointError
from endpoint.services.media_intake import Incoming, Intake
from endpoint.stores.disk import disk_errors
from endpoint.stores.media.files import copy_stored
from endpoint.stores.media.places import Findable, StoredFile
from endpoint.stores.media.rows import KeptUpload
from endpoint.stores.media.uploads import UploadStore

__all__ = ["Incoming", "KeptUpload", "Media", "StoredFile"]

_log = structlog.get_logger()


class Media:
    """Files by name, served below ``base_url``, which has no slash at its end.

    A file's name, and with it its URL, comes from the bytes that were sent: the
    same again is the same file. Once given out the URL stays until the file is
    deleted, or swept because no post ever names it. A file is looked for in
    ``places``, in their order: among the uploads, and where posts took it along to.
    """

    def __init__(
        self,
        intake: Intake,
        places: Sequence[Findable],
        base_url: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._intake = intake
        self._uploads: UploadStore = intake.uploads
        self._places = places
        self._root = f"{base_url}/media/"
        public_roots = [place.public_root for place in self._uploads.places if place.public_root]
        self.roots = (self._root, *public_roots)
        self._clock = clock

    def add(self, upload: Incoming, token: Token) -> KeptUpload:
        """Return the file as it is kept, a picture cleaned; scope ``media``.

        Raise UnsupportedMediaType, TooLarge or InvalidRequest if it is not
        taken (Micropub §3.6.3 and §3.6.4).
        """
        token.require("media")
        kept = self._intake.add(upload, self._clock())
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

    def keep_again(self, name: str) -> None:
        """Keep the file as if it had just been sent: its post goes, and another may show it."""
        found = self.open(name)
        if found is None:
            return
        now, known = self._clock(), self._uploads.rows.find(name)
        if self._uploads.renew([name], known.filename if known else "", now):
            return
        with self._uploads.drafts.drafting() as draft:
            copy_stored(found, draft)
            self._uploads.keep(draft, KeptUpload(name, found.media_type, found.size, "", now))

    def url_of(self, name: str) -> str:
        """Return the URL that a file has for ever."""
        return (self._uploads.public_root(name) or self._root) + name

    def name_in(self, url: str) -> str | None:
        """Return the name of the file that ``url`` leads to, or None if it is none of ours."""
        try:
            spelled = canonical(url).partition("#")[0].partition("?")[0]
            roots = [canonical(root) for root in self.roots]
        except ValueError:
            return None
        root, _, name = spelled.rpartition("/")
        return name if f"{root}/" in roots and is_name(name) else None

    def open(self, name: str) -> StoredFile | None:
        """Return the file from where it is found first, or None."""
        return next((found for place in self._places if (found := place.find(name))), None)

    def content(self, name: str) -> bytes | None:
        """Return the bytes of the file, for a commit, or None.

        Called under the repository's lock, so that no sweep removes it meanwhile.
        """
        found = self.open(name)
        if found is None:
            return None
        if isinstance(found.content, Path):
            with disk_errors("media folder"):
                return found.content.read_bytes()
        return b"".join(found.content(0, found.size))

    def settle(self, name: str) -> bool:
        """Return whether there is such a file, having put it where new ones go if it was not.

        Called under the repository's lock, for a file that is not committed with its post.
        """
        if self._uploads.home.find(name):
            return True
        found = self.open(name)
        if found is None:
            return False
        with self._uploads.drafts.drafting() as draft:
            copy_stored(found, draft)
            self._uploads.home.keep(draft, name)
        return True

    def was_removed(self, name: str) -> bool:
        """Return whether there was an upload of this name that is deleted or swept."""
        return self._uploads.rows.is_removed(name)
