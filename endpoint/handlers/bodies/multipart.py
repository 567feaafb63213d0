"""Multipart bodies, read in pieces: each part as it begins, then its bytes (RFC 7578)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from werkzeug.datastructures import Headers
from werkzeug.sansio.multipart import (
    Data,
    Epilogue,
    Event,
    Field,
    File,
    MultipartDecoder,
    NeedData,
    State,
)

from endpoint.domain.micropub.values import shown
from endpoint.errors import InvalidRequest
from endpoint.handlers.bodies.streams import BodyStream

MAX_PARTS = 20_000
_MAX_HEADER_BYTES = 16_384
_MAX_HEADERS_BYTES = 4_000_000
"""Taking headers apart costs a second for five megabytes."""

_FILE_TYPE = re.compile(r"\s*(?:image/|video/|audio/|application/octet-stream)", re.IGNORECASE)
_MAX_PADDING_BYTES = 80
_NO_START = "The multipart body does not begin with its boundary"
_LONG_HEADER = f"A part of the multipart body has a header of more than {_MAX_HEADER_BYTES} bytes"


@dataclass(frozen=True)
class Part:
    """A part: its name, the client's name for the file if it is one, its bytes to be read once."""

    name: str
    filename: str | None
    pieces: Iterator[bytes]


def read_parts(stream: BodyStream, boundary: str) -> Iterator[Part]:
    """Yield the parts of ``stream``; the pieces of one are read before the next is asked for.

    Raise InvalidRequest if the body is malformed, ends too early, or has more
    than ``MAX_PARTS`` parts or a part whose header is too long.
    """
    events = _events(stream, boundary)
    left = _MAX_HEADERS_BYTES
    for number, event in enumerate((e for e in events if isinstance(e, Field | File)), start=1):
        if number > MAX_PARTS:
            raise InvalidRequest(f"The multipart body has more than {MAX_PARTS} parts")
        left -= _check_header(event.headers)
        if left < 0:
            raise InvalidRequest(f"The parts have headers of more than {_MAX_HEADERS_BYTES} bytes")
        if not isinstance(event.name, str):
            raise InvalidRequest("A part of the multipart body has no name")
        yield Part(event.name, _filename(event), _pieces(events))


def _filename(event: Field | File) -> str | None:
    if isinstance(event, File):
        return event.filename
    # Some apps give a file no name at all, and say only what it is.
    return "" if _FILE_TYPE.match(event.headers.get("Content-Type", "")) else None


def _pieces(events: Iterator[Event]) -> Iterator[bytes]:
    for event in events:
        if isinstance(event, Data):
            yield event.data
            if not event.more_data:
                return


def _check_header(headers: Headers) -> int:
    size = sum(len(name) + len(value) + len(": \r\n") for name, value in headers)
    if size > _MAX_HEADER_BYTES:
        raise InvalidRequest(_LONG_HEADER)
    encoding = headers.get("Content-Transfer-Encoding", "binary").lower()
    # RFC 7578 has done away with the others, and no app sends them (§4.7).
    if encoding not in ("7bit", "8bit", "binary"):
        raise InvalidRequest(
            f"Content-Transfer-Encoding of a part is {shown(encoding)}; send it as binary"
        )
    return size


def _events(stream: BodyStream, boundary: str) -> Iterator[Event]:
    # werkzeug's own form parser swallows malformed bodies and bad UTF-8, so
    # its decoder is driven here.
    decoder = MultipartDecoder(_encode(boundary))
    unfinished = re.compile(rb"--%s(?:-?|[ \t]*)\Z" % re.escape(decoder.boundary))
    while not isinstance(event := _next(decoder), Epilogue):
        if isinstance(event, NeedData):
            _feed(decoder, stream, unfinished)
        else:
            yield event


def _encode(boundary: str) -> bytes:
    try:
        return boundary.encode("ascii")
    except UnicodeEncodeError as error:
        raise InvalidRequest("The boundary of the multipart body is not ASCII") from error


def _next(decoder: MultipartDecoder) -> Event:
    try:
        return decoder.next_event()
    except Exception as error:
        if decoder.complete:
            raise InvalidRequest("The multipart body ends in the middle of a part") from error
        raise InvalidRequest("The multipart body is malformed") from error


def _feed(decoder: MultipartDecoder, stream: BodyStream, unfinished: re.Pattern[bytes]) -> None:
    if decoder.state is State.EPILOGUE:
        # Nothing that follows the last part means anything.
        decoder.buffer.clear()
    elif len(decoder.buffer) > _MAX_HEADER_BYTES + len(decoder.boundary):
        raise InvalidRequest(_NO_START if decoder.state is State.PREAMBLE else _LONG_HEADER)
    decoder.receive_data(stream.read() or None)
    # The decoder would take a delimiter that a piece cuts in two for content.
    ends_at = len(decoder.boundary) + _MAX_PADDING_BYTES
    while unfinished.search(decoder.buffer[-ends_at:]) and (byte := stream.read(1)):
        decoder.receive_data(byte)
