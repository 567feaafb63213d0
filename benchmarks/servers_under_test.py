"""Servers under test, each a process of its own: ``endpoint serve``, and an empty Flask view."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.clients import Step, converse
from benchmarks.programs import ENDPOINT
from benchmarks.sites import Site

_EMPTY = """
import sys
import waitress
from flask import Flask

app = Flask("empty")


@app.get("/")
def empty():
    return ""


waitress.serve(app, host="127.0.0.1", port=int(sys.argv[1]), threads=8, ident=None, _quiet=True)
"""
_FIRST = Step("first", "GET", "/feed.json")
_PATIENCE_S = 600


@dataclass(frozen=True)
class Server:
    """A running server; ``first_answer_s`` is from its process's start to its first answer."""

    pid: int
    port: int
    first_answer_s: float

    def resident_mb(self) -> float:
        """Return the memory that the process has in RAM, in MB of 2**20 bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmRSS:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0


@contextmanager
def serving(site: Site, *, with_worker: bool = False) -> Iterator[Server]:
    """Serve ``site`` as long as the block runs."""
    words = ["serve", "--config", str(site.config), *([] if with_worker else ["--no-worker"])]
    with running([ENDPOINT, *words, "--port"], _FIRST) as server:
        yield server


@contextmanager
def working(site: Site) -> Iterator[None]:
    """Let a worker of ``site`` work, beside its server, as long as the block runs."""
    command = [ENDPOINT, "worker", "--config", str(site.config)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def serving_nothing() -> Iterator[Server]:
    """Serve an empty view on the same web server with the same settings."""
    with running([sys.executable, "-c", _EMPTY], Step("empty", "GET", "/")) as server:
        yield server


@contextmanager
def running(command: list[str], first: Step) -> Iterator[Server]:
    """Run ``command``, which gets a port as its last word, and ask it ``first`` of all."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.monotonic()
    with subprocess.Popen([*command, str(port)], stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(process, port)
            converse(port, (first,), 1)
            yield Server(process.pid, port, time.monotonic() - began)
        finally:
            process.terminate()


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionError:
            time.sleep(0.002)
    raise SystemExit(f"{process.args} does not answer")
