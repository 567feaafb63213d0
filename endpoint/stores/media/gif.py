"""A GIF without what it tells about its maker: extensions left out, frames untouched."""

from endpoint.stores.media import Data

_LOOPS = (b"\x0bNETSCAPE2.0", b"\x0bANIMEXTS1.0")


def strip_gif(data: Data) -> bytes | None:
    """Return ``data`` with only its frames, their timing and the loop count, None if in doubt.

    Comments, XMP and other applications' data are left out, and everything
    after the trailer (GIF89a §23 to §27).
    """
    try:
        return _strip(data)
    except (ValueError, IndexError):
        return None


def _strip(data: Data) -> bytes:
    at = 13 + _colours(data[10])
    kept = [data[:at]]
    while data[at] != 0x3B:
        if data[at] == 0x21:
            end = _end_of_blocks(data, at + 2)
            kept.append(_needed(data[at:end]))
        elif data[at] == 0x2C:
            end = _end_of_blocks(data, at + 11 + _colours(data[at + 9]))
            kept.append(data[at:end])
        else:
            raise ValueError("not a block")
        at = end
    return b"".join([*kept, b";"])


def _needed(extension: bytes) -> bytes:
    match extension[1]:
        case 0xF9:
            return extension
        case 0xFF if extension[2:14] in _LOOPS and extension[14:16] == b"\x03\x01":
            return extension[:18] + b"\0"
        case 0xFF | 0xFE:
            return b""
    # Plain text is drawn, and others we do not know.
    raise ValueError("not a known extension")


def _colours(flags: int) -> int:
    """Return the bytes of the colour table that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _end_of_blocks(data: Data, at: int) -> int:
    while data[at]:
        at += 1 + data[at]
    return at + 1
