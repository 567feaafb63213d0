"""Two people with a site each, both of this project: what one writes, readers of the other see."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import mf2py
import pytest
import requests
from conftest import Installation, make_bearer, make_installation
from programs import need, wait_for
from remotes import git
from servers import Server

from endpoint.assembly import assemble

COMMAND = str(Path(sys.executable).parent / "endpoint")


@dataclass(frozen=True)
class Site:
    """Somebody's installation with its server, which shows what Hugo has built."""

    url: str
    folder: Path
    bearer: dict[str, str]

    def post(self, **properties: str) -> str:
        """Make a post and return its permalink."""
        answer = self._ask(data=properties)
        assert answer.status_code == HTTPStatus.CREATED, answer.text
        return answer.headers["Location"]

    def act(self, action: str, url: str, **more: Any) -> None:
        """Update, delete or undelete a post."""
        answer = self._ask(json={"action": action, "url": url, **more})
        assert answer.status_code == HTTPStatus.NO_CONTENT, answer.text

    def approve_all(self) -> int:
        """Approve what waits, as the owner at a terminal, and return how much that was."""
        listed = self._run("list")
        ids = [line.split()[0] for line in listed.splitlines() if not line.startswith(" ")]
        if ids:
            self._run("approve", *ids)
        return len(ids)

    def kept(self, permalink: str, kind: str) -> list[dict[str, Any]]:
        """Return what git has of the mentions of a post that are of a ``kind``."""
        path = f"content/{permalink.removeprefix(self.url)}webmentions.json"
        bare = self.folder / "site.git"
        if not git(bare, "ls-tree", "main", "--", path):
            return []
        entries = json.loads(git(bare, "show", f"main:{path}"))
        return [entry for entry in entries if entry["kind"] == kind]

    def _ask(self, **body: Any) -> requests.Response:
        return requests.post(f"{self.url}micropub", headers=self.bearer, timeout=30, **body)

    def _run(self, *words: str) -> str:
        command = [COMMAND, "webmention", words[0], "--config", str(self.folder / "config.toml")]
        made = subprocess.run([*command, *words[1:]], capture_output=True, text=True, check=True)
        return made.stdout


def show(permalink: str, relation: str) -> list[dict[str, Any]]:
    """Return what readers of a post are shown as its ``comment`` or ``like``."""
    answer = requests.get(permalink, timeout=30)
    if not answer.ok:
        return []
    [entry] = mf2py.parse(doc=answer.text, url=permalink)["items"]
    found: list[dict[str, Any]] = entry["properties"].get(relation, [])
    return [each["properties"] for each in found]


def words_below(permalink: str) -> list[str]:
    """Return what the replies to a post say, as its readers see it."""
    return [reply["content"][0] for reply in show(permalink, "comment")]


def status(url: str) -> int:
    return requests.get(url, timeout=30).status_code


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Site]]:
    """Those of Ada and of Grace. Ada's shows likes at once, and asks her about replies."""
    need("hugo")
    with ExitStack() as stack:
        homes = [
            (name, host, tmp_path_factory.mktemp(name) / "site")
            for name, host in (("Ada", "127.0.0.1"), ("Grace", "localhost"))
        ]
        servers = [stack.enter_context(Server(folder)) for _, _, folder in homes]
        yield tuple(start(*home, server) for home, server in zip(homes, servers, strict=True))


def start(name: str, host: str, folder: Path, server: Server) -> Site:
    url = server.url.replace("127.0.0.1", host) + "/"
    make_installation(folder, url, name, serve=True, allow_hosts=("127.0.0.1", "localhost"))
    installation = Installation(folder)
    installation.configure(webmention={"approve": ["likes"]})
    parts = assemble(installation.config)
    bearer = make_bearer(parts)
    parts.close()
    server.start()
    server.wait_until_up()
    return Site(url, folder, bearer)


@dataclass(frozen=True)
class Talk:
    """A post of Ada's, with Grace's reply and her like, which readers of Ada's page see."""

    post: str
    reply: str
    like: str


@pytest.fixture(scope="module")
def talk(sites: tuple[Site, Site]) -> Talk:
    ada, grace = sites
    post = ada.post(content="Tea at five?", **{"mp-slug": "tea"})
    until(lambda: status(post) == HTTPStatus.OK)
    reply = grace.post(content="With pleasure.", **{"in-reply-to": post, "mp-slug": "gladly"})
    like = grace.post(**{"like-of": post, "mp-slug": "like"})
    until(ada.approve_all)
    until(lambda: words_below(post) == ["With pleasure."])
    return Talk(post, reply, like)


def until(condition: Callable[[], object]) -> None:
    wait_for(condition)


def test_a_reply_is_in_git_and_on_the_page_once(sites, talk):
    ada, grace = sites

    [kept] = ada.kept(talk.post, "reply")
    [shown] = show(talk.post, "comment")
    assert (kept["source"], kept["target"]) == (talk.reply, talk.post)
    assert shown["url"] == [talk.reply]
    assert shown["author"][0]["properties"]["url"] == [grace.url]
    assert shown["author"][0]["properties"]["name"] == ["Grace"]


def test_an_edit_of_the_reply_is_shown_there(sites, talk):
    ada, grace = sites

    grace.act("update", talk.reply, replace={"content": ["With pleasure, and cake."]})
    until(lambda: words_below(talk.post) == ["With pleasure, and cake."])

    assert [kept["source"] for kept in ada.kept(talk.post, "reply")] == [talk.reply]


def test_a_reply_is_gone_when_it_is_deleted_and_back_when_it_is_not(sites, talk):
    ada, grace = sites
    before = words_below(talk.post)

    grace.act("delete", talk.reply)
    until(lambda: status(talk.reply) == HTTPStatus.GONE and words_below(talk.post) == [])
    without = ada.kept(talk.post, "reply")
    grace.act("undelete", talk.reply)
    until(lambda: words_below(talk.post) == before)

    assert without == []
    # Ada has decided on it before.
    assert [kept["source"] for kept in ada.kept(talk.post, "reply")] == [talk.reply]


def test_a_like_is_shown_without_being_asked_about(sites, talk):
    ada, _ = sites
    until(lambda: show(talk.post, "like"))

    [kept] = ada.kept(talk.post, "like")
    [shown] = show(talk.post, "like")
    assert kept["source"] == talk.like
    assert shown["url"] == [talk.like]
