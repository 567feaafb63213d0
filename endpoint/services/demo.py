"""An installation to try things with, on this machine alone."""

from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from endpoint.config import Config, load
from endpoint.errors import ConfigError
from endpoint.services.installation import Wishes, install, make_password
from endpoint.services.passwords import is_password

_USUAL_PORT = 8000
_PASSWORD = "password.txt"  # noqa: S105 - a file's name


def prepare_demo(folder: Path, port: int | None, now: datetime) -> tuple[Config, int]:
    """Return configuration and port of the demo in ``folder``, made now unless it is there.

    A demo stays at the port it was made with, because its permalinks name it;
    raise ConfigError if ``port`` is another.
    """
    if not (folder / "config.toml").exists():
        _make(folder, port or _USUAL_PORT, now)
    config = load(folder / "config.toml")
    made_with = urlsplit(config.me).port or _USUAL_PORT
    if port not in (None, made_with):
        raise ConfigError(f"The demo in {folder} is at port {made_with}; use that or another DIR")
    return config, made_with


def read_password(folder: Path, password_hash: str) -> str:
    """Return the demo's password, or a word for one that was set since and is not kept."""
    try:
        password = (folder / _PASSWORD).read_text(encoding="utf-8").strip()
    except OSError:
        return "(not kept)"
    return password if is_password(password_hash, password) else "the one you have set"


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
    secret = folder / _PASSWORD
    secret.touch(mode=0o600)
    secret.write_text(password + "\n", encoding="utf-8")
