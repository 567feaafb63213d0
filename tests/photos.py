"""A picture whose corners tell how it is held, and what cameras write into one."""

import struct
import zlib
from typing import Any

from PIL import Image

Colour = tuple[int, int, int]

RED, GREEN, BLUE, WHITE = (220, 20, 20), (20, 200, 20), (20, 20, 220), (250, 250, 250)
UPRIGHT: list[Colour] = [RED, GREEN, BLUE, WHITE]
"""The colour of each quarter, left to right and down, of a picture that stands upright."""

XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>SecretXmp</x:xmpmeta>"


def quarters(size: tuple[int, int] = (160, 120), mode: str = "RGB") -> Image.Image:
    """Return a picture with another colour in each corner."""
    image = Image.new("RGB", size)
    half = (size[0] // 2, size[1] // 2)
    for index, colour in enumerate(UPRIGHT):
        left, top = index % 2 * half[0], index // 2 * half[1]
        image.paste(colour, (left, top, left + half[0], top + half[1]))
    return image.convert(mode)


def corners(image: Image.Image) -> list[Colour]:
    """Return the colours of ``quarters`` as they are now found, left to right and down."""
    image = image.convert("RGB")
    across, down = image.width // 4, image.height // 4
    points = [(x, y) for y in (down, 3 * down) for x in (across, 3 * across)]
    return [nearest(image.getpixel(point)) for point in points]


def nearest(colour: Any) -> Colour:
    """Return which of the four colours this one was meant to be."""
    return min(UPRIGHT, key=lambda wanted: distance(wanted, colour))


def distance(one: Any, other: Any) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def exif(orientation: int = 1) -> bytes:
    """Return EXIF with a camera, its own notes, and a place."""
    tags = Image.Exif()
    tags[0x010F], tags[0x0110], tags[0x0112] = "SecretCam", "SecretCam Mark 2", orientation
    tags.get_ifd(0x8769)[0x927C] = b"SecretNote of the maker"
    tags.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 14.0), 3: "E", 4: (11.0, 34.0, 31.0)})
    return tags.tobytes()


def chunk(name: bytes, content: bytes) -> bytes:
    """Return a piece of a PNG."""
    crc = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)


def bomb(edge: int = 30_000) -> bytes:
    """Return a small PNG of a black picture that takes a lot of memory."""
    header = struct.pack(">IIBBBBB", edge, edge, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((edge // 8 + 1) * edge), level=1)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks
