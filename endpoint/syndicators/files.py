"""The files of a post, on their way to a copy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from math import isqrt

import structlog

from endpoint.errors import EndpointError, InvalidRequest
from endpoint.stores.media.small_pictures import make_small
from endpoint.syndicators import Attachment

File = tuple[Attachment, bytes]
"""What a post shows, and its bytes."""

_log = structlog.get_logger()
_LONGEST_EDGE = 3_840
_USUAL_PIXELS = 50_000_000
_SURELY_SMALL = 1_000_000
"""A picture of fewer bytes has not too many pixels either."""


@dataclass(frozen=True)
class Room:
    """How large files may be, in bytes, and pictures in pixels, too."""

    image_bytes: int
    other_bytes: int
    image_pixels: int = _USUAL_PIXELS


def load(attachments: Sequence[Attachment], room: Room) -> Iterator[File]:
    """Yield those of ``attachments`` that are there, with their bytes.

    Pictures that are too large are made smaller, other files left out. Raise
    Unavailable if that cannot be done now.
    """
    for attachment in attachments:
        try:
            data = attachment.load()
        except EndpointError as error:
            _log.warning("not copied", url=attachment.url, reason=error.description)
            continue
        file = attachment, data
        is_image = attachment.media_type.startswith("image/")
        if is_image and len(data) > min(_SURELY_SMALL, room.image_bytes):
            file = _shrink(attachment, data, room)
        most = room.image_bytes if is_image else room.other_bytes
        if len(file[1]) <= most:
            yield file
        else:
            _log.warning("not copied", url=attachment.url, reason=f"larger than {most} bytes")


def _shrink(attachment: Attachment, data: bytes, room: Room) -> File:
    """Return the picture as large as there is room for, or as it is if it cannot be read."""
    edge = min(_LONGEST_EDGE, isqrt(room.image_pixels))
    try:
        small = make_small(data, room.image_bytes, edge, room.image_pixels)
    except InvalidRequest as error:
        _log.warning("not made smaller", url=attachment.url, reason=error.description)
        return attachment, data
    return replace(attachment, media_type=small.media_type), small.content


def fingerprint(attachments: Sequence[Attachment]) -> str:
    """Return a short text that tells files from other files; empty for none."""
    names = "\n".join(each.url for each in attachments)
    return sha256(names.encode()).hexdigest()[:12] if names else ""
