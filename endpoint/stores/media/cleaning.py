"""How a picture is cleaned: read, changed as little as may be, read back and looked over."""

from collections.abc import Iterator
from contextlib import contextmanager
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

from PIL.ImageFile import ImageFile

from endpoint.domain.media_detection import detect
from endpoint.domain.media_types import GIF, HEIC, JPEG, PNG, WEBP, MediaType
from endpoint.domain.pictures import Picture, PictureRules
from endpoint.errors import InvalidRequest
from endpoint.stores.disk import disk_errors
from endpoint.stores.media import Data
from endpoint.stores.media.blur import blurhash_of
from endpoint.stores.media.chunks import is_lossless_webp, strip_png, strip_webp
from endpoint.stores.media.colours import is_transparent, profile_of
from endpoint.stores.media.encoding import Target, encode, fitted, turn_of
from endpoint.stores.media.gif import strip_gif
from endpoint.stores.media.jpeg import strip_jpeg
from endpoint.stores.media.opening import frames_of, open_picture

_STRIP = {JPEG: strip_jpeg, PNG: strip_png, GIF: strip_gif, WEBP: strip_webp}
# What Pillow finds in a picture and nobody else shall.
_TOLD = frozenset(["exif", "xmp", "XML:com.adobe.xmp", "comment", "photoshop", "mp"])


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Do what ``clean`` does; request and answer are as ``pictures.py`` writes and reads them."""
    rules = PictureRules(**request["rules"])
    made = clean(Path(request["source"]), Path(request["target"]), rules)
    return vars(made) | {"media_type": made.media_type.extension}


def clean(source: Path, target: Path, rules: PictureRules) -> Picture:
    """Return what the picture in ``source`` became in ``target``, worked on in this process.

    What ``pictures.clean_picture`` says holds, its errors too.
    """
    with disk_errors("media folder"), _mapped(source) as data:
        kept, content = _made(data, _type_of(data), rules)
        picture = _checked(content, kept, rules)
        _write(target, content)
        return picture


@contextmanager
def _mapped(source: Path) -> Iterator[Data]:
    """Give the bytes of the file, which stay on the disk until they are looked at."""
    with source.open("rb") as file:
        if not source.stat().st_size:
            yield b""
            return
        with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
            yield data


def _type_of(data: Data) -> MediaType:
    media_type = detect(data[:4096])
    if media_type is None or media_type.family != "photo":
        raise InvalidRequest("The file is no picture; send JPEG, PNG, GIF, WebP, AVIF or HEIC")
    return media_type


def _made(data: Data, media_type: MediaType, rules: PictureRules) -> tuple[MediaType, bytes]:
    with open_picture(data, media_type, rules.max_pixels) as image:
        if not _must_change(image, rules) and (stripped := _stripped(data, media_type)):
            return media_type, stripped
        target = _target(image, media_type, rules, data)
        return target.media_type, encode(image, media_type, target)


def _must_change(image: ImageFile, rules: PictureRules) -> bool:
    if image.mode == "CMYK" or (profile_of(image) or b"") != image.info.get("icc_profile", b""):
        return True
    return fitted(image.size, rules.max_edge) != image.size or turn_of(image) is not None


def _stripped(data: Data, media_type: MediaType) -> bytes | None:
    strip = _STRIP.get(media_type)
    return strip(data) if strip else None


def _target(image: ImageFile, media_type: MediaType, rules: PictureRules, data: Data) -> Target:
    kept = media_type
    if media_type == HEIC:
        # JPEG has no transparency.
        kept = WEBP if rules.heic_as == "webp" or is_transparent(image) else JPEG
    lossless = media_type == WEBP and is_lossless_webp(data)
    return Target(kept, rules.max_edge, rules.quality, lossless, rules.max_pixels)


def _checked(content: bytes, media_type: MediaType, rules: PictureRules) -> Picture:
    """Read ``content`` back: whole, and without a word too much."""
    blurhash = ""
    with open_picture(content, media_type, rules.max_pixels) as image:
        size = image.size
        if media_type == JPEG:
            # Every byte is read, at an eighth of the memory.
            image.draft(None, (1, 1))
        for frame in frames_of(image, media_type, rules.max_pixels):
            told = _TOLD & image.info.keys()
            if told or getattr(image, "text", None):
                raise InvalidRequest("The picture could not be cleaned; export it as a plain JPEG")
            blurhash = blurhash or blurhash_of(frame)
    if media_type == GIF:
        size = image.size
    return Picture(media_type, *size, blurhash)


def _write(target: Path, content: bytes) -> None:
    try:
        target.write_bytes(content)
    except OSError:
        target.unlink(missing_ok=True)
        raise
