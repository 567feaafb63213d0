"""Requests' transport over connections of our own."""

import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from endpoint.stores.http.metering import metered

Dial = Callable[[str, int], socket.socket]
"""Opens a connection to a host and port."""


class DialingAdapter(HTTPAdapter):
    """Requests' transport, over connections that ``dial`` opens.

    The host's name stays in place for the Host header and the certificate. An
    answer of more than ``max_bytes`` on the wire raises FetchError.
    """

    def __init__(self, dial: Dial, max_bytes: int) -> None:
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_Pool, dial=dial, max_bytes=max_bytes),
            "https": partial(_TLSPool, dial=dial, max_bytes=max_bytes),
        }


class _Connection(HTTPConnection):
    def __init__(self, *args: Any, dial: Dial, max_bytes: int, **options: Any) -> None:
        super().__init__(*args, **options)
        self._dial = dial
        self.response_class = metered(max_bytes)

    def _new_conn(self) -> socket.socket:
        return self._dial(self.host, self.port)


class _TLSConnection(_Connection, HTTPSConnection):
    """The same, with TLS on top."""


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection
