"""Another network: mastodon_mock from PyPI, in a process of its own."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.clients import Step
from benchmarks.servers_under_test import running

ACCOUNTS = ("ada", "bob", "eve")


def token_of(account: str) -> str:
    """Return the token of one of the accounts."""
    return f"{account}_token"


@contextmanager
def mastodon(folder: Path) -> Iterator[int]:
    """Run a server with its accounts, which keeps them in memory; yields the port."""
    accounts = (
        f'[[seed.accounts]]\nusername = "{name}"\naccess_token = "{token_of(name)}"\n'
        for name in ACCOUNTS
    )
    config = folder / "mastodon.toml"
    config.write_text("".join(accounts))
    command = [str(Path(sys.executable).with_name("mastodon_mock")), "serve", "--in-memory"]
    words = ["--host", "127.0.0.1", "--config", str(config), "--log-level", "error", "--port"]
    with running([*command, *words], Step("first", "GET", "/api/v2/instance")) as server:
        yield server.port
