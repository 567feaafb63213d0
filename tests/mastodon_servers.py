"""A Mastodon server in a process of its own, with faults as a test wants them."""

import re
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import requests
from ports import free_port
from programs import wait_for
from web_servers import listening

from endpoint.config.syndication import SyndicationTarget
from endpoint.domain.posts import Post
from endpoint.stores.web import Web
from endpoint.syndicators import Attachment, Outgoing, Rules, Tools

SITE = "https://a.example/"
"""So short that a permalink takes no more than a server reserves for a link."""

USUAL = Rules()
_NUMBERS = count(10)


@dataclass(frozen=True)
class MastodonServer:
    """The server at ``url``, with its account ``ada`` and others."""

    url: str

    @property
    def port(self):
        return int(self.url.rpartition(":")[2])

    def api(self, method, path, token="ada_token", **values):
        headers = {"Authorization": f"Bearer {token}"}
        with requests.request(
            method, f"{self.url}/api/{path}", headers=headers, timeout=30, **values
        ) as response:
            response.raise_for_status()
            return response.json()

    def statuses(self, token="ada_token"):
        """What the account has said, newest first."""
        own = self.api("GET", "v1/accounts/verify_credentials", token)
        return self.api("GET", f"v1/accounts/{own['id']}/statuses?limit=40", token)

    def post(self, text, token="bob_token", **values):
        return self.api("POST", "v1/statuses", token, json={"status": text, **values})

    def break_(self, effect, path="/api/v1/statuses", methods=("POST",), count=1):
        rule = {"match": {"methods": methods, "path": path}, "effect": effect, "count": count}
        self.api("POST", "v1/_mock/faults", json=rule)

    def mend(self):
        self.api("DELETE", "v1/_mock/faults")

    def target(self, **values):
        named = {"kind": "mastodon", "uid": f"{self.url}/@ada", "name": "@ada"}
        return SyndicationTarget(
            **{**named, "server": f"{self.url}/", "token": "ada_token", **values}
        )


@contextmanager
def mastodon_server(folder: Path, accounts=("ada", "bob", "eve")):
    """Run one as long as the context lasts; the token of ``ada`` is ``ada_token``."""
    port = free_port()
    settings = "".join(
        f'[[seed.accounts]]\nusername = "{name}"\naccess_token = "{name}_token"\n'
        for name in accounts
    )
    (folder / "mastodon.toml").write_text(settings)
    command = [Path(sys.executable).with_name("mastodon_mock"), "serve", "--in-memory"]
    where = ["--host", "127.0.0.1", "--port", str(port), "--config", folder / "mastodon.toml"]
    with (folder / "mastodon.log").open("wb") as log:
        process = subprocess.Popen([*command, *where], stdout=log, stderr=log, cwd=folder)
    server = MastodonServer(f"http://127.0.0.1:{port}")
    try:
        wait_for(lambda: _is_up(server))
        yield server
    finally:
        process.kill()  # It would wait for whoever it keeps waiting.
        process.wait(60)


def tools(clock, timeout_s=30):
    """What a syndicator gets, with a guarded client that may reach this machine."""
    web = Web(allow_hosts=("127.0.0.1",), timeout_s=timeout_s)
    return Tools(web=web, site_url=SITE, feed_url=f"{SITE}feed.json", clock=clock)


def outgoing(
    html="<p>Hello</p>", kind="note", attachments=(), language="en", own="", rules=USUAL, **values
):
    """A post as it is copied; ``values`` are properties, each with ``_`` for ``-``."""
    properties = {name.replace("_", "-"): value for name, value in values.items()}
    number = next(_NUMBERS)
    post = Post("h-entry", kind, properties, f"{SITE}{number}/", f"content/{number}.md")
    return Outgoing(post, html, tuple(attachments), language, own, rules)


def attachment(data=b"", name="photo.png", media_type="image/png", alt="A picture"):
    return Attachment(f"{SITE}media/{name}", media_type, alt, lambda: data)


@contextmanager
def forgetting(server, path="/api/v1/statuses"):
    """Yield a way to ``server`` that loses the answer to the first POST to ``path``."""
    lost = []

    def answer(connection):
        request = _read_message(connection)
        with socket.create_connection(("127.0.0.1", server.port)) as onward:
            onward.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            answered = b"".join(iter(lambda: onward.recv(65_536), b""))
        if request.startswith(f"POST {path} ".encode()) and not lost:
            lost.append(answered)
        else:
            connection.sendall(answered)

    with listening(answer) as (port, _):
        yield MastodonServer(f"http://127.0.0.1:{port}")


def _read_message(connection):
    message = b""
    while b"\r\n\r\n" not in message:
        message += connection.recv(65_536)
    head, _, body = message.partition(b"\r\n\r\n")
    length = re.search(rb"content-length: *(\d+)", head.lower())
    while length and len(body) < int(length[1]):
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def _is_up(server):
    with suppress(requests.RequestException):
        return requests.get(f"{server.url}/api/v2/instance", timeout=30).ok
    time.sleep(0.05)
    return False
