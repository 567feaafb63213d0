"""Which colours a picture's numbers mean, and how they become what browsers show."""

from io import BytesIO

from PIL import Image, ImageCms

_MOST_BYTES = 1_000_000
_GREYS = ("1", "L", "LA", "I", "I;16")
_SPACES = dict.fromkeys(_GREYS, b"GRAY") | {"CMYK": b"CMYK"}


def profile_of(image: Image.Image) -> bytes | None:
    """Return the ICC profile of ``image``, None if it has none that fits its colours.

    CMYK's are large and do not stay; one for RGB has some 3 kB, and 500 kB in a rare case.
    """
    profile = image.info.get("icc_profile")
    if not isinstance(profile, bytes) or profile[36:40] != b"acsp":
        return None
    fits = profile[16:20] == _SPACES.get(image.mode, b"RGB ")
    size = int.from_bytes(profile[:4], "big")
    most = len(profile) if image.mode == "CMYK" else min(len(profile), _MOST_BYTES)
    return profile[:size] if fits and 128 <= size <= most else None


def plain(image: Image.Image) -> Image.Image:
    """Return ``image`` as L, LA, RGB, RGBA or CMYK, which can be resized."""
    if image.mode.startswith("I"):
        # A plain conversion would cut 16 bits off at 255.
        return image.convert("I").point([value >> 8 for value in range(65536)], "L")
    if image.mode == "CMYK":
        return image
    bands = "L" if image.mode in _GREYS else "RGB"
    mode = bands + "A" if image.has_transparency_data else bands
    return image if image.mode == mode else image.convert(mode)


def in_mode(
    image: Image.Image, mode: str, profile: bytes | None
) -> tuple[Image.Image, bytes | None]:
    """Return ``image`` in ``mode``, with the profile that says what its colours now mean.

    Alpha that goes away changes no colour. A change from CMYK or grey to RGB
    goes through ``profile`` to sRGB, which needs none; without a profile, or
    with a broken one, by rule of thumb.
    """
    if image.mode == mode:
        return image, profile
    if image.mode == "RGBA":
        return image.convert(mode), profile
    if profile and mode == "RGB":
        try:
            return _as_srgb(image, profile), None
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass
    return image.convert(mode), None


def _as_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image,
        ImageCms.ImageCmsProfile(BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        outputMode="RGB",
    )
    if converted is None:
        raise ValueError("not converted")
    return converted


def is_transparent(image: Image.Image) -> bool:
    """Return whether anything behind ``image`` can be seen; an alpha channel may be opaque."""
    if not image.has_transparency_data:
        return False
    return image.mode not in ("LA", "RGBA") or image.getchannel("A").getextrema()[0] != 255
