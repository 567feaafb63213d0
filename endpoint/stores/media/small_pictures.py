"""Pictures for places that take only small ones."""

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from endpoint.errors import InvalidRequest
from endpoint.stores.confined import Confined, Limits, Overrun

_shrink = Confined("endpoint.stores.media.shrinking:answer", at_once=1, patience_s=60)
# As much as cleaning a picture of 50 million pixels takes.
_LIMITS = Limits(memory_bytes=1_500_000_000, cpu_s=30, time_s=30, file_bytes=0)


@dataclass(frozen=True)
class SmallPicture:
    """A picture as it can be sent; ``width`` and ``height`` in pixels, as it is seen."""

    content: bytes
    media_type: str
    width: int
    height: int


def make_small(
    content: bytes, max_bytes: int, max_edge: int, max_pixels: int = 50_000_000
) -> SmallPicture:
    """Return the picture ``content``, smaller if it has more than ``max_bytes`` or ``max_pixels``.

    What is small enough, upright and a JPEG, PNG, GIF or WebP stays as it is;
    all else becomes a JPEG whose longer edge has no more than ``max_edge``
    pixels. It happens in a process of its own. Raise InvalidRequest if it is no
    picture, broken, or cannot be made that small; Unavailable if too many wait.
    """
    request = {
        "picture": b64encode(content).decode("ascii"),
        "max_bytes": max_bytes,
        "max_edge": max_edge,
        "max_pixels": max_pixels,
    }
    try:
        return _read(_shrink.run(request, _LIMITS))
    except Overrun as error:
        raise InvalidRequest("The picture takes too much memory or time to work on") from error


def _read(made: Any) -> SmallPicture:
    try:
        content = b64decode(made["picture"], validate=True)
        return SmallPicture(
            content, str(made["media_type"]), int(made["width"]), int(made["height"])
        )
    except (LookupError, TypeError, ValueError) as error:
        raise Overrun("answered with something else than a picture") from error
