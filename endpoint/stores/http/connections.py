"""Connections that go only to addresses that were checked."""

import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from endpoint.stores.http.addresses import is_public
from endpoint.stores.http.deadlines import Deadline
from endpoint.stores.http.fetching import FetchError, RefusedError

Resolve = Callable[[str, int], list[str]]
"""Every IP address of a host for a port; raises OSError if there is none."""

Dial = Callable[[str, int], socket.socket]

_PORTS = frozenset({80, 443, *range(8080, 8444)})


class Dialer:
    """Opens connections to public addresses, and to the hosts of an allow-list."""

    def __init__(self, allow_hosts: frozenset[str], resolve: Resolve, deadline: Deadline) -> None:
        self._allow_hosts = allow_hosts
        self._resolve = resolve
        self._deadline = deadline

    def dial(self, host: str, port: int) -> socket.socket:
        """Return a connection to ``host``; raise RefusedError if it may not be reached.

        Every address of the name is checked, and the connection goes to one of
        those very addresses, so a second answer of the name's server is never
        asked for. Raise FetchError if none answers.
        """
        host = host.strip("[]").lower()
        allowed = host in self._allow_hosts
        if not allowed and port not in _PORTS:
            raise RefusedError(f"port {port} is not fetched from")
        addresses = self._look_up(host, port)
        if not allowed and not all(is_public(address) for address in addresses):
            raise RefusedError("the host has a private address")
        return self._connect(addresses, port)

    def _look_up(self, host: str, port: int) -> list[str]:
        # In a thread, because the system's resolver cannot be given a time limit.
        answer: Future[list[str]] = Future()
        threading.Thread(
            target=_answer, args=(answer, self._resolve, host, port), daemon=True
        ).start()
        try:
            return answer.result(self._deadline.left_s())
        except TimeoutError as error:
            raise FetchError("the name of the host could not be looked up in time") from error
        except (OSError, UnicodeError) as error:
            raise FetchError("the host does not exist") from error

    def _connect(self, addresses: list[str], port: int) -> socket.socket:
        for rest, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            # A share of the time for each, so that a dead IPv6 route leaves some for IPv4.
            timeout_s = self._deadline.left_s() / rest
            try:
                connection = socket.create_connection((address, port), timeout_s)
            except OSError:
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._deadline.watch(connection)
            return connection
        raise FetchError("no connection to the host")


class DialingAdapter(HTTPAdapter):
    """Requests' transport, over connections that ``dial`` opens.

    The host's name stays in place for the Host header and the certificate.
    """

    def __init__(self, dial: Dial) -> None:
        super().__init__()
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_Pool, dial=dial),
            "https": partial(_TLSPool, dial=dial),
        }


class _Connection(HTTPConnection):
    def __init__(self, *args: Any, dial: Dial, **options: Any) -> None:
        super().__init__(*args, **options)
        self._dial = dial

    def _new_conn(self) -> socket.socket:
        return self._dial(self.host, self.port)


class _TLSConnection(HTTPSConnection):
    def __init__(self, *args: Any, dial: Dial, **options: Any) -> None:
        super().__init__(*args, **options)
        self._dial = dial

    def _new_conn(self) -> socket.socket:
        return self._dial(self.host, self.port)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


def _answer(answer: Future[list[str]], resolve: Resolve, host: str, port: int) -> None:
    try:
        answer.set_result(resolve(host, port))
    except Exception as error:
        answer.set_exception(error)
