"""Connections to other hosts, opened only to addresses that were checked."""

import socket
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future

from endpoint.stores.http.addresses import is_private_host, is_public
from endpoint.stores.http.deadlines import Deadline
from endpoint.stores.http.fetching import FetchError, RefusedError

Resolve = Callable[[str, int], list[str]]
"""Every IP address of a host for a port; raises OSError if there is none."""


class Dialer:
    """Opens connections to public addresses, and to the hosts of an allow-list.

    Any port will do for the hosts of the list, those of ``ports`` for others.
    """

    def __init__(
        self,
        allow_hosts: frozenset[str],
        ports: frozenset[int],
        resolve: Resolve,
        deadline: Deadline,
    ) -> None:
        self._allow_hosts = allow_hosts
        self._ports = ports
        self._resolve = resolve
        self._deadline = deadline

    def dial(self, host: str, port: int) -> socket.socket:
        """Return a connection to ``host``; raise RefusedError if it may not be reached.

        Every address of the name is checked, and the connection goes to one of
        those very addresses, so a second answer of the name's server is never
        asked for. Raise FetchError if none answers.
        """
        host = spelled(host)
        if host in self._allow_hosts:
            return self._connect(self._look_up(host, port), port)
        if port not in self._ports:
            raise RefusedError(f"port {port} is not fetched from")
        if is_private_host(host):
            raise RefusedError("the host is a private one")
        addresses = self._look_up(host, port)
        if not all(is_public(address) for address in addresses):
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


def spelled(host: str) -> str:
    """Return ``host`` as it is compared: in lower case, without brackets or the root's dot."""
    return host.strip("[]").rstrip(".").lower()


def expand(ports: Iterable[str]) -> frozenset[int]:
    """Return the numbers of ports written as ``443`` or ``8080-8443``."""
    spans = [span.partition("-") for span in ports]
    return frozenset(
        port for first, _, last in spans for port in range(int(first), int(last or first) + 1)
    )


def _answer(answer: Future[list[str]], resolve: Resolve, host: str, port: int) -> None:
    try:
        answer.set_result(resolve(host, port))
    except Exception as error:
        answer.set_exception(error)
