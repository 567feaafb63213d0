"""The body of an answer: decoded piece by piece, and never more of it than is wanted."""

import zlib
from collections.abc import Container, Iterator
from dataclasses import dataclass

from requests import Response

from endpoint.stores.http.fetching import FetchError

ACCEPT_ENCODING = "gzip"
"""The one encoding that is asked for, so that no other has to be handled with care."""

ANY_STATUS = range(1_000)

_PIECE_BYTES = 16_384
_GZIP = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f"


@dataclass(frozen=True)
class Wanted:
    """How much of an answer is wanted: nothing, if its status is not in ``content_of``.

    Where ``is_part_enough``, what is too large is cut.
    """

    is_part_enough: bool = False
    content_of: Container[int] = ANY_STATUS


def read_body(response: Response, max_bytes: int, wanted: Wanted) -> bytes:
    """Return what is ``wanted`` of the decoded body; raise FetchError beyond ``max_bytes``.

    Also if it was cut off, or is in an encoding that was not asked for: half a
    page, or an unreadable one, would look like one that links nowhere.
    """
    if response.status_code not in wanted.content_of:
        return b""
    content = bytearray()
    for piece in _decode(_receive(response), response.headers.get("Content-Encoding", "")):
        content += piece
        if len(content) > max_bytes:
            if wanted.is_part_enough:
                return bytes(content[:max_bytes])
            raise FetchError(f"the page is larger than {max_bytes} bytes")
    return bytes(content)


def _receive(response: Response) -> Iterator[bytes]:
    while piece := response.raw.read(_PIECE_BYTES, decode_content=False):
        yield piece


def _decode(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    match encoding.strip().lower():
        case "" | "identity":
            return pieces
        case "gzip" | "x-gzip":
            return _gunzip(pieces)
    raise FetchError("the page is in an encoding that was not asked for")


def _gunzip(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what gzip members, one after the other (RFC 1952 §2.2), decode to."""
    member = None
    for data in pieces:
        while data:
            if member is None or (member.eof and data.startswith(_GZIP_MAGIC)):
                member = zlib.decompressobj(_GZIP)
            elif member.eof:
                # Padding after the last member, which every client ignores.
                break
            yield from _inflate(member, data)
            data = member.unused_data
    if member and not member.eof:
        raise FetchError("the page was cut off")


def _inflate(member: "zlib._Decompress", data: bytes) -> Iterator[bytes]:
    try:
        while piece := member.decompress(data, _PIECE_BYTES):
            yield piece
            data = member.unconsumed_tail
    except zlib.error as error:
        raise FetchError("the page is not in the encoding that it declares") from error
