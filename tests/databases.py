"""PostgreSQL and Redis from the system's packages, started for tests on sockets of their own."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from programs import need, succeeds
from sqlalchemy import Engine

from endpoint.stores.database import make_engine, prepare

_OWNER = "postgres"


@dataclass(frozen=True)
class PostgreSql:
    """A server at a socket in ``folder``, which takes no connections from elsewhere."""

    folder: Path
    psql: str

    def make_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"test_{uuid4().hex[:12]}"
        command = [self.psql, "-h", str(self.folder), "-U", _OWNER, "-q", "-d", "postgres"]
        subprocess.run([*command, "-c", f"CREATE DATABASE {name}"], check=True)
        return f"postgresql+psycopg://{_OWNER}@/{name}?host={self.folder}"


@contextmanager
def run_postgresql() -> Iterator[PostgreSql]:
    """Run a server, as the user ``postgres`` where this one is root, as it wants nobody."""
    programs = _find_postgresql()
    # Not in the test's own folder, where only this user may go, and whose path may be too long.
    with tempfile.TemporaryDirectory(prefix="postgresql-") as name:
        folder, user = Path(name), _other_user()
        if user:
            shutil.chown(folder, user)
        data = folder / "data"
        make = [programs / "initdb", "--no-sync", "-A", "trust", "-U", _OWNER, "-D", data]
        subprocess.run(make, check=True, user=user, capture_output=True, cwd="/")
        settings = ["listen_addresses=", f"unix_socket_directories={folder}", "fsync=off"]
        words = [word for setting in settings for word in ("-c", setting)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", data, *words],
                user=user,
                cwd="/",
                stdout=log,
                stderr=log,
            )
        try:
            ready = [str(programs / "pg_isready"), "-q", "-h", str(folder)]
            _wait_for(lambda: succeeds(*ready), folder / "log")
            yield PostgreSql(folder, str(programs / "psql"))
        finally:
            # SIGINT ends it at once; connections that tests have left are closed.
            server.send_signal(2)
            server.wait(30)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    with run_postgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of each kind, with its tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'endpoint.db'}"
    else:
        url = request.getfixturevalue("postgresql").make_database()
    engine = make_engine(url)
    prepare(engine)
    yield engine
    engine.dispose()


@contextmanager
def run_redis() -> Iterator[str]:
    """Run a server and yield its URL."""
    program = need("redis-server")
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:
        socket = Path(folder) / "redis.sock"
        words = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
        with subprocess.Popen([program, *words], stdout=subprocess.DEVNULL) as server:
            try:
                _wait_for(socket.exists, None)
                yield f"unix://{socket}"
            finally:
                server.terminate()


def _find_postgresql() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    return (found[-1] if found else Path(need("postgres", "postgresql"))).parent


def _other_user() -> str | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(_OWNER).pw_name
    except KeyError:
        return "nobody"


def _wait_for(condition, log: Path | None) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, log and log.read_text()
        time.sleep(0.05)
