"""Packs as git reads them (gitformat-pack), of whole objects: none is a difference to another."""

import zlib
from collections.abc import Mapping
from hashlib import sha1
from itertools import accumulate
from struct import pack

Framed = Mapping[str, bytes]
"""Objects by their ids, each as git hashes it: kind, size, NUL, content."""

Entries = Mapping[bytes, bytes]
"""Objects by their binary ids, each as ``encode`` makes it."""

_HEADER_SIZE = 12
_KINDS = {b"commit": 1, b"tree": 2, b"blob": 3, b"tag": 4}


def encode(framed: bytes) -> bytes:
    """Return an object as a pack holds it; ``framed`` is what git hashes for it."""
    header, _, content = framed.partition(b"\0")
    kind = header.partition(b" ")[0]
    # Trees are ids for the most part, which hardly shrink; git gc makes differences of them.
    return _entry_header(kind, len(content)) + zlib.compress(content, 0 if kind == b"tree" else 1)


def format_pack(entries: Entries) -> tuple[bytes, list[bytes]]:
    """Return the checksum of a pack of ``entries``, and the pack in pieces."""
    pieces = [pack(">4sLL", b"PACK", 2, len(entries)), *entries.values()]
    digest = sha1(usedforsecurity=False)
    for piece in pieces:
        digest.update(piece)
    return digest.digest(), [*pieces, digest.digest()]


def format_index(entries: Entries, checksum: bytes) -> bytes:
    """Return the index, of version 2, for the pack of ``entries`` that has this checksum."""
    count = len(entries)
    begun = find_bounds(entries)
    rows = sorted(
        (oid, zlib.crc32(entry), start)
        for (oid, entry), start in zip(entries.items(), begun, strict=False)
    )
    per_byte = [0] * 256
    for oid, _, _ in rows:
        per_byte[oid[0]] += 1
    index = b"".join(
        (
            b"\377tOc\0\0\0\2",
            pack(">256L", *accumulate(per_byte)),
            *(oid for oid, _, _ in rows),
            pack(f">{count}L", *(crc for _, crc, _ in rows)),
            _format_starts([start for _, _, start in rows]),
            checksum,
        )
    )
    return index + sha1(index, usedforsecurity=False).digest()


def find_bounds(entries: Entries) -> tuple[int, ...]:
    """Return where in the pack each entry begins, and where the last one ends, in bytes."""
    return tuple(accumulate(map(len, entries.values()), initial=_HEADER_SIZE))


def _format_starts(starts: list[int]) -> bytes:
    # Those that need more than 31 bits go into a table of their own.
    far = [start for start in starts if start >> 31]
    places = {start: 1 << 31 | place for place, start in enumerate(far)}
    near = [places.get(start, start) for start in starts]
    return pack(f">{len(near)}L", *near) + pack(f">{len(far)}Q", *far)


def _entry_header(kind: bytes, size: int) -> bytes:
    """Return kind and size: four bits of the size in the first byte, seven in each more."""
    first, size = _KINDS[kind] << 4 | size & 15, size >> 4
    header = bytearray()
    while size:
        header.append(first | 128)
        first, size = size & 127, size >> 7
    return bytes([*header, first])
