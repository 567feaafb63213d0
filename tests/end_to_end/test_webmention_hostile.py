"""Sources that hostile people serve, all at once, to a real server whose readers see nothing odd.

``test_webmention_sources.py`` asks what is found in each kind alone, and in many more.
"""

import gzip
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lxml.html
import mf2py
import pytest
import requests
from conftest import Installation, make_bearer, make_installation
from programs import need, wait_for
from remotes import git
from servers import Server
from web_servers import drip, flood, listening, once, silence

from endpoint.assembly import assemble

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"
TYPED = EVIL.replace("<", "&lt;")

Answer = Callable[[Any], None]


def page(body: str, encoding: str = "utf-8") -> Answer:
    return once(OK + b"Connection: close\r\n\r\n" + body.encode(encoding))


def redirect(to: str) -> Answer:
    return once(f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode())


def onward(connection: Any) -> None:
    """Redirect from /0 to /1, from there to /2 and so on."""
    number = int(connection.recv(65_536).split()[1][1:])
    redirect_by = f"HTTP/1.1 301 Moved\r\nLocation: /{number + 1}\r\nContent-Length: 0\r\n\r\n"
    connection.sendall(redirect_by.encode())


def entry(target: str, kind: str = "u-in-reply-to", words: str = "Hi") -> str:
    link = f'<a class="{kind}" href="{target}">it</a>'
    return f'<p class="h-entry">{link}<b class="p-content">{words}</b></p>'


def bomb(body: str) -> Answer:
    packed = gzip.compress(b" " * 200_000_000 + body.encode(), 1)
    return once(OK + b"Content-Encoding: gzip\r\nConnection: close\r\n\r\n" + packed)


def evil(target: str, kind: str) -> Answer:
    """Answer with a page that has a script in every field."""
    return page(
        f"""<!doctype html><meta charset="utf-8"><title>{EVIL}</title>
        <article class="h-entry">
          <div class="p-author h-card"><b class="p-name">{TYPED}</b>
            <a class="u-url" href="javascript:alert(1)">me</a>
            <img class="u-photo" src="javascript:alert(1)" alt="{TYPED}"></div>
          <h1 class="p-name">{TYPED} {{{{&lt; evil >}}}} {{% evil %}}</h1>
          <a class="u-url" href="javascript:alert(1)">here</a>
          <a class="u-syndication" href="javascript:alert(1)">copy</a>
          <a class="{kind}" href="{target}">it</a>
          <time class="dt-published" datetime="{TYPED}">then</time>
          <div class="e-content"><p onclick="alert(1)" style="position:fixed">Words {EVIL} {TYPED}
            <a href="javascript:alert(1)">more</a><iframe src="https://evil.example/"></iframe></div>
        </article>"""
    )


def make_sources(target: str) -> dict[str, tuple[Answer, str]]:
    """Return what each source answers, and the state of its mention after a look."""
    link = entry(target)
    return {
        "endless": (flood(OK + b"\r\n" + link.encode(), b"<p>" * 20_000), "approved"),
        "endless header": (flood(OK + b"X-A: ", b"x" * 60_000), "pending"),
        "slow": (drip(OK + b"\r\n" + link.encode()), "pending"),
        "silent": (silence, "pending"),
        "bomb": (bomb(link), "failed"),
        "nested": (page(link + "<div>" * 44_000), "approved"),
        "nested entries": (page(link + '<div class="h-entry">' * 3_000), "approved"),
        "charset": (page(entry(target, words="Caf\xe9"), "latin-1"), "approved"),
        "10,000 links": (page('<a href="/x">y</a>' * 10_000 + link), "approved"),
        "only text": (page(f"<p>{target} <!-- {link} --><script>'{link}'</script>"), "failed"),
        "redirects": (onward, "pending"),
        "loop": (redirect("/0"), "pending"),
        "to a private address": (redirect("http://10.0.0.1/"), "failed"),
        "to this machine": (redirect("http://127.0.0.2/"), "failed"),
        "to a file": (redirect("file:///etc/passwd"), "failed"),
        "evil reply": (evil(target, "u-in-reply-to"), "approved"),
        "evil like": (evil(target, "u-like-of"), "approved"),
        "evil repost": (evil(target, "u-repost-of"), "approved"),
        "evil mention": (evil(target, "u-x"), "approved"),
        "good": (page(entry(target, words="With pleasure.")), "approved"),
    }


@dataclass(frozen=True)
class Visited:
    """A site whose ``post`` was mentioned by all of them, and what became of each by its name."""

    url: str
    bare: Path
    post: str
    expected: dict[str, str]
    found: dict[str, dict[str, Any]]
    slowest_create_s: float


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    need("hugo")
    folder = tmp_path_factory.mktemp("visited") / "site"
    with Server(folder) as server, ExitStack() as stack:
        bearer = start(folder, server)
        post = create(server, bearer, "Tea at five?")
        made = make_sources(post)
        mentions = {
            name: send(server, stack.enter_context(listening(answer))[0], post)
            for name, (answer, _) in made.items()
        }
        waits: list[float] = []
        found: dict[str, dict[str, Any]] = {}
        while len(found) < len(mentions):
            began = time.monotonic()
            create(server, bearer, f"And on I write, {len(waits)}.")
            waits.append(time.monotonic() - began)
            looks = {name: ask(url) for name, url in mentions.items()}
            found = {name: look for name, look in looks.items() if look["looked_at"]}
            assert sum(waits) < 300
        wait_for(lambda: "With pleasure." in requests.get(post, timeout=30).text)
        expected = {name: state for name, (_, state) in made.items()}
        yield Visited(server.url, folder / "site.git", post, expected, found, max(waits))


def start(folder: Path, server: Server) -> dict[str, str]:
    make_installation(folder, f"{server.url}/", serve=True, allow_hosts=("127.0.0.1", "localhost"))
    installation = Installation(folder)
    installation.configure(
        webmention={"approve": ["all"]}, limits={"enabled": False}, fetch={"timeout_s": 5}
    )
    parts = assemble(installation.config)
    bearer = make_bearer(parts)
    parts.close()
    server.start()
    server.wait_until_up()
    return bearer


def create(server: Server, bearer: dict[str, str], words: str) -> str:
    body = {"content": words}
    answer = requests.post(f"{server.url}/micropub", data=body, headers=bearer, timeout=30)
    assert answer.status_code == 201
    return answer.headers["Location"]


def ask(url: str) -> dict[str, Any]:
    """Return what the status page of a mention says."""
    headers = {"Accept": "application/json"}
    return dict(requests.get(url, headers=headers, timeout=30).json())


def send(server: Server, port: int, target: str) -> str:
    """Mention ``target`` and return the address of the status page."""
    body = {"source": f"http://localhost:{port}/0", "target": target}
    answer = requests.post(f"{server.url}/webmention", data=body, timeout=30)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


def test_each_is_what_it_should_be_and_says_why(visited):
    states = {name: look["state"] for name, look in visited.found.items()}

    assert states == visited.expected
    for name, look in visited.found.items():
        assert bool(look["reason"]) == (visited.expected[name] != "approved"), name


def test_posting_goes_on_meanwhile(visited):
    assert visited.slowest_create_s < 10


def test_nothing_on_the_page_runs_or_loads(visited):
    text = requests.get(visited.post, timeout=30).text
    document = lxml.html.fromstring(text)

    assert "With pleasure." in text
    assert document.xpath("//section[@class='mentions']")
    assert document.xpath("//script | //iframe | //img[@src='x']") == []
    for element in document.iter():
        for name, value in element.attrib.items():
            assert not name.startswith("on"), name
            assert not value.strip().lower().startswith(("javascript:", "data:")), value
    assert document.xpath("//section[@class='mentions']//@style") == []


def test_what_they_typed_is_text(visited):
    [entry] = mf2py.parse(doc=requests.get(visited.post, timeout=30).text)["items"]
    comments = [comment["properties"] for comment in entry["properties"]["comment"]]

    [said] = [said for said in comments if EVIL in said["content"][0]]
    assert said["content"][0].startswith("Words ")
    # Latin-1 that calls itself UTF-8 costs a letter, and no more.
    assert "Caf\ufffd" in {said["content"][0] for said in comments}


def test_neither_git_nor_the_list_has_a_script_to_run(visited):
    path = f"content/{visited.post.removeprefix(visited.url + '/')}webmentions.json"
    kept = json.loads(git(visited.bare, "show", f"main:{path}"))
    listed = requests.get(
        f"{visited.url}/webmention/mentions", params={"target": visited.post}, timeout=30
    ).json()["children"]

    assert (
        len(kept) == len(listed) == sum(state == "approved" for state in visited.expected.values())
    )
    for child in listed:
        assert "javascript:" not in json.dumps(child)
        assert "<script" not in child.get("content", {}).get("html", "")
        assert "onclick" not in child.get("content", {}).get("html", "")
    assert "javascript:" not in json.dumps(kept)
