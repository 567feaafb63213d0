"""A site of somebody else, in a process of its own: it mentions our posts, and hears of them.

As a program it prints the port it listens at, and serves until it is killed.
"""

import json
import subprocess
import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

_PAUSE_S = 0.05  # so that a kill often comes while somebody waits for an answer
_PAGE = (
    '<!doctype html><meta charset="utf-8"><link rel="webmention" href="/heard">'
    '<article class="h-entry"><a class="p-author h-card" href="/{name}">{name}</a>'
    '<a class="u-{property}" href="{of}">it</a><p class="e-content">Well said.</p></article>'
)


class Neighbour:
    """The site, as long as the block runs: its pages say what their URLs ask them to."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__))], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self._port = self._process.stdout.readline().strip()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdout
        self._process.stdout.close()
        self._process.kill()
        self._process.wait()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    def source(self, name: str, property_: str, target: str, host: str = "127.0.0.1") -> str:
        """Return the URL of a page of its own that links to ``target`` as ``u-property``."""
        asked = urlencode({"property": property_, "of": target})
        return f"http://{host}:{self._port}/{name}?{asked}"

    def heard(self) -> set[tuple[str, str]]:
        """Return source and target of each Webmention that has arrived."""
        answer = requests.get(f"{self.url}heard", timeout=30)
        return {(source, target) for source, target in answer.json()}


class _Site(BaseHTTPRequestHandler):
    heard: ClassVar[list[tuple[str, str]]] = []

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/heard":
            self._answer(json.dumps(self.heard), "application/json")
            return
        time.sleep(_PAUSE_S)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        words = {"property": "mention", "of": "/", "name": parts.path.strip("/"), **asked}
        self._answer(_PAGE.format(**words), "text/html")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = parse_qs(body)
        time.sleep(_PAUSE_S)
        self.heard.append((form["source"][0], form["target"][0]))
        self._answer("", "text/plain", 202)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self, text: str, media_type: str, status: int = 200) -> None:
        with suppress(ConnectionError):  # who asked may have been killed
            self.send_response(status)
            self.send_header("Content-Type", f"{media_type}; charset=utf-8")
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())


def main() -> None:
    """Serve at a free port, and print it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    server.daemon_threads = True
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
