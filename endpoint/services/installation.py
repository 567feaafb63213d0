"""A new installation: configuration, repository, checkout and state in one folder."""

import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import tomlkit

from endpoint.config import Config, load
from endpoint.errors import ConfigError, EndpointError
from endpoint.services.passwords import hash_password
from endpoint.services.templates import fill_template
from endpoint.stores.adopting import (
    ShowBytes,
    clone_bare,
    default_branch,
    find_hosting,
    top_names,
)
from endpoint.stores.checkout import Checkout
from endpoint.stores.git.access import access_to
from endpoint.stores.repository import Repository

_HEAD = "indieweb-endpoint. config.example.toml explains every key, also those not here."


@dataclass(frozen=True)
class Wishes:
    """What a new owner says: ``repository`` is a site to adopt, empty for a new one.

    ``ssh_key``, ``known_hosts`` and ``token_file`` are paths of what opens it, and
    of its history ``depth`` commits are taken, 0 for all. ``left_out``, such as
    ``blob:limit=100k``, are the files that stay there until they are read.
    """

    me: str
    public_url: str = ""
    generator: str = "hugo"
    name: str = ""
    title: str = ""
    timezone: str = "UTC"
    repository: str = ""
    ssh_key: str = ""
    known_hosts: str = ""
    token_file: str = ""
    depth: int = 0
    left_out: str = ""
    password: str = ""
    serve: bool = False
    allow_hosts: tuple[str, ...] = ()


def make_password() -> str:
    """Return a fresh password: 96 random bits in letters that are easy to copy."""
    return "-".join(secrets.token_hex(3) for _ in range(4))


def install(
    folder: Path, wishes: Wishes, now: datetime, show_bytes: ShowBytes = lambda _: None
) -> Config:
    """Make an installation in ``folder`` and return its configuration.

    ``show_bytes`` is told the bytes that have arrived of a site to adopt. Raise
    ConfigError, leaving nothing behind, if there is one already, if a wish is
    wrong, or if the site to adopt cannot be cloned.
    """
    folder = folder.absolute()
    check_free(folder)
    is_new = not folder.exists()
    work = _begin(folder)
    try:
        _lay_out(work, wishes, now, show_bytes)
        _move_up(work)
    except BaseException as error:
        shutil.rmtree(work, ignore_errors=True)
        if is_new:
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, ConfigError):
            # The owner knows the folder by the name they gave it.
            raise ConfigError(str(error).replace(str(work), str(folder))) from error
        raise
    config = load(folder / "config.toml")
    _make_checkout(config)
    return config


def check_free(folder: Path) -> None:
    """Raise ConfigError if no installation can begin in ``folder``, because something is there."""
    try:
        if (folder / "config.toml").exists():
            raise ConfigError(f"{folder} holds an installation already; nothing was changed")
        if folder.is_dir() and any(folder.iterdir()):
            raise ConfigError(f"{folder} is not empty; choose a new folder")
    except OSError as error:
        raise ConfigError(f"{folder} cannot be read: {error.strerror}") from error


def _begin(folder: Path) -> Path:
    """Return a new folder inside ``folder``, which is made, or is empty."""
    try:
        # The web server reads the built site; what is secret inside has modes of its own.
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        # Inside, because the folder may be a disk of its own, which no rename crosses.
        return Path(tempfile.mkdtemp(dir=folder, prefix=".new-"))
    except OSError as error:
        raise ConfigError(f"{folder} cannot be made: {error.strerror}") from error


def _move_up(work: Path) -> None:
    # The configuration last: with it the folder is an installation.
    for entry in sorted(work.iterdir(), key=lambda entry: entry.name == "config.toml"):
        entry.rename(work.parent / entry.name)
    work.rmdir()


def _lay_out(folder: Path, wishes: Wishes, now: datetime, show_bytes: ShowBytes) -> None:
    bare, path = folder / "site.git", folder / "config.toml"
    source = _absolute(wishes.repository)
    # Wishes that are wrong should cost no clone.
    _write_config(path, wishes, _Found("main", wishes.generator, source))
    access = access_to(load(path).repository)
    if access:
        clone_bare(access, bare, show_bytes, wishes.depth, wishes.left_out)
        branch = default_branch(bare)
        generator = "jekyll" if "_config.yml" in top_names(bare, branch) else wishes.generator
        _write_config(path, wishes, _Found(branch, generator, find_hosting(source)))
    config = load(path)
    if not access:
        repository = Repository.init(bare, branch="main", author=config.author)
        repository.begin(fill_template(config), "Begin the site", now)
    config.state.mkdir(mode=0o700)


def _make_checkout(config: Config) -> None:
    repository = config.repository
    # If it fails, the worker makes it, and the installation is there all the same.
    with suppress(EndpointError):
        access = access_to(repository)
        Checkout(repository.checkout, repository.path, repository.branch, access).update()


@dataclass(frozen=True)
class _Found:
    """What the site to adopt turns out to be."""

    branch: str
    generator: str
    remote: str


def _absolute(repository: str) -> str:
    path = Path(repository).expanduser()
    return str(path.absolute()) if repository and path.exists() else repository


def _write_config(path: Path, wishes: Wishes, found: _Found) -> None:
    document = tomlkit.document()
    document.add(tomlkit.comment(_HEAD))
    for name, value in _settings(wishes, found).items():
        document[name] = value
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(tomlkit.dumps(document))


def _settings(wishes: Wishes, found: _Found) -> dict[str, object]:
    token = {"file": _absolute(wishes.token_file)} if wishes.token_file else None
    access = {
        "ssh_key": _absolute(wishes.ssh_key),
        "known_hosts": _absolute(wishes.known_hosts),
        "token": token,
    }
    return {
        "me": wishes.me,
        "public_url": wishes.public_url or wishes.me,
        "timezone": wishes.timezone,
        "owner": {"name": wishes.name},
        "repository": {
            "path": "site.git",
            "checkout": "site",
            "branch": found.branch,
            "remote": found.remote,
            **{name: value for name, value in access.items() if value and found.remote},
        },
        "site": {
            "generator": found.generator,
            "title": wishes.title,
            "build": "hugo --minify" if found.generator == "hugo" else "jekyll build",
            "output": "public",
            "serve": wishes.serve,
        },
        "auth": {"password_hash": hash_password(wishes.password)},
        "fetch": {"allow_hosts": list(wishes.allow_hosts)},
    }
