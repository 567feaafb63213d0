"""The types of the files that apps may send."""

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
