"""Pictures of people made small: one square of a few kilobytes, whatever was sent."""

from base64 import b64decode, b64encode
from io import BytesIO

from PIL import Image, ImageOps

from endpoint.domain.media_detection import detect
from endpoint.errors import InvalidRequest
from endpoint.stores.media.colours import in_mode, plain, profile_of
from endpoint.stores.media.encoding import turn_of
from endpoint.stores.media.opening import frames_of, open_picture

EDGE = 144
"""Pixels: three for each that the site templates show."""

MAX_PIXELS = 16_000_000
_QUALITY = 80
_HEAD = 4096


def answer(picture: str) -> str:
    """Do what ``make`` does with ``picture``, both in Base64, as JSON needs it."""
    return b64encode(make(b64decode(picture))).decode("ascii")


def make(picture: bytes) -> bytes:
    """Return the middle of ``picture`` as a small WebP that tells nothing else.

    Raise InvalidRequest if it is no picture, broken, or has too many pixels.
    """
    media_type = detect(picture[:_HEAD])
    if media_type is None or media_type.family != "photo":
        raise InvalidRequest("The file is no picture")
    with open_picture(picture, media_type, MAX_PIXELS) as image:
        turn, profile = turn_of(image), profile_of(image)
        image.draft("RGB", (2 * EDGE, 2 * EDGE))
        frame = next(frames_of(image, media_type, MAX_PIXELS))
        return _save(plain(frame), turn, profile)


def _save(frame: Image.Image, turn: Image.Transpose | None, profile: bytes | None) -> bytes:
    mode = "RGBA" if frame.mode in ("LA", "RGBA") else "RGB"
    small = ImageOps.fit(frame, (EDGE, EDGE), Image.Resampling.LANCZOS)
    small, profile = in_mode(small, mode, profile)
    small = small if turn is None else small.transpose(turn)
    small.info = {}
    saved = BytesIO()
    small.save(saved, "WEBP", quality=_QUALITY, method=4, icc_profile=profile or b"")
    return saved.getvalue()
