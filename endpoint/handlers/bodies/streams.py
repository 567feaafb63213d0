"""The bytes of a request's body, in pieces and to its end."""

from typing import IO

from flask import request
from werkzeug.exceptions import ClientDisconnected

from endpoint.errors import InvalidRequest

_PIECE_BYTES = 65_536


class BodyStream:
    """What a client sends, as long as it says in ``Content-Length`` or until it ends."""

    def __init__(self, stream: IO[bytes], length: int | None) -> None:
        self._stream = stream
        self._left = length

    def read(self, max_bytes: int = _PIECE_BYTES) -> bytes:
        """Return the next bytes, at most ``max_bytes``; none at the end.

        Raise InvalidRequest if the client is gone before the end.
        """
        if self._left is None:
            return self._read(max_bytes)
        # Asked for more than that, the stream would call a body too large that just fits.
        piece = self._read(min(max_bytes, self._left)) if self._left else b""
        self._left -= len(piece)
        return piece

    def _read(self, max_bytes: int) -> bytes:
        try:
            return self._stream.read(max_bytes)
        except (ClientDisconnected, OSError, ValueError) as error:
            raise InvalidRequest(
                "The body ends before its Content-Length; send it again"
            ) from error


def body_stream() -> BodyStream:
    """Return the body of this request, not read yet.

    Werkzeug's 413 follows if it is longer than ``request.max_content_length``.
    """
    return BodyStream(request.stream, request.content_length)
