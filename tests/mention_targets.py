"""Pages of others that want to hear of it when ours link to them, and who writes ours."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from owners import Owner
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Request, Response

from endpoint.services.webmentions.sending import SEND
from endpoint.stores.sent_mentions import Sent

ENDPOINT = '<link rel="webmention" href="/endpoint">'

Answer = Callable[[Request], Response]


@dataclass
class Targets:
    """A site whose pages are what a test puts there; ``told`` is what its endpoint has heard.

    ``answers`` are those of the endpoint to come, the last one for good.
    """

    server: HTTPServer
    pages: dict[str, Answer] = field(default_factory=dict)
    told: list[tuple[str, str]] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    answers: list[Response] = field(default_factory=lambda: [Response(status=202)])

    def put(
        self, path: str, body: str = ENDPOINT, status: int = 200, **headers: str | list[str]
    ) -> str:
        """Let ``path`` answer so, and return its URL."""

        def answer(_: Request) -> Response:
            response = Response(body, status, content_type="text/html; charset=utf-8")
            for name, value in headers.items():
                if isinstance(value, list):
                    for line in value:
                        response.headers.add(name.replace("_", "-"), line)
                else:
                    response.headers[name.replace("_", "-")] = value
            return response

        self.pages[path] = answer
        return self.server.url_for(path)

    def put_with_endpoint(self, *statuses: int) -> str:
        """Put a page whose own endpoint answers so, the last for good, and return its URL."""
        name, left = f"{len(self.pages)}-{statuses[0]}", list(statuses)
        self.pages[f"/endpoint/{name}"] = lambda _: Response(
            status=left.pop(0) if len(left) > 1 else left[0]
        )
        return self.put(f"/{name}", f'<link rel="webmention" href="/endpoint/{name}">')

    def answer(self, request: Request) -> Response:
        """Answer ``request``; any POST is heard as a mention."""
        self.asked.append(request)
        if request.method == "POST" and request.path.startswith("/endpoint"):
            form = request.form.to_dict(flat=False)
            assert form.keys() == {"source", "target"}
            self.told.append((*form["source"], *form["target"]))
            if request.path not in self.pages:
                return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        page = self.pages.get(request.path)
        return page(request) if page else Response(status=404)

    def fetched(self, path: str) -> int:
        """Return how often ``path`` was asked for."""
        return sum(request.path == path for request in self.asked if request.method == "GET")


class Author(Owner):
    """An owner whose posts tell the pages they link to."""

    follower = SEND

    def post(self, **properties: Any) -> str:
        """Make a post and return its permalink."""
        answer = self.client.post("/micropub", data=properties, headers=self.headers)
        assert answer.status_code == 201
        return answer.headers["Location"]

    def sent(self) -> dict[str, Sent]:
        """Return what is known of each target."""
        return {row.target: row for row in self.parts.webmentions.outgoing.sent.page(100)}
