"""Clients that cost little, each a process of its own, so that they share nothing with a server."""

import multiprocessing
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.pool import Pool

_TOGETHER_S = 0.02  # enough for every client to have its order before the first begins


@dataclass(frozen=True)
class Step:
    """A request; in path and body ``{new}`` becomes a text that never was before.

    ``{day}`` becomes a day of the ten years before this one.
    ``headers`` are lines, each with its line's end. An answer of another status
    than ``expects`` ends the run.
    """

    name: str
    method: str
    path: str
    headers: str = ""
    body: str = ""
    expects: int = 200

    def write(self) -> bytes:
        new = secrets.token_hex(8)
        path, body = (
            text.replace("{new}", new).replace("{day}", _some_day())
            for text in (self.path, self.body)
        )
        length = f"Content-Length: {len(body.encode())}\r\n" if body else ""
        head = f"{self.method} {path} HTTP/1.1\r\nHost: site.example\r\n{self.headers}{length}\r\n"
        return (head + body).encode()


def _some_day() -> str:
    return f"{datetime.now(UTC) - timedelta(days=366 + secrets.randbelow(3650)):%Y-%m-%d}"


@dataclass(frozen=True)
class Heard:
    """What one client saw: the milliseconds of each answer by step, and from when to when."""

    times_ms: dict[str, list[float]]
    began: float
    ended: float


class Clients:
    """Processes that are ready to ask, all at once."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def ask(self, port: int, talks: list[tuple[Step, ...]], times: int) -> list[Heard]:
        """Let a client for each of ``talks`` go through its steps ``times`` times."""
        begin = time.monotonic() + _TOGETHER_S
        return self._pool.starmap(
            converse, [(port, steps, times, begin) for steps in talks], chunksize=1
        )


@contextmanager
def ready_clients(number: int) -> Iterator[Clients]:
    """Give ``number`` clients as long as the block runs."""
    with multiprocessing.get_context("spawn").Pool(number) as pool:
        yield Clients(pool)


def converse(port: int, steps: tuple[Step, ...], times: int, begin: float = 0) -> Heard:
    """Ask the server at ``port``, on one connection as long as it stays open."""
    heard: dict[str, list[float]] = {step.name: [] for step in steps}
    connection = _Connection(port)
    time.sleep(max(0, begin - time.monotonic()))
    began = time.monotonic()
    for _ in range(times):
        for step in steps:
            request = step.write()
            asked = time.perf_counter()
            status, body = connection.ask(request)
            heard[step.name].append((time.perf_counter() - asked) * 1000)
            if status != step.expects:
                raise RuntimeError(f"{step.name}: {status} {body[:300]!r}")
    ended = time.monotonic()
    connection.close()
    return Heard(heard, began, ended)


def read_header(port: int, step: Step, name: str) -> str:
    """Return a header of the answer to ``step``."""
    connection = _Connection(port)
    connection.ask(step.write())
    connection.close()
    return next(
        value.strip()
        for key, _, value in (line.partition(":") for line in connection.head.split("\r\n"))
        if key.lower() == name.lower()
    )


def read_body(port: int, step: Step) -> bytes:
    """Return the body of the answer to ``step``."""
    connection = _Connection(port)
    _, body = connection.ask(step.write())
    connection.close()
    return body


class _Connection:
    """HTTP/1.1 as far as the servers under test speak it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None
        self.head = ""

    def ask(self, request: bytes) -> tuple[int, bytes]:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        head, _, body = self._read_until_head().partition(b"\r\n\r\n")
        self.head = head.decode("latin-1")
        lower = self.head.lower()
        _, found, length = lower.partition("content-length:")
        missing = (int(length.partition("\r\n")[0]) if found else 0) - len(body)
        while missing > 0:
            body += (part := self._receive())
            missing -= len(part)
        if "connection: close" in lower:
            self.close()
        return int(self.head[9:12]), body

    def close(self) -> None:
        if self._socket:
            self._socket.close()
            self._socket = None

    def _read_until_head(self) -> bytes:
        data = self._receive()
        while b"\r\n\r\n" not in data:
            data += self._receive()
        return data

    def _receive(self) -> bytes:
        assert self._socket
        part = self._socket.recv(1 << 18)
        if not part:
            raise RuntimeError("the server closed the connection")
        return part
