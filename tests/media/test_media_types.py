"""The type of a file is what its bytes say, and nothing that a browser would run has one."""

import struct

import pytest

from endpoint.domain.media_detection import detect
from endpoint.domain.media_types import ALLOWED, BY_EXTENSION

MP3_FRAME = b"\xff\xfb\x90\x64" + bytes(413)
ADTS_FRAME = b"\xff\xf1\x50\x80\x02\x1f\xfc" + bytes(9)


def ftyp(major, *compatible):
    brands = b"".join(brand.encode() for brand in compatible)
    return struct.pack(">I", 16 + len(brands)) + b"ftyp" + major.encode() + bytes(4) + brands


def ogg(packet):
    return b"OggS\x00\x02" + bytes(20) + b"\x01" + bytes([len(packet)]) + packet


def ebml(doc_type):
    return b"\x1aE\xdf\xa3\x93\x42\x86\x81\x01\x42\x82" + bytes([0x80 | len(doc_type)]) + doc_type


@pytest.mark.parametrize(
    ("head", "name", "extension", "family"),
    [
        pytest.param(b"\xff\xd8\xff\xe0", "image/jpeg", ".jpg", "photo", id="JPEG"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "image/png", ".png", "photo", id="PNG"),
        pytest.param(b"GIF87a", "image/gif", ".gif", "photo", id="GIF of 1987"),
        pytest.param(b"GIF89a<html>", "image/gif", ".gif", "photo", id="GIF, then HTML"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8 ", "image/webp", ".webp", "photo", id="WebP"),
        pytest.param(ftyp("avif", "mif1"), "image/avif", ".avif", "photo", id="AVIF"),
        pytest.param(ftyp("avis", "avif"), "image/avif", ".avif", "photo", id="AVIF that moves"),
        pytest.param(ftyp("mif1", "avif"), "image/avif", ".avif", "photo", id="AVIF second"),
        pytest.param(ftyp("heic", "mif1"), "image/heic", ".heic", "photo", id="HEIC"),
        pytest.param(ftyp("mif1", "miaf", "heix"), "image/heic", ".heic", "photo", id="HEIF"),
        pytest.param(ftyp("isom", "avc1"), "video/mp4", ".mp4", "video", id="MP4"),
        pytest.param(ftyp("3gp4", "isom"), "video/mp4", ".mp4", "video", id="MP4 of a phone"),
        pytest.param(ftyp("qt  "), "video/quicktime", ".mov", "video", id="QuickTime"),
        pytest.param(ebml(b"webm"), "video/webm", ".webm", "video", id="WebM"),
        pytest.param(ebml(b"matroska"), "video/matroska", ".mkv", "video", id="Matroska"),
        pytest.param(ogg(b"\x80theora"), "video/ogg", ".ogv", "video", id="Ogg Theora"),
        pytest.param(ogg(b"OpusHead"), "audio/ogg", ".ogg", "audio", id="Ogg Opus"),
        pytest.param(ogg(b"\x01vorbis"), "audio/ogg", ".ogg", "audio", id="Ogg Vorbis"),
        pytest.param(ftyp("M4A ", "isom"), "audio/mp4", ".m4a", "audio", id="M4A"),
        pytest.param(ftyp("mp42", "M4A "), "audio/mp4", ".m4a", "audio", id="M4A second"),
        pytest.param(MP3_FRAME * 2, "audio/mpeg", ".mp3", "audio", id="MP3 without a tag"),
        pytest.param(
            b"ID3\x04\0\0\0\0\0\x05title" + MP3_FRAME * 2,
            *("audio/mpeg", ".mp3", "audio"),
            id="MP3 with a short tag",
        ),
        pytest.param(
            b"ID3\x03\0\0\0\x01\0\0" + bytes(4086), "audio/mpeg", ".mp3", "audio", id="MP3, cover"
        ),
        pytest.param(ADTS_FRAME * 2, "audio/aac", ".aac", "audio", id="AAC"),
        pytest.param(b"RIFF\0\0\0\0WAVEfmt ", "audio/wav", ".wav", "audio", id="WAV"),
        pytest.param(b"fLaC\0\0\0\x22", "audio/flac", ".flac", "audio", id="FLAC"),
    ],
)
def test_types_that_are_taken(head, name, extension, family):
    found = detect(head)

    assert found is not None
    assert (found.name, found.extension, found.family) == (name, extension, family)


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\xff", id="a single byte"),
        pytest.param(bytes(4096), id="zeros"),
        pytest.param(b"\xff" * 4096, id="ones"),
        pytest.param(b"<!doctype html><script>alert(1)</script>", id="HTML"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="SVG"),
        pytest.param(b"\xef\xbb\xbf<?xml version='1.0'?><svg/>", id="XML with a mark"),
        pytest.param(b"%PDF-1.7", id="PDF"),
        pytest.param(b"PK\x03\x04", id="ZIP"),
        pytest.param(b"#!/bin/sh\n", id="script"),
        pytest.param(b"MZ\x90\0", id="program"),
        pytest.param(b"RIFF\0\0\0\0AVI LIST", id="AVI"),
        pytest.param(b"BM\x36\0\0\0", id="BMP"),
        pytest.param(b"II*\0", id="TIFF"),
        pytest.param(b"8BPS\0\x01", id="PSD"),
        pytest.param(b" \x89PNG\r\n\x1a\n", id="PNG after a blank"),
        pytest.param(b"<!--\xff\xd8\xff", id="HTML, then JPEG"),
        pytest.param(ftyp("crx ", "isom"), id="raw picture in the same container"),
        pytest.param(ftyp("mif1", "miaf"), id="HEIF of an unknown coding"),
        pytest.param(b"\0\0\0\x08ftypisom", id="brands without room for them"),
        pytest.param(b"\x1aE\xdf\xa3 and 42 is webm", id="EBML without a type"),
        pytest.param(ebml(b"webmx"), id="EBML of another type"),
        pytest.param(ogg(b"fishead"), id="Ogg of an unknown coding"),
        pytest.param(MP3_FRAME + b"<html>", id="one MP3 frame, then HTML"),
        pytest.param(b"\xff\xfbhello, world", id="MP3 sync by chance"),
        pytest.param(b"ID3\x03\0\0\0\0\0\0<html><script>", id="empty tag, then HTML"),
        pytest.param(b"ID3, a film by somebody", id="text that begins like a tag"),
        pytest.param("<html>".encode("utf-16"), id="HTML in UTF-16"),
    ],
)
def test_what_is_not_taken(head):
    assert detect(head) is None


def test_every_kept_type_by_its_extension():
    assert BY_EXTENSION[".jpg"].name == "image/jpeg"
    assert BY_EXTENSION[".mov"].name == "video/quicktime"
    assert len(BY_EXTENSION) == 16
    assert ".heic" not in BY_EXTENSION


def test_the_list_of_types_fits_an_error_message():
    assert ALLOWED.isascii()
    assert '"' not in ALLOWED
    assert all(name in ALLOWED for name in ("JPEG", "HEIC", "WebM", "FLAC"))
