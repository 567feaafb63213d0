"""Pictures made fit to publish: upright, not too large, and silent about where they were taken."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from endpoint.domain.media_types import BY_EXTENSION
from endpoint.domain.pictures import Picture, PictureRules
from endpoint.errors import InvalidRequest
from endpoint.stores.confined import Confined, Limits, Overrun

__all__ = ["Picture", "PictureRules", "clean_picture"]

_log = structlog.get_logger()
# Apps hang up after 30 seconds at the latest; nearly every picture takes one or two of them.
_cleaner = Confined("endpoint.stores.media.cleaning:answer", at_once=2, patience_s=18)
_TIME_S = 20
# A picture that takes longer has two threads at work.
_CPU_S = 30
# The program itself takes 60 to 100 MB of addresses. Of what comes in, lossless WebP takes the
# most, 20 bytes for each pixel, before anything is made smaller.
_PROGRAM_BYTES = 256_000_000
_BYTES_A_PIXEL = 24
_FILE_BYTES_A_PIXEL = 8


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

    All of it happens in a process of its own, whose memory goes with it. Raise
    InvalidRequest if ``source`` is no picture, has too many pixels, is broken,
    cannot be cleaned or takes too much memory or time; InsufficientStorage or
    Unavailable from the disk; Unavailable if too many pictures wait. Then
    nothing is in ``target``.
    """
    request = {
        "source": str(source.absolute()),
        "target": str(target.absolute()),
        "rules": asdict(rules),
    }
    try:
        return _read(_cleaner.run(request, limits_for(rules)))
    except Overrun as error:
        target.unlink(missing_ok=True)
        _log.warning("picture not worked on", reason=str(error))
        raise InvalidRequest(
            "The picture takes too much memory or time to work on; send a smaller one, "
            "or export it again as a plain JPEG"
        ) from error
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def limits_for(rules: PictureRules) -> Limits:
    """Return what work on one picture may take."""
    return Limits(
        memory_bytes=_PROGRAM_BYTES + _BYTES_A_PIXEL * rules.max_pixels,
        cpu_s=_CPU_S,
        time_s=_TIME_S,
        file_bytes=_PROGRAM_BYTES + _FILE_BYTES_A_PIXEL * rules.max_pixels,
    )


def _read(made: Any) -> Picture:
    try:
        media_type = BY_EXTENSION[made["media_type"]]
        return Picture(media_type, int(made["width"]), int(made["height"]), str(made["blurhash"]))
    except (LookupError, TypeError, ValueError) as error:
        raise Overrun("answered with something else than a picture") from error
