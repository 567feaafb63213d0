"""Servers that no library would make: they drip, flood and break off as a test wants."""

import socket
import threading
import time
from contextlib import contextmanager, suppress

LOCAL = ("127.0.0.1",)
# Those that may be fetched, so that only the address can be at fault.
FETCHED_PORTS = range(8100, 8443)
# What an error says of a time limit, which may also run out before anybody is connected.
TOO_LATE = "too long|looked up in time"


@contextmanager
def listening(answer, port=0):
    """Serve each connection with ``answer(connection)``; yields the port and who connected."""
    connections = []
    with socket.create_server(("127.0.0.1", port)) as server:

        def serve():
            with suppress(OSError):
                while True:
                    connection, peer = server.accept()
                    connections.append(peer)
                    with connection, suppress(OSError):
                        answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], connections
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def once(content):
    """Read a request and send ``content``."""

    def answer(connection):
        connection.recv(65_536)
        connection.sendall(content)

    return answer


def drip(head):
    """Send ``head`` at once and then a byte every 50 ms, for longer than anybody should wait."""

    def answer(connection):
        connection.recv(65_536)
        connection.sendall(head)
        for _ in range(600):
            connection.sendall(b"x")
            time.sleep(0.05)

    return answer


def silence(connection):
    """Take what comes and say nothing until the other side hangs up."""
    while connection.recv(65_536):
        pass


def flood(head, chunk):
    """Send ``head`` and then ``chunk``, again and again."""

    def answer(connection):
        connection.recv(65_536)
        connection.sendall(head)
        while True:
            connection.sendall(chunk)

    return answer


def answers(*addresses):
    """A resolver that knows these addresses for every name."""
    return lambda *_: list(addresses)
