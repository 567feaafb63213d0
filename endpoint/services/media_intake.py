"""How an uploaded file is taken in: recognized by its bytes, cleaned, and given its name."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from endpoint.domain.media_detection import detect
from endpoint.domain.media_names import make_name, possible_names
from endpoint.domain.media_types import ALLOWED, MediaType
from endpoint.domain.micropub.values import shown
from endpoint.errors import InvalidRequest, TooLarge, UnsupportedMediaType
from endpoint.stores.disk import disk_errors
from endpoint.stores.media.files import link_or_copy
from endpoint.stores.media.pictures import Picture, PictureRules, clean_picture
from endpoint.stores.media.rows import KeptUpload
from endpoint.stores.media.uploads import UploadStore

_HEAD = 4096
_LONGEST_FILENAME = 255


@dataclass(frozen=True)
class Incoming:
    """A file on its way in: where it lies, what the app calls it, its ``size`` in bytes.

    ``parameter`` is the part of the request it came as, for errors.
    """

    path: Path
    filename: str
    size: int
    parameter: str = "file"


@dataclass(frozen=True)
class Intake:
    """Puts files among ``uploads``, each of at most ``max_bytes``."""

    uploads: UploadStore
    pictures: PictureRules
    max_bytes: int

    def add(self, upload: Incoming, now: datetime) -> KeptUpload:
        """Return the file as it is kept; the same bytes again are the same file, as new.

        Raise UnsupportedMediaType if the bytes are no picture, video or sound
        that is taken, TooLarge or InvalidRequest if they are too many or broken.
        """
        name = shown(upload.parameter)
        if upload.size == 0:
            raise InvalidRequest(f"{name} is an empty file; send one with something in it")
        if upload.size > self.max_bytes:
            raise TooLarge(
                f"{name} has a file of {upload.size} bytes; this server takes at most"
                f" {self.max_bytes} (media.max_bytes)"
            )
        digest, found = _look_at(upload.path)
        if again := self.uploads.renew(possible_names(digest), _hint(upload), now):
            return again
        if found is None:
            raise UnsupportedMediaType(f"{name} is of a type that is not taken; send {ALLOWED}")
        with self.uploads.drafts.drafting() as draft:
            kept = self._prepare(upload, digest, found, draft, now)
            self.uploads.keep(draft, kept)
        return kept

    def _prepare(
        self, upload: Incoming, digest: str, found: MediaType, draft: Path, now: datetime
    ) -> KeptUpload:
        picture = self._clean(upload, draft) if found.family == "photo" else None
        if picture is None:
            link_or_copy(upload.path, draft)
        made = picture.media_type if picture else found
        with disk_errors("media folder"):
            size = draft.stat().st_size
        return KeptUpload(
            name=make_name(digest, made.extension),
            media_type=made.name,
            size=size,
            filename=_hint(upload),
            uploaded_at=now,
            width=picture.width if picture else None,
            height=picture.height if picture else None,
            blurhash=picture.blurhash if picture else None,
            is_new=True,
        )

    def _clean(self, upload: Incoming, draft: Path) -> Picture:
        try:
            return clean_picture(upload.path, draft, self.pictures)
        except InvalidRequest as error:
            raise InvalidRequest(f"{shown(upload.parameter)}: {error.description}") from error


def _look_at(path: Path) -> tuple[str, MediaType | None]:
    """Return the SHA-256 of the file, in hexadecimal, and the type that its bytes have."""
    with disk_errors("folder for incoming files"), path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(0)
        return hashlib.file_digest(file, "sha256").hexdigest(), detect(head)


def _hint(upload: Incoming) -> str:
    printable = "".join(filter(str.isprintable, upload.filename))
    return printable.encode(errors="replace").decode()[:_LONGEST_FILENAME]
