"""A proxy before a server that keeps what was said."""

import json
import threading
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import unquote

import requests
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

_OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "host", "content-length"}


@dataclass(frozen=True)
class Exchange:
    """A request with its answer; ``path`` without its query."""

    method: str
    path: str
    asked: str
    status: int
    content_type: str
    body: bytes

    @property
    def json(self) -> Any:
        """Return what the answer holds."""
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.status} {self.body[:300]!r}"


class Recorder:
    """The proxy, at ``url``; ``to`` is where what it gets goes on to."""

    def __init__(self) -> None:
        self.to = ""
        self.exchanges: list[Exchange] = []
        self._server = make_server("127.0.0.1", 0, Request.application(self._pass), threaded=True)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _pass(self, request: Request) -> Response:
        # As it was sent, with each letter as it was escaped.
        target = request.environ["REQUEST_URI"]
        asked = request.get_data(cache=False)
        headers = {name: value for name, value in request.headers if _goes_on(name)}
        with requests.Session() as session:
            session.trust_env = False
            headers.setdefault("Accept-Encoding", "identity")
            headers["Host"] = request.host
            prepared = requests.Request(request.method, self.to, headers, data=asked).prepare()
            prepared.url = self.to + target
            answer = session.send(prepared, allow_redirects=False, stream=True, timeout=60)
            body = answer.raw.read()
        self._note(request, target, answer, body)
        passed = [(name, value) for name, value in answer.raw.headers.items() if _goes_on(name)]
        return Response(body, answer.status_code, passed)

    def _note(self, request: Request, target: str, answer: requests.Response, body: bytes) -> None:
        path = unquote(target.partition("?")[0])
        kind = answer.headers.get("Content-Type", "")
        exchange = Exchange(request.method, path, target, answer.status_code, kind, body)
        self.exchanges.append(exchange)


def _goes_on(name: str) -> bool:
    return name.lower() not in _OF_ONE_HOP
