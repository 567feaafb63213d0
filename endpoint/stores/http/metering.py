"""A limit on the bytes of an answer as they arrive: status line, headers, framing and body."""

from http.client import HTTPResponse
from io import BufferedReader, RawIOBase
from socket import socket
from typing import Any

from endpoint.stores.http.fetching import FetchError


def metered(max_bytes: int) -> type[HTTPResponse]:
    """Return an HTTP response class that raises FetchError beyond ``max_bytes`` on the wire.

    The body's own limit counts decoded bytes and is not enough: a chunk of
    size -1, trailers or ``100 Continue`` go on for ever without any.
    """

    class Metered(HTTPResponse):
        def __init__(self, sock: socket, *args: Any, **options: Any) -> None:
            super().__init__(sock, *args, **options)
            self.fp = BufferedReader(_Meter(self.fp.detach(), max_bytes))

    return Metered


class _Meter(RawIOBase):
    def __init__(self, raw: RawIOBase, max_bytes: int) -> None:
        self._raw = raw
        self._max_bytes = max_bytes
        self._left = max_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        count = self._raw.readinto(buffer)
        self._left -= count or 0
        if self._left < 0:
            raise FetchError(f"the answer is larger than {self._max_bytes} bytes")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()
