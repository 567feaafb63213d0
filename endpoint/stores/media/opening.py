"""Pictures opened with care: one format tried, limits kept, and every failure a refusal."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from PIL import AvifImagePlugin, Image
from PIL.ImageFile import ImageFile

from endpoint.domain.media_types import AVIF, GIF, HEIC, JPEG, PNG, WEBP, MediaType
from endpoint.errors import EndpointError, InvalidRequest
from endpoint.stores.media import Data
from endpoint.stores.media.jpeg import count_scans

_THREADS = 2
# As many threads as machines have processors would take memory by their number.
AvifImagePlugin.DEFAULT_MAX_THREADS = _THREADS
warnings.simplefilter("error", Image.DecompressionBombWarning)

FORMATS = {JPEG: "JPEG", PNG: "PNG", GIF: "GIF", WEBP: "WEBP", AVIF: "AVIF", HEIC: "HEIF"}
# One picture's time is bounded by what it can make us decode.
_MAX_FRAMES = 1000
_MAX_SCANS = 100
_FRAMES_TO_PIXELS = 8


@contextmanager
def _picture_errors() -> Iterator[None]:
    """Turn whatever a decoder or encoder raises into a refusal.

    Raise InvalidRequest for a picture that is broken, cut off or a bomb;
    MemoryError stays what it is. Libraries raise nearly everything for bytes
    they do not understand, and a picture we do not understand is not published.
    """
    try:
        yield
    except (EndpointError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        figures = re.findall(r"\d+", str(error))
        pixels = int(figures[0]) if figures else 0
        raise _too_many(pixels, Image.MAX_IMAGE_PIXELS or 0) from error
    except Exception as error:
        raise InvalidRequest(
            "The picture is broken, cut off or of an unusual kind; export it again and resend"
        ) from error


@contextmanager
def open_picture(data: Data, media_type: MediaType, max_pixels: int) -> Iterator[ImageFile]:
    """Give the picture in ``data`` with its header read and its pixels not yet decoded.

    Raise InvalidRequest, with both figures, if it has more than ``max_pixels``.
    """
    if media_type == HEIC:
        _learn_heic()
    with _picture_errors():
        # Pillow reads its own limit here; a process has one configuration.
        Image.MAX_IMAGE_PIXELS = max_pixels
        if media_type == JPEG and count_scans(data) > _MAX_SCANS:
            raise InvalidRequest("The picture has too many scans; save it as a plain JPEG")
        file: Any = BytesIO(data) if isinstance(data, bytes) else data
        file.seek(0)
        with Image.open(file, formats=[FORMATS[media_type]]) as image:
            _check_size(image, max_pixels)
            yield image


def _learn_heic() -> None:
    # Only here, because it takes a fifth of the time in which a process is there.
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = _THREADS
    pillow_heif.register_heif_opener()


def _check_size(image: Image.Image, max_pixels: int) -> None:
    """Raise InvalidRequest if ``image`` is larger than ``max_pixels``."""
    pixels = image.width * image.height
    if pixels > max_pixels:
        raise _too_many(pixels, max_pixels)


def frames_of(image: ImageFile, media_type: MediaType, max_pixels: int) -> Iterator[Image.Image]:
    """Give ``image`` at each of its frames, decoded; once if it does not move.

    JPEG and HEIC may hold further pictures (previews, gain maps): those are not
    frames. Raise InvalidRequest if there are too many frames, or too many pixels
    in all of them together.
    """
    for index in range(_MAX_FRAMES + 1):
        if index and not _seek(image, index):
            return
        _check_size(image, max_pixels)
        if index == _MAX_FRAMES or (
            (index + 1) * image.width * image.height > _FRAMES_TO_PIXELS * max_pixels
        ):
            raise InvalidRequest(
                f"The animation is longer than {_MAX_FRAMES} frames or than "
                f"{_FRAMES_TO_PIXELS * max_pixels} pixels in all of them; send it as a video"
            )
        image.load()
        yield image
        if media_type in (JPEG, HEIC):
            return


def _seek(image: ImageFile, index: int) -> bool:
    try:
        image.seek(index)
    except EOFError:
        return False
    return True


def _too_many(pixels: int, max_pixels: int) -> InvalidRequest:
    return InvalidRequest(
        f"The picture has {pixels} pixels and at most {max_pixels} are allowed; "
        "send a smaller one or raise media.max_pixels"
    )
