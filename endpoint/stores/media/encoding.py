"""Pictures made anew: turned upright, made smaller, and saved with nothing but their pixels."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.ExifTags import Base
from PIL.ImageFile import ImageFile

from endpoint.domain.media_types import AVIF, GIF, JPEG, PNG, WEBP, MediaType
from endpoint.errors import InvalidRequest
from endpoint.stores.media.colours import in_mode, plain, profile_of
from endpoint.stores.media.opening import FORMATS, frames_of

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# AVIF's scale is another one: this looks like JPEG's 85 to 90.
_AVIF_QUALITY = 75


@dataclass(frozen=True)
class Target:
    """What to make: a type that is kept, the longer edge in pixels (0: as it is), the quality.

    ``max_pixels`` bounds all frames together, which are in memory at once.
    """

    media_type: MediaType
    max_edge: int
    quality: int
    lossless: bool
    max_pixels: int


def turn_of(image: Image.Image) -> Image.Transpose | None:
    """Return how ``image`` must be turned to stand upright, None if it does already.

    As browsers see it: by EXIF alone, and not at all if that cannot be read.
    """
    exif = Image.Exif()
    try:
        exif.load(image.info.get("exif") or b"")
        return _TURNS.get(exif.get(Base.Orientation, 1))
    except Exception:
        return None


def fitted(size: tuple[int, int], max_edge: int) -> tuple[int, int]:
    """Return ``size`` made smaller until its longer edge is ``max_edge``; 0 keeps it."""
    longer = max(size)
    if not max_edge or longer <= max_edge:
        return size
    return (max(1, round(size[0] * max_edge / longer)), max(1, round(size[1] * max_edge / longer)))


def encode(image: ImageFile, media_type: MediaType, target: Target) -> bytes:
    """Return ``image``, which was opened as ``media_type``, as ``target`` wants it.

    Raise InvalidRequest if it has more frames than can be made anew at once.
    """
    size = fitted(image.size, target.max_edge)
    if media_type == JPEG:
        # The decoder itself can make it smaller, by halves, and needs less memory then.
        image.draft(None, (size[0] * 3 // 2, size[1] * 3 // 2))
    made = _make_frames(image, media_type, size, target)
    # The encoder needs room of its own.
    image.close()
    options = _options(target) | {"icc_profile": made.profile}
    if len(made.frames) > 1:
        options |= _motion(image, made, target.media_type)
    saved = BytesIO()
    made.frames[0].save(saved, FORMATS[target.media_type], **options)
    return saved.getvalue()


@dataclass
class _Made:
    """Frames as they will be saved, how long each is shown in ms, and what their colours mean."""

    frames: list[Image.Image] = field(default_factory=list)
    durations: list[float] = field(default_factory=list)
    profile: bytes | None = None


def _make_frames(
    image: ImageFile, media_type: MediaType, size: tuple[int, int], target: Target
) -> _Made:
    made, turn, canvas = _Made(), turn_of(image), None
    for frame in frames_of(image, media_type, target.max_pixels):
        canvas = canvas or frame.size
        if frame.size != canvas:
            raise InvalidRequest("The frames of the animation differ in size; export it again")
        made.durations.append(frame.info.get("duration", 0))
        small, made.profile = _make_frame(frame, size, target.media_type)
        made.frames.append(small if turn is None else small.transpose(turn))
        _check_sum(made.frames, target.max_pixels)
    return made


def _check_sum(frames: list[Image.Image], max_pixels: int) -> None:
    if len(frames) * frames[0].width * frames[0].height > max_pixels:
        raise InvalidRequest(
            f"The animation has more than {max_pixels} pixels in all its frames, too many to make "
            "it smaller; send a shorter or smaller one, or a video"
        )


def _make_frame(
    frame: Image.Image, size: tuple[int, int], media_type: MediaType
) -> tuple[Image.Image, bytes | None]:
    profile, small = profile_of(frame), plain(frame)
    if small.size != size:
        small = small.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
    made, profile = in_mode(small, _mode_for(small.mode, media_type), profile)
    # Encoders take comments and profiles from here when nobody tells them to.
    made = made.copy() if made is frame else made
    made.info = {}
    return made, profile


def _mode_for(mode: str, media_type: MediaType) -> str:
    if mode == "CMYK" or (mode == "L" and media_type == WEBP):
        return "RGB"
    if mode == "LA" and media_type in (WEBP, AVIF, GIF):
        return "RGBA"
    if media_type == JPEG:
        return "L" if mode in ("L", "LA") else "RGB"
    return mode


def _options(target: Target) -> dict[str, Any]:
    """Return what the encoder is told; the same on every machine, whatever its cores."""
    if target.media_type == JPEG:
        return {"quality": target.quality, "optimize": True, "progressive": True}
    if target.media_type == WEBP:
        return {"quality": target.quality, "lossless": target.lossless, "method": 4}
    if target.media_type == AVIF:
        return {"quality": _AVIF_QUALITY, "speed": 7, "max_threads": 2}
    return {}


def _motion(image: ImageFile, made: _Made, media_type: MediaType) -> dict[str, Any]:
    """Return what lets the frames, each of them whole, move as ``image`` did."""
    options: dict[str, Any] = {"save_all": True, "append_images": made.frames[1:]}
    options["duration"] = made.durations
    if "loop" in image.info:
        options["loop"] = image.info["loop"]
    if media_type == GIF and made.frames[0].mode == "RGBA":
        # What a frame leaves open would show the one before it.
        options["disposal"] = 2
    if media_type == PNG and image.info.get("default_image"):
        options |= {"default_image": True, "duration": made.durations[1:]}
    return options
