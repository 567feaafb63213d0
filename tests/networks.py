"""A small network of its own kind, and what copies posts there."""

import itertools
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from owners import Owner
from pytest_httpserver import HTTPServer
from werkzeug.wrappers import Request, Response

from endpoint.app import make_app
from endpoint.assembly import Parts
from endpoint.config.syndication import SyndicationTarget
from endpoint.domain.retry_after import parse_retry_after
from endpoint.domain.tokens import Token
from endpoint.services.syndication.copying import SYNDICATE
from endpoint.stores.syndications.rows import Syndication
from endpoint.stores.web import FetchError
from endpoint.syndicators import Copy, Outgoing, Syndicator, Tools
from endpoint.syndicators.outcomes import Forbidden, NeedsLink, NotAllowed, NotNow, Refused

KIND = "small"


@dataclass
class Network:
    """What is posted there, by number; ``answers`` are those to come instead of doing it.

    One that ``refusing`` made with ``is_done`` comes although the thing is done.
    """

    server: HTTPServer
    posts: dict[str, dict[str, Any]] = field(default_factory=dict)
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    token: str = "good"
    remembers_keys: bool = False
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def url(self) -> str:
        return self.server.url_for("/")

    @property
    def texts(self) -> list[str]:
        """What all posts say, oldest first."""
        return [post["text"] for post in self.posts.values()]

    def said(self, method: str) -> list[dict[str, Any]]:
        """Return what was asked with ``method``."""
        return [body for asked, body in self.heard if asked == method]

    def answer(self, request: Request) -> Response:
        """Do what ``request`` asks for, unless another answer is to come."""
        body = json.loads(request.get_data() or b"{}")
        self.heard.append((request.method, body))
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return Response("Who are you", 401)
        if self.answers:
            answer = self.answers.pop(0)
            if answer.headers.get("X-Done"):
                self._do(request, body)
            return answer
        return self._do(request, body)

    def _do(self, request: Request, body: dict[str, Any]) -> Response:
        number = request.path.rpartition("/")[2]
        match request.method:
            case "GET":
                wanted = list(request.args.items())
                found = self.posts.values()
                return _json([p for p in found if all(p[name] == text for name, text in wanted)])
            case "POST":
                known = [p for p in self.posts.values() if p["key"] == body["key"]]
                if known and self.remembers_keys:
                    return _json(known[0])
                number = str(next(self.numbers))
                self.posts[number] = {"id": number, "url": f"{self.url}posts/{number}", **body}
                return _json(self.posts[number])
            case "PUT" if number in self.posts:
                self.posts[number] |= body
                return _json(self.posts[number])
            case "DELETE" if number in self.posts:
                return _json(self.posts.pop(number))
        return Response("There is nothing", 404)


def refusing(status: int, text: str = "", *, is_done: bool = False, **headers: str) -> Response:
    """Return an answer that is none; with ``is_done`` the thing is done all the same."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(text, status, named | ({"X-Done": "1"} if is_done else {}))


def _json(value: Any) -> Response:
    return Response(json.dumps(value), content_type="application/json")


class SmallSyndicator:
    """Copies posts to a ``Network``."""

    name = KIND

    def __init__(self, target: SyndicationTarget, tools: Tools) -> None:
        self.targets = (target,)
        self._target = target
        self._tools = tools

    def copy(self, outgoing: Outgoing, key: str) -> Copy:
        link = self._target.options.get("wants_link", "")
        if link and link not in outgoing.post.properties.get("syndicate-to", []):
            raise NeedsLink(link)
        if outgoing.own_text == "fault":
            raise RuntimeError("a fault")
        files = [[each.alt, each.media_type, len(each.load())] for each in outgoing.attachments]
        body = {"key": key, "files": files, **_say(outgoing)}
        return _to_copy(self._ask("POST", "posts", body))

    def find(self, outgoing: Outgoing, key: str, since: datetime) -> Copy | None:
        assert since
        assert outgoing.post.permalink
        found = self._ask("GET", f"posts?key={key}")
        return _to_copy(found[0]) if found else None

    def recognise(self, url: str) -> Copy | None:
        found = self._ask("GET", f"posts?url={url}")
        return _to_copy(found[0]) if found else None

    def edit(self, copy: Copy, outgoing: Outgoing) -> Copy:
        return _to_copy(self._ask("PUT", f"posts/{copy.id}", _say(outgoing)))

    def remove(self, copy: Copy) -> None:
        self._ask("DELETE", f"posts/{copy.id}", may_miss=True)

    def check(self) -> str:
        self._ask("GET", "posts")
        return "@ada"

    def _ask(self, method: str, path: str, body: Any = None, *, may_miss: bool = False) -> Any:
        headers = {"Authorization": f"Bearer {self._target.token}"}
        with self._tools.web.session() as session:
            try:
                answer = session.request(
                    method, self._target.server + path, json=body, headers=headers, timeout=30
                )
            except FetchError as error:
                raise NotNow(f"It cannot be reached: {error}.", is_unknown=True) from error
        if answer.status_code == 401:
            raise NotAllowed("It answers 401.")
        if answer.status_code == 403:
            raise Forbidden("It answers 403.")
        if answer.status_code == 422:
            raise Refused(f"It refuses: {answer.text}.")
        if answer.status_code == 404 and may_miss:
            return None
        if answer.status_code == 429:
            now = self._tools.clock()
            wait = parse_retry_after(answer.headers.get("Retry-After"), now) or timedelta()
            raise NotNow("It is too much.", now + wait)
        if answer.status_code != 200:
            raise NotNow(f"It answers {answer.status_code}.", is_unknown=True)
        return answer.json()


def make(target: SyndicationTarget, tools: Tools) -> Syndicator:
    """Return what copies to the network at ``server``."""
    if not target.token:
        raise ValueError("token: is required")
    return SmallSyndicator(target, tools)


def _say(outgoing: Outgoing) -> dict[str, Any]:
    return {
        "text": outgoing.own_text or outgoing.html,
        "permalink": outgoing.post.permalink,
        "language": outgoing.language,
    }


def _to_copy(found: dict[str, str]) -> Copy:
    return Copy(found["url"], found["id"])


def install_kind(folder: Path) -> None:
    """Put a package into ``folder`` that brings this kind of network."""
    package = folder / "small_network-1.0.dist-info"
    package.mkdir(parents=True, exist_ok=True)
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: small-network\nVersion: 1.0\n")
    entry = f"[endpoint.syndicators]\n{KIND} = {__name__}:make\n"
    (package / "entry_points.txt").write_text(entry)


class Publisher(Owner):
    """An owner whose posts are copied."""

    follower = SYNDICATE

    def token(self) -> Token:
        """Return the token that they post with."""
        return self.parts.tokens.verify(self.headers["Authorization"].removeprefix("Bearer "))

    def post(self, *targets: str, **properties: Any) -> str:
        """Make a post with copies at ``targets``, and return its permalink."""
        given = {name.replace("_", "-"): _listed(value) for name, value in properties.items()}
        body = {"type": ["h-entry"], "properties": {"mp-syndicate-to": list(targets), **given}}
        answer = self.client.post("/micropub", json=body, headers=self.headers)
        assert answer.status_code == 201, answer.json
        return answer.headers["Location"]

    def row(self, permalink: str, target: str = "small") -> Syndication:
        """Return what is known of a copy."""
        rows = self.parts.syndications.page(100, permalink=permalink)
        return {row.target: row for row in rows}[target]

    def source(self, permalink: str) -> dict[str, Any]:
        """Return the properties of a post, as apps read them."""
        query = {"q": "source", "url": permalink}
        answer = self.client.get("/micropub", query_string=query, headers=self.headers)
        assert answer.status_code == 200, answer.json
        return answer.json["properties"]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.fixture
def network(httpserver: HTTPServer) -> Network:
    """A network at ``httpserver``."""
    made = Network(httpserver)
    httpserver.expect_request(re.compile("")).respond_with_handler(made.answer)
    return made


@pytest.fixture
def configure(installation: Any, network: Network, small_kind: None) -> Callable[..., None]:
    """Return a function that configures targets, each with other settings than the usual."""

    def configure(*targets: dict[str, Any], **tables: Any) -> None:
        usual = {"kind": KIND, "name": "Small", "server": network.url, "token": "good"}
        installation.configure(
            syndication=[{**usual, "uid": "small", **target} for target in targets or [{}]],
            site={"build": ""},
            fetch={"allow_hosts": [network.server.host]},
            **tables,
        )

    return configure


@pytest.fixture
def start_publisher(
    start: Callable[..., Parts], clock: Any, bearer_of: Callable[..., dict[str, str]]
) -> Callable[[], Publisher]:
    """Return a function that starts the installation as it is configured by then."""

    def start_publisher() -> Publisher:
        parts = start()
        return Publisher(parts, make_app(parts).test_client(), bearer_of(parts), clock)

    return start_publisher


@pytest.fixture
def publisher(
    configure: Callable[..., None], start_publisher: Callable[[], Publisher]
) -> Publisher:
    configure()
    return start_publisher()


@pytest.fixture
def offer(installation: Any) -> Callable[..., None]:
    """Return a function that configures targets, which nothing is known of but their uids."""

    def offer(*uids: str) -> None:
        installation.configure(
            syndication=[{"kind": "link", "uid": uid, "name": uid} for uid in uids]
        )

    return offer


@pytest.fixture
def small_kind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is installed, and brings the kind of network."""
    install_kind(tmp_path / "packages")
    monkeypatch.syspath_prepend(tmp_path / "packages")
    assert str(tmp_path / "packages") in sys.path
