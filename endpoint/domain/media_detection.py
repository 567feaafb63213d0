"""What type a file has, found from its first bytes."""

import re

from endpoint.domain.audio_frames import adts_length, end_of_id3, mp3_length
from endpoint.domain.media_types import (
    AAC,
    AVIF,
    FLAC,
    GIF,
    HEIC,
    JPEG,
    M4A,
    MATROSKA,
    MP3,
    MP4,
    OGG,
    OGG_VIDEO,
    PNG,
    QUICKTIME,
    WAV,
    WEBM,
    WEBP,
    MediaType,
)

_MAGIC = [
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"fLaC", FLAC),
]
_HEIC_BRANDS = frozenset("heic heix heim heis hevc hevx hevm hevs".split())
_MP4_BRAND = re.compile(r"iso[m2-9]|mp4[12]|avc1|dash|M4V |M4VH|MSNV|3g[p2].", re.DOTALL)
# The element DocType: its identifier, its length in one or eight bytes, its text (RFC 8794).
_DOC_TYPE = re.compile(
    rb"\x42\x82(?:[\x84\x88]|\x01\x00{6}[\x04\x08])(webm|matroska)(?![a-z])", re.DOTALL
)


def detect(head: bytes) -> MediaType | None:
    """Return the type of the file that begins with ``head``, None if it is not one we take.

    ``head`` is the first 4096 bytes, or all of them. Names and headers do not
    matter, and text of any kind (HTML, SVG, scripts) never has a type. A file
    that is two things at once is what it begins with: pictures are made anew
    without what follows them, and the rest is served with this type alone.
    """
    for magic, media_type in _MAGIC:
        if head.startswith(magic):
            return media_type
    if head.startswith(b"RIFF"):
        return {b"WEBP": WEBP, b"WAVE": WAV}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _by_brands(head)
    if head.startswith(b"\x1aE\xdf\xa3"):
        found = _DOC_TYPE.search(head[:128])
        return found and {b"webm": WEBM, b"matroska": MATROSKA}[found[1]]
    if head.startswith(b"OggS\x00"):
        return _in_ogg(head)
    return _in_frames(head)


def _by_brands(head: bytes) -> MediaType | None:
    """ISO/IEC 14496-12 §4.3: the major brand, then those the file is compatible with."""
    size = int.from_bytes(head[:4], "big")
    if size < 16 or size % 4 or size > len(head):
        return None
    major, *others = [
        head[at : at + 4].decode("latin-1") for at in (8, *range(16, size, 4)) if at < size
    ]
    if major in ("mif1", "msf1", "miaf"):
        # A picture in general: the others say how it is coded.
        major = next((brand for brand in others if brand in _HEIC_BRANDS | {"avif"}), "")
    if major in _HEIC_BRANDS:
        return HEIC
    if major in ("avif", "avis"):
        return AVIF
    if major == "qt  ":
        return QUICKTIME
    if {"M4A ", "M4B "} & {major, *others}:
        return M4A
    return MP4 if _MP4_BRAND.fullmatch(major) else None


def _in_ogg(head: bytes) -> MediaType | None:
    """RFC 3533 §6: the first packet of each stream names its codec."""
    if b"\x80theora" in head:
        return OGG_VIDEO
    audio = (b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex   ")
    return OGG if any(name in head for name in audio) else None


def _in_frames(head: bytes) -> MediaType | None:
    """MP3 and AAC have no magic number: two frames must follow each other."""
    start = end_of_id3(head)
    if start >= len(head):
        # A picture of the cover fills what we see; only MP3 has such tags in practice.
        return MP3 if start else None
    for media_type, length_of in ((MP3, mp3_length), (AAC, adts_length)):
        length = length_of(head[start : start + 7])
        if length and length_of(head[start + length : start + length + 7]):
            return media_type
    return None
