"""A JPEG without what it tells about its maker: segments left out, pixels untouched."""

import re
from collections.abc import Iterator

from endpoint.stores.media import Data

_SCAN, _END = 0xDA, 0xD9
# Frame headers that browsers show; then tables, the restart interval, scans.
_FRAME = frozenset([0xC0, 0xC1, 0xC2])
_PICTURE = _FRAME | {0xDB, 0xC4, 0xDD, _SCAN}
_TOLD = frozenset([*range(0xE0, 0xF0), 0xFE])
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def strip_jpeg(data: Data) -> bytes | None:
    """Return ``data`` with only what its pixels and colours need, None if that is in doubt.

    Kept are the tables and scans, the JFIF header without its thumbnail, the
    colour transform (Adobe APP14) and the colour profile (APP2). EXIF, XMP,
    IPTC, comments, maker notes, previews and everything after the end are left
    out. ITU T.81 Annex B.
    """
    kept, framed = [b"\xff\xd8"], False
    try:
        for marker, at, end in _segments(data):
            framed = framed or marker in _FRAME
            if marker in _TOLD and not framed:
                kept.append(_needed(marker, data[at:end]))
            elif marker in _PICTURE:
                kept.append(data[at:end])
            else:
                return None
    except (ValueError, IndexError):
        return None
    return b"".join([*kept, b"\xff\xd9"])


def count_scans(data: Data) -> int:
    """Return how often the whole picture would be gone over, at most.

    A small file can ask for thousands of times.
    """
    try:
        return sum(marker == _SCAN for marker, _, _ in _segments(data))
    except (ValueError, IndexError):
        return sum(1 for _ in re.finditer(b"\xff\xda", data))


def _segments(data: Data) -> Iterator[tuple[int, int, int]]:
    """Give each marker, and where its whole segment begins and ends, a scan's with its coded data.

    Raise ValueError or IndexError if anything else lies between them.
    """
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("not a marker")
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker == _END:
            return
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(data):
            raise ValueError("not a segment")
        if marker == _SCAN:
            found = _AFTER_SCAN.search(data, end)
            if not found:
                raise ValueError("no end")
            end = found.start()
        yield marker, at, end
        at = end


def _needed(marker: int, segment: bytes) -> bytes:
    said = segment[4:]
    if marker == 0xE0 and said.startswith(b"JFIF\0") and len(said) >= 14:
        return b"\xff\xe0\x00\x10" + said[:12] + b"\0\0"
    if marker == 0xE2 and said.startswith(b"ICC_PROFILE\0"):
        return segment
    if marker == 0xEE and said.startswith(b"Adobe") and len(said) >= 12:
        return b"\xff\xee\x00\x0e" + said[:12]
    return b""
