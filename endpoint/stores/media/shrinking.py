"""How a picture is made small enough for a place that limits its bytes."""

from base64 import b64decode, b64encode
from io import BytesIO
from typing import Any

from PIL import Image
from PIL.ImageFile import ImageFile

from endpoint.domain.media_detection import detect
from endpoint.domain.media_types import GIF, JPEG, PNG, WEBP, MediaType
from endpoint.errors import InvalidRequest
from endpoint.stores.media.colours import in_mode, plain, profile_of
from endpoint.stores.media.encoding import fitted, turn_of
from endpoint.stores.media.opening import frames_of, open_picture

_MAX_PIXELS = 50_000_000
_HEAD = 4096
_KEPT = (JPEG, PNG, GIF, WEBP)
# What is less would not be worth looking at.
_STEPS = ((1, 88), (1, 78), (0.75, 78), (0.5, 75), (0.35, 70), (0.2, 65), (0.1, 60))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Do what ``shrink`` does; request and answer are as ``small_pictures.py`` has them."""
    content, media_type, size = shrink(
        b64decode(request["picture"]),
        request["max_bytes"],
        request["max_edge"],
        request["max_pixels"],
    )
    return {
        "picture": b64encode(content).decode("ascii"),
        "media_type": media_type.name,
        "width": size[0],
        "height": size[1],
    }


def shrink(
    content: bytes, max_bytes: int, max_edge: int, max_pixels: int
) -> tuple[bytes, MediaType, tuple[int, int]]:
    """Return what ``content`` has become, its type and its size, as ``make_small`` says."""
    media_type = detect(content[:_HEAD])
    if media_type is None or media_type.family != "photo":
        raise InvalidRequest("The file is no picture")
    with open_picture(content, media_type, _MAX_PIXELS) as image:
        is_small = len(content) <= max_bytes and image.width * image.height <= max_pixels
        if media_type in _KEPT and is_small and turn_of(image) is None:
            return content, media_type, image.size
        small, profile = _open_small(image, media_type, max_edge)
    for share, quality in _STEPS:
        frame = small.resize(fitted(small.size, max(1, int(max(small.size) * share))))
        saved = BytesIO()
        options: dict[str, Any] = {"quality": quality, "icc_profile": profile}
        frame.save(saved, "JPEG", optimize=True, progressive=True, **options)
        if saved.tell() <= max_bytes:
            return saved.getvalue(), JPEG, frame.size
    raise InvalidRequest(f"The picture cannot be made smaller than {max_bytes} bytes")


def _open_small(
    image: ImageFile, media_type: MediaType, max_edge: int
) -> tuple[Image.Image, bytes | None]:
    """Return the first frame in RGB with its colour profile: upright, on white, not too large."""
    turn, profile = turn_of(image), profile_of(image)
    size = fitted(image.size, max_edge)
    if media_type == JPEG:
        image.draft(None, (size[0] * 3 // 2, size[1] * 3 // 2))
    frame = plain(next(frames_of(image, media_type, _MAX_PIXELS)))
    frame = frame.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
    if frame.mode in ("LA", "RGBA"):
        profile = profile if frame.mode == "RGBA" else None
        frame = Image.alpha_composite(Image.new("RGBA", size, "white"), frame.convert("RGBA"))
    frame, profile = in_mode(frame, "RGB", profile)
    frame = frame if turn is None else frame.transpose(turn)
    frame.info = {}
    return frame, profile
