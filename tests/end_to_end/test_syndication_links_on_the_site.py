"""A post sent to places that read it themselves: the real server, real builds, a strict reader."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import mf2py
import pytest
import requests
from conftest import Installation, make_bearer, make_installation
from programs import need, wait_for
from pytest_httpserver import HTTPServer
from remotes import git
from servers import Server
from werkzeug.wrappers import Request, Response

from endpoint.assembly import assemble


@dataclass
class Reader:
    """Takes posts as IndieNews does: the last link of theirs to this host must be the target.

    Of a page that is gone it lets go.
    """

    server: HTTPServer
    posts: dict[str, str] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        if request.method == "GET":
            return Response('<a rel="webmention" href="/tell">Tell</a>', content_type="text/html")
        response = self._look(request.form["source"], request.form["target"])
        self.answers.append(response.status_code)
        return response

    def _look(self, source: str, target: str) -> Response:
        page = requests.get(source, timeout=30)
        if page.status_code == HTTPStatus.GONE:
            self.posts.pop(source, None)
            return say(200, {})
        [entry] = mf2py.parse(doc=page.text, url=source)["items"]
        host = urlsplit(target).netloc
        links = [url for url in entry["properties"]["syndication"] if urlsplit(url).netloc == host]
        if links[-1:] != [target]:
            return say(400, {"error": "target_mismatch"})
        self.posts[source] = entry["properties"]["content"][0]["value"].strip()
        return say(201, {"url": self.server.url_for("/posts/1")})


def say(status: int, body: Any) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")


@pytest.fixture
def reader(httpserver: HTTPServer) -> Reader:
    reader = Reader(httpserver)
    httpserver.expect_request(re.compile("")).respond_with_handler(reader.answer)
    return reader


@dataclass(frozen=True)
class Site:
    """An installation with its server, which shows what its generator has built."""

    url: str
    folder: Path
    bearer: dict[str, str]

    def post(self, **properties: str) -> str:
        return self._ask(data=properties).headers["Location"]

    def act(self, action: str, url: str, **more: Any) -> None:
        self._ask(json={"action": action, "url": url, **more})

    def syndication(self, url: str) -> list[str]:
        """Return the copies that readers of a page are shown."""
        page = requests.get(url, timeout=30).text
        shown = re.findall(r'<a class="?u-syndication"? rel="?syndication"? href="?([^" >]+)', page)
        return [str(each) for each in shown]

    def subjects(self) -> list[str]:
        return git(self.folder / "site.git", "log", "--format=%s", "main").splitlines()

    def _ask(self, **body: Any) -> requests.Response:
        answer = requests.post(f"{self.url}micropub", headers=self.bearer, timeout=30, **body)
        assert answer.ok, answer.text
        return answer


@pytest.fixture(params=["hugo", "jekyll"])
def site(request: pytest.FixtureRequest, tmp_path: Path, reader: Reader) -> Iterator[Site]:
    need(request.param)
    folder = tmp_path / "site"
    with Server(folder) as server:
        url = f"{server.url}/"
        wishes = {"generator": request.param, "serve": True, "allow_hosts": ("127.0.0.1",)}
        make_installation(folder, url, **wishes)
        installation = Installation(folder)
        place = {
            "kind": "link",
            "uid": "news",
            "name": "News",
            "server": reader.server.url_for("/en"),
        }
        installation.configure(syndication=[place])
        parts = assemble(installation.config)
        bearer = make_bearer(parts)
        parts.close()
        server.start()
        server.wait_until_up()
        yield Site(url, folder, bearer)


def test_it_is_taken_linked_changed_and_let_go(site: Site, reader: Reader) -> None:
    copy = reader.server.url_for("/posts/1")

    url = site.post(content="Hello", **{"mp-syndicate-to": "news"})
    wait_for(lambda: site.syndication(url) == [copy])
    taken, commits = dict(reader.posts), site.subjects()
    site.act("update", url, replace={"content": ["Hello again"]})
    wait_for(lambda: reader.posts == {url: "Hello again"})
    site.act("delete", url)
    wait_for(lambda: not reader.posts)

    assert taken == {url: "Hello"}
    assert len(commits) == 4, commits
    assert set(reader.answers) <= {200, 201}
