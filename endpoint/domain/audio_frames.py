"""The frames of MP3 and AAC, each as long as its header says, and the ID3 tag before them."""

import re

_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HERTZ = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}


def end_of_id3(head: bytes) -> int:
    """Return where the ID3v2 tag that ``head`` begins with ends, 0 if there is none."""
    tag = re.match(rb"ID3[\x02-\x04][^\xff].([\x00-\x7f]{4})", head, re.DOTALL)
    if not tag:
        return 0
    size = 0
    for seven_bits in tag[1]:
        size = size << 7 | seven_bits
    return 10 + size


def mp3_length(header: bytes) -> int:
    """Return the length of the layer III frame with this header, 0 if it is none."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, rate, hertz = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or rate in (0, 15) or hertz == 3:
        return 0
    kbits, samples = (_KBITS_1, 144_000) if version == 3 else (_KBITS_2, 72_000)
    return samples * kbits[rate] // _HERTZ[version][hertz] + (header[2] >> 1 & 1)


def adts_length(header: bytes) -> int:
    """Return the length of the AAC frame with this ADTS header, 0 if it is none."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if header[2] >> 2 & 15 < 13 and length > 7 else 0
