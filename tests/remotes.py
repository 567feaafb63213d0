"""Git hosting for tests: bare repositories, reached by path, by real SSH and by HTTP."""

import base64
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from ports import free_port
from programs import need, wait_for

from endpoint.assembly import Parts
from endpoint.services.publishing import Backlog

NOTE = "content/notes/2025/11/{}/index.md"
"""Where a note of the tests' day lies, by its slug."""


def git(folder: Path, *arguments: str) -> str:
    """Return what git says, run as the owner would."""
    settings = ("-c", "user.name=Olga", "-c", "user.email=olga@site.example")
    command = ["git", "-C", str(folder), *settings, *arguments]
    done = subprocess.run(command, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.rstrip("\n")


def publish(parts: Parts) -> Backlog:
    """Have what is at the remote fetched now, and what is here pushed; return what is left."""
    parts.publishing.look_soon()
    return publish_due(parts)


def publish_due(parts: Parts) -> Backlog:
    """Have done only what is due: there is a look at the remote if it is time."""
    parts.following.work("remote")
    return parts.publishing.backlog()


@dataclass(frozen=True)
class Hosting:
    """A bare repository that is somebody's hosting, and a clone where its owner works."""

    bare: Path
    desk: Path

    @classmethod
    def of(cls, source: Path, folder: Path) -> "Hosting":
        """Make a hosting that holds what ``source`` has on main."""
        bare, desk = folder / "hosting.git", folder / "desk"
        git(folder, "clone", "--quiet", "--bare", str(source), str(bare))
        git(folder, "clone", "--quiet", str(bare), str(desk))
        return cls(bare, desk)

    def edit(self, files: Mapping[str, str | None], *, push: bool = True) -> str:
        """Commit ``files`` at the owner's desk, None for what goes, and push them."""
        if push:
            git(self.desk, "pull", "--quiet", "--rebase", "origin", "main")
        for path, text in files.items():
            target = self.desk / path
            if text is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text)
        git(self.desk, "add", "--all")
        git(self.desk, "commit", "--quiet", "-m", "By hand")
        if push:
            git(self.desk, "push", "--quiet", "origin", "HEAD:main")
        return git(self.desk, "rev-parse", "HEAD")

    def read(self, path: str) -> str:
        return git(self.bare, "show", f"main:{path}")

    def paths(self) -> set[str]:
        return set(git(self.bare, "ls-tree", "-r", "--name-only", "main").splitlines())

    def subjects(self, *words: str) -> list[str]:
        """Return the subjects of the commits on main, oldest first."""
        return git(self.bare, "log", "--reverse", "--format=%s", "main", *words).splitlines()

    def head(self) -> str:
        return git(self.bare, "rev-parse", "main")

    def hook(self, name: str, script: str) -> Path:
        path = self.bare / "hooks" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path


@dataclass(frozen=True)
class SshServer:
    """A real sshd of our own at ``port``; its key and those of its clients lie in ``folder``."""

    folder: Path
    port: int

    @property
    def key(self) -> Path:
        return self.folder / "client"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    def url(self, bare: Path) -> str:
        user = subprocess.run(["id", "-un"], capture_output=True, check=True, text=True)
        return f"ssh://{user.stdout.strip()}@127.0.0.1:{self.port}{bare}"


def make_key(path: Path) -> Path:
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path


@contextmanager
def run_sshd(folder: Path) -> Iterator[SshServer]:
    """Start an sshd as this user, with its own host key, for one client key."""
    sshd = need_sshd()
    server = SshServer(folder, free_port())
    host = make_key(folder / "host")
    make_key(server.key)
    authorized = folder / "authorized_keys"
    authorized.write_text(Path(f"{server.key}.pub").read_text())
    algorithm, key, *_ = Path(f"{host}.pub").read_text().split()
    server.known_hosts.write_text(f"[127.0.0.1]:{server.port} {algorithm} {key}\n")
    settings = {
        "Port": server.port,
        "ListenAddress": "127.0.0.1",
        "HostKey": host,
        "AuthorizedKeysFile": authorized,
        "PidFile": folder / "sshd.pid",
        "StrictModes": "no",
        "UsePAM": "no",
        "PasswordAuthentication": "no",
        "PermitRootLogin": "yes",
    }
    config = folder / "sshd_config"
    config.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)
    command = [sshd, "-D", "-e", "-f", str(config)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: _answers(server.port))
            yield server
        finally:
            process.terminate()


def need_sshd() -> str:
    beside = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin")
    return beside or need("sshd", "openssh-server")


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@dataclass
class HttpServer:
    """Git's own HTTP backend behind basic auth; ``seen`` is who asked, as name and password."""

    root: Path
    token: str
    port: int = 0
    redirect: str = ""
    hold: threading.Event | None = None
    held: threading.Event = field(default_factory=threading.Event)
    seen: list[tuple[str, str]] = field(default_factory=list)

    def url(self, bare: Path) -> str:
        return f"http://127.0.0.1:{self.port}/{bare.relative_to(self.root)}"

    def answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        """Answer as a hosting does (WSGI)."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else _read_chunks(environ)
        if self.redirect:
            place = self.redirect + environ["PATH_INFO"] + "?" + environ["QUERY_STRING"]
            start("302 Found", [("Location", place)])
            return []
        kind, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if kind != "Basic":
            start("401 Unauthorized", [("WWW-Authenticate", 'Basic realm="git"')])
            return []
        name, _, password = base64.b64decode(given).decode().partition(":")
        self.seen.append((name, password))
        if password != self.token:
            start("401 Unauthorized", [("WWW-Authenticate", 'Basic realm="git"')])
            return []
        if self.hold is not None and environ["REQUEST_METHOD"] == "POST":
            self.held.set()
            self.hold.wait(30)
        return self._run(environ, start, body)

    def _run(self, environ: dict[str, Any], start: Callable[..., Any], body: bytes) -> list[bytes]:
        passed = {
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "ada",
            "PATH": os.environ["PATH"],
            "REQUEST_METHOD": environ["REQUEST_METHOD"],
            "PATH_INFO": environ["PATH_INFO"],
            "QUERY_STRING": environ["QUERY_STRING"],
            "CONTENT_TYPE": environ.get("CONTENT_TYPE", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": environ.get("HTTP_CONTENT_ENCODING", ""),
            "GIT_PROTOCOL": environ.get("HTTP_GIT_PROTOCOL", ""),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        }
        command = ["git", "http-backend"]
        done = subprocess.run(command, input=body, env=passed, capture_output=True, check=False)
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        headers = re.findall(r"^([\w-]+): (.*?)\r?$", head.decode(), re.MULTILINE)
        status = dict(headers).pop("Status", "200 OK")
        start(status, [(name, value) for name, value in headers if name != "Status"])
        return [answer]


def _read_chunks(environ: dict[str, Any]) -> bytes:
    body = b""
    if environ.get("HTTP_TRANSFER_ENCODING") == "chunked":
        stream = environ["wsgi.input"]
        while size := int(stream.readline(), 16):
            body += stream.read(size)
            stream.readline()
    return body


@contextmanager
def run_http(root: Path, token: str) -> Iterator[HttpServer]:
    """Serve the repositories below ``root`` to whoever has ``token``."""
    hosting = HttpServer(root, token)
    server = make_server("127.0.0.1", 0, hosting.answer, _Server, _Quiet)
    hosting.port = server.server_port
    serving = threading.Thread(target=server.serve_forever, args=(0.05,))
    serving.start()
    try:
        yield hosting
    finally:
        if hosting.hold:
            hosting.hold.set()
        server.shutdown()
        serving.join()
        server.server_close()


def kill(process: int) -> None:
    os.kill(process, signal.SIGKILL)
