"""The types of the files that apps may send, found from their bytes."""

import re
from dataclasses import dataclass
from typing import Literal

Family = Literal["photo", "video", "audio"]


@dataclass(frozen=True)
class MediaType:
    """A media type, the extension of its files, and the property a post names them in."""

    name: str
    extension: str
    family: Family


JPEG = MediaType("image/jpeg", ".jpg", "photo")
PNG = MediaType("image/png", ".png", "photo")
GIF = MediaType("image/gif", ".gif", "photo")
WEBP = MediaType("image/webp", ".webp", "photo")
AVIF = MediaType("image/avif", ".avif", "photo")
# Taken from phones, and never kept: browsers do not show it.
HEIC = MediaType("image/heic", ".heic", "photo")
MP4 = MediaType("video/mp4", ".mp4", "video")
QUICKTIME = MediaType("video/quicktime", ".mov", "video")
WEBM = MediaType("video/webm", ".webm", "video")
MATROSKA = MediaType("video/matroska", ".mkv", "video")
OGG_VIDEO = MediaType("video/ogg", ".ogv", "video")
OGG = MediaType("audio/ogg", ".ogg", "audio")
MP3 = MediaType("audio/mpeg", ".mp3", "audio")
M4A = MediaType("audio/mp4", ".m4a", "audio")
AAC = MediaType("audio/aac", ".aac", "audio")
WAV = MediaType("audio/wav", ".wav", "audio")
FLAC = MediaType("audio/flac", ".flac", "audio")

_KEPT = [JPEG, PNG, GIF, WEBP, AVIF, MP4, QUICKTIME, WEBM, MATROSKA, OGG_VIDEO, OGG, MP3, M4A]
# What can be kept, by how its name ends; HEIC is not among them.
BY_EXTENSION = {kept.extension: kept for kept in [*_KEPT, AAC, WAV, FLAC]}
ALLOWED = (
    "JPEG, PNG, GIF, WebP, AVIF and HEIC pictures, MP4, QuickTime, WebM, Matroska and Ogg videos, "
    "and MP3, M4A, AAC, Ogg, WAV and FLAC audio"
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
    start = _end_of_id3(head)
    if start >= len(head):
        # A picture of the cover fills what we see; only MP3 has such tags in practice.
        return MP3 if start else None
    for media_type, length_of in ((MP3, _mp3_length), (AAC, _adts_length)):
        length = length_of(head[start : start + 7])
        if length and length_of(head[start + length : start + length + 7]):
            return media_type
    return None


def _end_of_id3(head: bytes) -> int:
    tag = re.match(rb"ID3[\x02-\x04][^\xff].([\x00-\x7f]{4})", head, re.DOTALL)
    if not tag:
        return 0
    size = 0
    for seven_bits in tag[1]:
        size = size << 7 | seven_bits
    return 10 + size


_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HERTZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def _mp3_length(header: bytes) -> int:
    """Return the length of the layer III frame with this header, 0 if it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, hertz = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or hertz == 3:
        return 0
    kbits, samples = (_KBITS_1, 144_000) if version == 3 else (_KBITS_2, 72_000)
    return samples * kbits[rate] // _HERTZ[version][hertz] + (header[2] >> 1 & 1)


def _adts_length(header: bytes) -> int:
    """Return the length of the AAC frame with this ADTS header, 0 if it is none."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if header[2] >> 2 & 15 < 13 and length > 7 else 0
