"""Pages of others that mention ours, on a real server."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Self

from pytest_httpserver import HTTPServer
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response


def entry(target: str, words: str = "Well said.", kind: str = "u-in-reply-to") -> str:
    """Return a page with an h-entry by Grace that links to ``target``."""
    return (
        '<!doctype html><meta charset="utf-8"><title>A page</title><article class="h-entry">'
        '<a class="p-author h-card" href="https://grace.example/">Grace</a>'
        f'<a class="{kind}" href="{target}">it</a><p class="e-content">{words}</p></article>'
    )


@dataclass
class Elsewhere:
    """A site of somebody else, whose pages are what a test last put there."""

    server: HTTPServer
    pages: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def put(self, path: str, body: str = "", status: int = 200, **headers: str) -> str:
        """Let ``path`` answer so, and return its URL."""
        said = {"Content-Type": "text/html; charset=utf-8"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        self.pages[path] = body, status, said
        return self.server.url_for(path)

    def answer(self, request: Request) -> Response:
        """Answer ``request``; what was not put there is not found."""
        self.asked.append(request.full_path.rstrip("?"))
        return Response(*self.pages.get(request.path, ("", 404, {})))


class Crowd:
    """Many sites, one for each name of this machine, that answer many at once with one page.

    ``most`` says how many of a host, and of ``all``, were asked for at the same time.
    """

    def __init__(self, page: str, pause_s: float = 0.03) -> None:
        self.most = Counter[str]()
        self._now = Counter[str]()
        self._page = page
        self._pause_s = pause_s
        self._turn = threading.Lock()
        self._server = make_server("127.0.0.1", 0, Request.application(self._answer), threaded=True)
        self.port = self._server.port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, request: Request) -> Response:
        host = request.host.partition(":")[0]
        self._count(host, 1)
        time.sleep(self._pause_s)
        self._count(host, -1)
        return Response(self._page, mimetype="text/html")

    def _count(self, host: str, step: int) -> None:
        with self._turn:
            for name in (host, "all"):
                self._now[name] += step
                self.most[name] = max(self.most[name], self._now[name])
