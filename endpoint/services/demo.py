"""An installation to try things with, on this machine alone."""

from datetime import datetime
from pathlib import Path

from endpoint.config import Config, load
from endpoint.services.installation import Wishes, install, make_password


def prepare_demo(folder: Path, port: int, now: datetime) -> Config:
    """Return the configuration of the demo in ``folder``, made now unless it is there."""
    if not (folder / "config.toml").exists():
        _make(folder, port, now)
    return load(folder / "config.toml")


def _make(folder: Path, port: int, now: datetime) -> None:
    password = make_password()
    wishes = Wishes(
        me=f"http://127.0.0.1:{port}/",
        name="Demo",
        title="A demo site",
        password=password,
        serve=True,
        allow_hosts=("127.0.0.1",),
    )
    install(folder, wishes, now)
    secret = folder / "password.txt"
    secret.touch(mode=0o600)
    secret.write_text(password + "\n", encoding="utf-8")
