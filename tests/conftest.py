"""An installation of its own for each test: a real repository, a real database, a set clock."""

import functools
import gc
import os
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import git
import programs
import pytest
import structlog
import tomlkit
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from mention_sources import Elsewhere
from mention_targets import Author, Targets
from pytest_httpserver import HTTPServer
from remotes import Hosting
from werkzeug.routing import Rule
from werkzeug.serving import make_server

from endpoint.app import make_app
from endpoint.assembly import Parts, assemble
from endpoint.config import Config, load
from endpoint.services.installation import Wishes, install
from endpoint.stores.syndications import Syndications
from endpoint.stores.web import Web

# What is imported stays, and looking through it again and again takes a twentieth of the time.
gc.collect()
gc.freeze()
gc.set_threshold(100_000, 50, 50)

_compile_builder = Rule._compile_builder
_builders: dict[tuple[object, ...], Callable[..., Any]] = {}


def _compile_builder_once(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
    """Werkzeug compiles functions for each address of an app: all apps here share them."""
    key = (rule.rule, rule.subdomain, str(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


# Nearly every test makes an app of its own, and this was most of what that costs.
Rule._compile_builder = _compile_builder_once

pytest_plugins = ("browsers", "databases", "mastodon_sites", "networks", "statuses")

ME = "https://site.example/"
ALL_SCOPES = "create update delete undelete media"

# The machine that decides gets the same examples each time; a person gets new ones.
# Either may be busy with other things.
_PATIENT: Any = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("steady", derandomize=True, max_examples=50, **_PATIENT)
settings.register_profile("fresh", max_examples=50, **_PATIENT)
settings.load_profile("steady" if os.environ.get("CI") else "fresh")

Bearer = Callable[..., dict[str, str]]


def pytest_xdist_auto_num_workers() -> int:
    """Tests wait for servers, git and clocks much of their time, and others run meanwhile."""
    return 2 * (os.cpu_count() or 1)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2025, 11, 22, 8, 30, 15, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@dataclass(frozen=True)
class Installation:
    """A folder as ``endpoint init`` makes it."""

    folder: Path

    @property
    def config(self) -> Config:
        return load(self.folder / "config.toml")

    def configure(self, **tables: Any) -> None:
        """Set keys of the configuration: ``configure(site={"build": ""}, timezone="UTC")``."""
        path = self.folder / "config.toml"
        document: Any = tomlkit.parse(path.read_text())
        for name, value in tables.items():
            if isinstance(value, dict):
                document.setdefault(name, tomlkit.table())
                document[name].update(value)
            else:
                document[name] = tomlkit.item(value)
        path.write_text(tomlkit.dumps(document))


def cheap_hash(password: str) -> str:
    """Return a hash that is checked in no time."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(password)


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """Undo what a command that runs in this process does to the log."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture
def httpserver(httpserver_ipv4: HTTPServer) -> HTTPServer:
    """The server of pytest-httpserver at 127.0.0.1, whatever ``localhost`` is on this machine."""
    return httpserver_ipv4


@pytest.fixture(scope="session")
def hugo_seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make_seed(tmp_path_factory.mktemp("seed") / "hugo", "hugo")


@pytest.fixture(scope="session")
def jekyll_seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _make_seed(tmp_path_factory.mktemp("seed") / "jekyll", "jekyll")


def make_installation(folder: Path, me: str = ME, name: str = "Ada", **wishes: Any) -> Config:
    """Make an installation as ``endpoint init`` does; the password is ``secret``."""
    made = Wishes(me=me, name=name, password="secret", **wishes)
    install(folder, made, datetime(2025, 1, 1, tzinfo=UTC))
    installation = Installation(folder)
    # The same password, with a hash that is checked in no time.
    installation.configure(auth={"password_hash": cheap_hash("secret")})
    return installation.config


@pytest.fixture(scope="session")
def new_installation() -> Callable[..., Installation]:
    """Return a function that makes an installation, as ``make_installation`` does."""

    def new_installation(folder: Path, me: str, **wishes: Any) -> Installation:
        make_installation(folder, me, **wishes)
        return Installation(folder)

    return new_installation


def _make_seed(folder: Path, generator: str) -> Path:
    config = make_installation(folder, generator=generator, timezone="Europe/Berlin")
    # A copy is made for each test: few files, with the database ready and the index filled.
    with git.Repo(config.repository.path) as repo:
        repo.git.gc("--quiet")
    parts = assemble(config)
    parts.index.catch_up()
    parts.close()
    return folder


@pytest.fixture
def installation(hugo_seed: Path, tmp_path: Path) -> Installation:
    return _copy(hugo_seed, tmp_path / "hugo")


@pytest.fixture
def jekyll_installation(jekyll_seed: Path, tmp_path: Path) -> Installation:
    return _copy(jekyll_seed, tmp_path / "jekyll")


def _copy(seed: Path, folder: Path) -> Installation:
    shutil.copytree(seed, folder, ignore=shutil.ignore_patterns("site"))
    return Installation(folder)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def start(installation: Installation, clock: Clock) -> Iterator[Callable[..., Parts]]:
    """Return a function that assembles the installation as it is configured by then."""
    started: list[Parts] = []

    def start(chosen: Installation = installation) -> Parts:
        started.append(assemble(chosen.config, clock))
        return started[-1]

    yield start
    for parts in started:
        parts.close()


@pytest.fixture
def parts(start: Callable[..., Parts]) -> Parts:
    return start()


@pytest.fixture
def client(parts: Parts) -> FlaskClient:
    return make_app(parts).test_client()


@pytest.fixture
def repo(installation: Installation) -> Iterator[git.Repo]:
    with git.Repo(installation.folder / "site.git") as repo:
        yield repo


@pytest.fixture
def bearer(parts: Parts) -> Bearer:
    """Return a function that makes a token and gives the header that carries it."""
    return functools.partial(make_bearer, parts)


@pytest.fixture
def client_of() -> Callable[[Parts], FlaskClient]:
    return lambda parts: make_app(parts).test_client()


@pytest.fixture
def bearer_of() -> Callable[..., dict[str, str]]:
    return make_bearer


def make_bearer(
    parts: Parts, scope: str = ALL_SCOPES, client_id: str = "https://app.example/"
) -> dict[str, str]:
    secret, _ = parts.tokens.create(client_id, scope.split())
    return {"Authorization": f"Bearer {secret}"}


@dataclass(frozen=True)
class Live:
    """An installation that is served at ``url``, its site built; the password is ``secret``.

    Apps at ``app.test``, any port, are on this machine.
    """

    url: str
    parts: Parts


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        config = make_installation(tmp_path_factory.mktemp("live") / "site", url, serve=True)
        web = Web(["app.test"], resolve=lambda _host, _port: ["127.0.0.1"])
        parts = replace(assemble(config), web=web)
        parts.builder.build()
        address = ("127.0.0.1", listening.getsockname()[1])
        server = make_server(*address, make_app(parts), threaded=True, fd=listening.fileno())
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield Live(url, parts)
        server.shutdown()
        serving.join()
        parts.close()


@pytest.fixture
def edit(installation: Installation) -> Callable[[dict[str, str | None]], None]:
    """Return a function that commits files, None for one that goes, as an owner's push does."""

    def edit(files: dict[str, str | None]) -> None:
        lines = ["commit refs/heads/main", "committer Ada <ada@site.example> 1763800000 +0000"]
        lines += ["data 7", "By hand", "from refs/heads/main^0"]
        for path, text in files.items():
            if text is None:
                lines.append(f"D {path}")
            else:
                lines += [f"M 100644 inline {path}", f"data {len(text.encode())}", text]
        command = ["git", "-C", str(installation.folder / "site.git"), "fast-import", "--quiet"]
        subprocess.run(command, input="\n".join([*lines, ""]).encode(), check=True)

    return edit


@pytest.fixture
def hosting(installation: Installation, tmp_path: Path) -> Hosting:
    """A hosting that the installation publishes to, and that builds the site itself."""
    made = Hosting.of(installation.folder / "site.git", tmp_path)
    installation.configure(repository={"remote": str(made.bare)}, site={"build": ""})
    return made


@pytest.fixture
def post(client: FlaskClient, bearer: Bearer) -> Callable[..., str]:
    """Return a function that posts a form and gives the permalink."""
    headers = bearer()

    def post(content: str, **fields: str) -> str:
        answer = client.post("/micropub", data={"content": content, **fields}, headers=headers)
        assert answer.status_code == 201
        return answer.headers["Location"]

    return post


@pytest.fixture
def elsewhere(httpserver: HTTPServer, installation: Installation) -> Elsewhere:
    """A site of somebody else, on this machine, that may be fetched."""
    site = Elsewhere(httpserver)
    httpserver.expect_request(re.compile("")).respond_with_handler(site.answer)
    installation.configure(fetch={"allow_hosts": [httpserver.host]})
    return site


@pytest.fixture
def asked_for(parts: Parts) -> Callable[[str], list[str]]:
    """Return the uids of the targets that a post is to be copied to, or was."""
    rows = Syndications(parts.engine)
    return lambda permalink: sorted(row.target for row in rows.page(9, permalink=permalink))


@pytest.fixture
def targets(httpserver: HTTPServer) -> Targets:
    """Pages of somebody else that the posts of ``author`` may tell."""
    targets = Targets(httpserver)
    httpserver.expect_request(re.compile("")).respond_with_handler(targets.answer)
    return targets


@pytest.fixture
def configure_sending(installation: Installation, httpserver: HTTPServer) -> Callable[..., None]:
    """Return a function that puts the site at ``localhost``, on the server where others are too."""
    url = f"http://localhost:{httpserver.port}/"

    def configure(**webmention: Any) -> None:
        installation.configure(
            me=url,
            site={"build": "", "url": url},
            fetch={"allow_hosts": ["127.0.0.1", "localhost"]},
            webmention=webmention,
        )

    return configure


@pytest.fixture
def start_author(start: Callable[..., Parts], clock: Clock) -> Callable[[], Author]:
    def start_author() -> Author:
        parts = start()
        return Author(parts, make_app(parts).test_client(), make_bearer(parts), clock)

    return start_author


@pytest.fixture
def author(configure_sending: Callable[..., None], start_author: Callable[[], Author]) -> Author:
    configure_sending()
    return start_author()


@pytest.fixture
def small_disk(installation: Installation) -> Iterator[Path]:
    """The installation's repository on a small disk of its own."""
    folder, away = installation.folder / "site.git", installation.folder / "away.git"
    folder.rename(away)
    with programs.small_disk(folder, "4m"):
        shutil.copytree(away, folder, dirs_exist_ok=True)
        yield folder
