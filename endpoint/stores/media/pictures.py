"""Pictures made fit to publish: upright, not too large, and silent about where they were taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore
from typing import Literal

from PIL.ImageFile import ImageFile

from endpoint.domain.media import GIF, HEIC, JPEG, PNG, WEBP, MediaType, detect
from endpoint.errors import InvalidRequest, Unavailable
from endpoint.stores.disk import disk_errors
from endpoint.stores.media.chunks import is_lossless_webp, strip_png, strip_webp
from endpoint.stores.media.colours import is_transparent, profile_of
from endpoint.stores.media.encoding import Target, encode, fitted, turn_of
from endpoint.stores.media.gif import strip_gif
from endpoint.stores.media.jpeg import strip_jpeg
from endpoint.stores.media.opening import frames_of, open_picture

_STRIP = {JPEG: strip_jpeg, PNG: strip_png, GIF: strip_gif, WEBP: strip_webp}
# What Pillow finds in a picture and nobody else shall.
_TOLD = frozenset(["exif", "xmp", "XML:com.adobe.xmp", "comment", "photoshop", "mp"])
# 50 million pixels take 130 MB (JPEG) to 800 MB (WebP) while they are worked on.
_AT_ONCE = BoundedSemaphore(2)
_PATIENCE_S = 60


@dataclass(frozen=True)
class PictureRules:
    """Limits and wishes: ``max_edge`` in pixels (0 keeps the size), ``quality`` from 1 to 95."""

    max_pixels: int
    max_edge: int
    quality: int
    heic_as: Literal["jpeg", "webp"]


@dataclass(frozen=True)
class Picture:
    """What was made, its width and height in pixels as it is seen."""

    media_type: MediaType
    width: int
    height: int


def clean_picture(source: Path, target: Path, rules: PictureRules) -> Picture:
    """Return what the picture in ``source`` became in ``target``.

    Its orientation is applied; EXIF, XMP, IPTC, comments, previews, maker notes
    and appended data are gone; the colour profile, transparency and animation
    stay. HEIC becomes what ``rules`` say, every other type stays what it is.

    A JPEG, PNG, GIF or WebP that stands upright and is small enough keeps its
    pixels exactly: only its container is rewritten, with the parts a picture
    needs and no others, because encoding it again would lose quality and win
    nothing. What does not look as the format says is encoded again instead, and
    so is every AVIF.

    Raise InvalidRequest if ``source`` is no picture, has too many pixels, is
    broken or cannot be cleaned; InsufficientStorage or Unavailable from the
    disk, with nothing in ``target``; Unavailable if too many pictures wait.
    """
    with _turn(), disk_errors("media folder"):
        picture, content = _clean(source.read_bytes(), rules)
        _write(target, content)
        return picture


def _clean(data: bytes, rules: PictureRules) -> tuple[Picture, bytes]:
    media_type = detect(data[:4096])
    if media_type is None or media_type.family != "photo":
        raise InvalidRequest("The file is no picture; send JPEG, PNG, GIF, WebP, AVIF or HEIC.")
    kept, content = _made(data, media_type, rules)
    return _checked(content, kept, rules), content


def _made(data: bytes, media_type: MediaType, rules: PictureRules) -> tuple[MediaType, bytes]:
    with open_picture(data, media_type, rules.max_pixels) as image:
        if not _must_change(image, rules) and (stripped := _stripped(data, media_type)):
            return media_type, stripped
        target = _target(image, media_type, rules, data)
        return target.media_type, encode(image, media_type, target)


def _must_change(image: ImageFile, rules: PictureRules) -> bool:
    if image.mode == "CMYK" or (profile_of(image) or b"") != image.info.get("icc_profile", b""):
        return True
    return fitted(image.size, rules.max_edge) != image.size or turn_of(image) is not None


def _stripped(data: bytes, media_type: MediaType) -> bytes | None:
    strip = _STRIP.get(media_type)
    return strip(data) if strip else None


def _target(image: ImageFile, media_type: MediaType, rules: PictureRules, data: bytes) -> Target:
    kept = media_type
    if media_type == HEIC:
        # JPEG has no transparency.
        kept = WEBP if rules.heic_as == "webp" or is_transparent(image) else JPEG
    lossless = media_type == WEBP and is_lossless_webp(data)
    return Target(kept, rules.max_edge, rules.quality, lossless, rules.max_pixels)


def _checked(content: bytes, media_type: MediaType, rules: PictureRules) -> Picture:
    """Read ``content`` back: whole, and without a word too much."""
    with open_picture(content, media_type, rules.max_pixels) as image:
        size = image.size
        if media_type == JPEG:
            # Every byte is read, at an eighth of the memory.
            image.draft(None, (1, 1))
        for _ in frames_of(image, media_type, rules.max_pixels):
            told = _TOLD & image.info.keys()
            if told or getattr(image, "text", None):
                raise InvalidRequest("The picture could not be cleaned; export it as a plain JPEG.")
    if media_type == GIF:
        size = image.size
    return Picture(media_type, *size)


@contextmanager
def _turn() -> Iterator[None]:
    # Threads wait here, not in memory: two pictures at a time in this process.
    if not _AT_ONCE.acquire(timeout=_PATIENCE_S):
        raise Unavailable("Too many pictures are being worked on; try again later.")
    try:
        yield
    finally:
        _AT_ONCE.release()


def _write(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except OSError:
        target.unlink(missing_ok=True)
        raise
