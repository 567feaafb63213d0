"""A site with its server and worker as apps for Mastodon find it, and its owner in a browser."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import frontmatter
import git
import pytest
import requests
from foreign import Foreign, start_tooi
from lxml import html
from mastodon_shapes import answer_to, complaints
from mention_sources import Elsewhere, entry
from oauth_apps import decide, sign_in
from photos import quarters
from programs import need, wait_for
from pytest_httpserver import HTTPServer
from recorders import Exchange, Recorder
from servers import Server

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
_EVERYWHERE = re.compile("")


class Browser(requests.Session):
    """A browser that stops where it is sent after a form."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False

    def post(self, url: Any, data: Any = None, json: Any = None, **options: Any) -> Any:
        return super().post(url, data, json, **{"allow_redirects": False, **options})


@dataclass(frozen=True)
class Site:
    """The site at ``url``, as its visitors reach it; ``pages`` are somebody else's."""

    url: str
    folder: Path
    recorder: Recorder
    pages: Elsewhere
    browser: Browser = field(default_factory=Browser)

    def allow(self, question: str) -> str:
        """Let the owner allow all that an app asks, and return the code that the app gets."""
        answer = decide(self.browser, self.browser.get(question))
        if answer.status_code in (302, 303):
            there = answer.headers["Location"]
            code = parse_qs(urlsplit(there).query).get("code")
            return code[0] if code else self._read_code(self.browser.get(there).text)
        return self._read_code(answer.text)

    def mention(self, page: str, *, kind: str = "u-in-reply-to", words: str = "Well said.") -> str:
        """Let Grace's page mention ``page``, and return its URL."""
        path = f"/{kind}/{len(self.pages.pages)}"
        source = self.pages.put(path, entry(page, words, kind))
        told = {"source": source, "target": page}
        answer = requests.post(f"{self.url}/webmention", data=told, timeout=30)
        assert answer.ok, answer.text
        return source

    def read(self, permalink: str) -> frontmatter.Post:
        """Return a post as its file has it."""
        path = urlsplit(permalink).path.strip("/")
        with git.Repo(self.folder / "site.git") as repo:
            return frontmatter.loads(repo.git.show(f"main:content/{path}/index.md"))

    def commits(self) -> int:
        """Return how many commits changed a post; mentions are kept in ones of their own."""
        with git.Repo(self.folder / "site.git") as repo:
            return int(repo.git.rev_list("--count", "main", "--", "*.md"))

    def page(self, permalink: str) -> str:
        """Return the page that readers get once it is built."""
        wait_for(lambda: requests.get(permalink, timeout=30).ok)
        return requests.get(permalink, timeout=30).text

    def token(self, scopes: str = "read write follow push") -> str:
        """Return the token of an app that signed in."""
        said = {"client_name": "Test", "redirect_uris": OUT_OF_BAND, "scopes": scopes}
        app = requests.post(f"{self.url}/api/v1/apps", json=said, timeout=30).json()
        known = {name: app[name] for name in ("client_id", "client_secret")}
        asked = {"client_id": app["client_id"], "redirect_uri": OUT_OF_BAND, "scope": scopes}
        code = self.allow(
            f"{self.url}/oauth/authorize?{urlencode({**asked, 'response_type': 'code'})}"
        )
        grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": OUT_OF_BAND}
        got = requests.post(f"{self.url}/oauth/token", data={**known, **grant}, timeout=30)
        assert got.ok, got.text
        return got.json()["access_token"]

    def _read_code(self, page: str) -> str:
        [code] = html.fromstring(page).xpath("//code/text() | //input[@readonly]/@value")
        return str(code)


@pytest.fixture(scope="module")
def running_site(
    tmp_path_factory: pytest.TempPathFactory, new_installation: Callable[..., Any]
) -> Iterator[Site]:
    """A site that runs for all tests of a module."""
    need("hugo")
    folder = tmp_path_factory.mktemp("apps") / "site"
    with Recorder() as recorder, HTTPServer(host="127.0.0.1") as others:
        pages = Elsewhere(others)
        others.expect_request(_EVERYWHERE).respond_with_handler(pages.answer)
        installation = new_installation(folder, f"{recorder.url}/", serve=True)
        installation.configure(
            owner={"username": "ada"},
            fetch={"allow_hosts": [others.host, "127.0.0.1"]},
            webmention={"approve": ["all"]},
        )
        with Server(folder) as server:
            recorder.to = server.url
            server.start()
            server.wait_until_up()
            site = Site(recorder.url, folder, recorder, pages)
            sign_in(site.browser, site.url)
            yield site


@pytest.fixture(scope="module")
def tooi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Foreign]:
    with start_tooi(tmp_path_factory.mktemp("tooi")) as tooi:
        yield tooi


@pytest.fixture
def site(running_site: Site, tooi: Foreign) -> Iterator[Site]:
    """The site; what it answers must be what apps for Mastodon need."""
    before = len(running_site.recorder.exchanges)
    yield running_site
    said = running_site.recorder.exchanges[before:]
    assert [wrong for exchange in said for wrong in complaints(exchange)] == []
    assert [wrong for exchange in said for wrong in _ask(tooi, exchange)] == []


def _ask(tooi: Foreign, exchange: Exchange) -> list[str]:
    answer = answer_to(exchange)
    if answer is None or not answer.entity or exchange.status >= 300:
        return []
    wrongs = tooi(answer.entity, exchange.json)
    return [f"{exchange.method} {exchange.path}: {wrong}" for wrong in wrongs]


@pytest.fixture(scope="session")
def picture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a picture."""
    path = tmp_path_factory.mktemp("picture") / "quarters.jpg"
    quarters().save(path)
    return path
