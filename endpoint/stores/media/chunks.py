"""PNG and WebP without what they tell about their maker: chunks left out, pixels untouched."""

from collections.abc import Iterator

from endpoint.stores.media import Data

_PNG = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP cICP mDCV cLLI sBIT bKGD pHYs".split()
    + b"acTL fcTL fdAT".split()
)
_WEBP = frozenset([b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM", b"ANMF"])
_EXIF_AND_XMP = 0b1100


def strip_png(data: Data) -> bytes | None:
    """Return ``data`` with only what its pixels, colours and frames need, None if in doubt.

    Text, times, EXIF and unknown chunks are left out, and everything after the
    end (PNG §11, APNG included).
    """
    kept = [data[:8]]
    at = 8
    while at + 12 <= len(data):
        name = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if end > len(data) or (name[:1].isupper() and name not in _PNG):
            return None
        if name in _PNG:
            kept.append(data[at:end])
        if name == b"IEND":
            return b"".join(kept)
        at = end
    return None


def strip_webp(data: Data) -> bytes | None:
    """Return ``data`` with only what its pixels, colours and frames need, None if in doubt.

    EXIF, XMP and unknown chunks are left out, within frames too, and everything
    after the end (RFC 9649 §2.7).
    """
    try:
        body = _rebuilt(data[12 : 8 + int.from_bytes(data[4:8], "little")])
    except ValueError:
        return None
    return b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body


def is_lossless_webp(data: Data) -> bool:
    """Return whether the pixels, those of the first frame at least, were kept exactly."""
    try:
        for name, content in _chunks(data[12:]):
            if name in (b"VP8 ", b"VP8L", b"ANMF"):
                return b"VP8L" in (name, content[16:20])
    except ValueError:
        return False
    return False


def _rebuilt(chunks: bytes) -> bytes:
    kept = []
    for name, content in _chunks(chunks):
        if name not in _WEBP:
            continue
        if name == b"VP8X":
            content = bytes([content[0] & ~_EXIF_AND_XMP]) + content[1:]
        elif name == b"ANMF":
            content = content[:16] + _rebuilt(content[16:])
        kept.append(
            name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)
        )
    return b"".join(kept)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        content = data[at + 8 : at + 8 + size]
        if len(content) < max(size, 1):
            raise ValueError("cut off")
        yield data[at : at + 4], content
        at += 8 + size + size % 2
