"""The configuration: checked whole, every problem named at once."""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from endpoint.config import Config, load
from endpoint.config.posts import Kind
from endpoint.errors import ConfigError
from endpoint.generators.places import FOLDERS

ROOT = Path(__file__).parent.parent


@pytest.fixture
def write(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text)
        return path

    return write


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Every dotted key that a table of the configuration knows; lists of tables once."""
    for name, field in model.model_fields.items():
        tables = [
            kind for kind in (field.annotation, *get_args(field.annotation)) if is_table(kind)
        ]
        if tables:
            yield from keys_of(tables[0], f"{prefix}{name}.")
        else:
            yield prefix + name


def is_table(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def has_key(document: Any, key: str) -> bool:
    name, _, rest = key.partition(".")
    if isinstance(document, list):
        document = document[0]
    if name == "posts":
        return has_key(document["posts"]["note"], rest)
    return name in document and (not rest or has_key(document[name], rest))


def test_the_example_loads_and_names_every_key():
    config = load(ROOT / "config.example.toml")

    document = tomllib.loads((ROOT / "config.example.toml").read_text())
    keys = set(keys_of(Config)) - {"folder"}
    assert config.me == "https://site.example/"
    assert {"repository.remote", "posts.path", "syndication.service.name"} <= keys
    assert {key for key in keys if not has_key(document, key)} == set()


def test_me_alone_is_enough(write):
    config = load(write('me = "https://site.example"\n'))

    assert config.me == "https://site.example/"
    assert config.base_url == "https://site.example"
    assert config.site_url == "https://site.example/"
    assert config.repository.path.name == "site.git"


def test_relative_paths_start_at_the_files_own_folder(write, monkeypatch):
    path = write('me = "https://site.example/"\n[repository]\npath = "there/site.git"\n')
    monkeypatch.chdir("/")

    config = load(path)

    assert config.repository.path == path.parent / "there/site.git"
    assert config.database_url(config.database.url).endswith(f"{path.parent}/state/endpoint.db")


def test_secrets_come_from_the_environment_or_a_file(write, monkeypatch):
    monkeypatch.setenv("HASH", "from-env")
    path = write(
        'me = "https://site.example/"\n[auth]\npassword_hash = { env = "HASH" }\n'
        'introspection_token = { file = "token" }\n'
    )
    (path.parent / "token").write_text("from-file\n")

    config = load(path)

    assert config.auth.password_hash == "from-env"
    assert config.auth.introspection_token == "from-file"


def test_every_problem_is_named_at_once(write):
    assert "NOT_SET" not in os.environ
    path = write(
        'me = "site.example"\ntimezone = "Mars/Olympus"\nfoo = 1\n'
        '[repository]\nremote = { env = "NOT_SET" }\n'
        '[site]\ngenerator = "gatsby"\nbuild_timeout_s = -1\n'
        '[posts.note]\npath = "/etc/{slug}"\nurl = "notes/"\n'
    )

    with pytest.raises(ConfigError) as refused:
        load(path)

    message = str(refused.value)
    for name in (
        "me: ",
        "timezone: ",
        "foo: ",
        "repository.remote: ",
        "site.generator: ",
        "site.build_timeout_s: ",
        "posts.note.path: ",
        "posts.note.url: ",
    ):
        assert f"\n  {name}" in message
    assert "'gatsby'" in message
    assert "NOT_SET" in message


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("me = ", "is not valid TOML", id="no TOML"),
        pytest.param("", "me: is required", id="no me"),
        pytest.param(
            'me = "https://a.example/"\n[site]\noutput = "site"\n', "site.output", id="on checkout"
        ),
        pytest.param('me = "https://a.example/"\n[site]\noutput = "."\n', "site.output", id="all"),
        pytest.param('me = "https://a.example/"\n[site]\nurl = "foo"\n', "site.url", id="site.url"),
        pytest.param(
            'me = "https://a.example/"\n[site]\nbuild = "hugo \'x"\n', "site.build", id="quote"
        ),
        pytest.param('me = "https://a.example/"\nstate = "~nosuch/x"\n', "state", id="no user"),
        pytest.param('me = "https://a.example/"\nfolder = "/"\n', "folder", id="folder"),
        pytest.param('me = "https://a.example/?q=1"\n', "no query", id="query in me"),
        pytest.param(
            'me = "https://a.example/"\n[repository]\nmessage = "{nope}"\n', "{nope}", id="message"
        ),
        pytest.param(
            'me = "https://a.example/"\n[posts.note]\npath = "{slug}-{hours}"\nurl = "{slug}/"\n',
            "{hours}",
            id="an unknown field",
        ),
        pytest.param(
            'me = "https://a.example/"\n[webmention]\naliases = ["http://b.example/", "c.test"]\n',
            r"webmention\.aliases\.1: must be an absolute http or https URL",
            id="an alias without a scheme",
        ),
        pytest.param(
            'me = "https://a.example/"\n[webmention]\naliases = [""]\n',
            r"webmention\.aliases\.0: must be an absolute",
            id="an alias that is nothing",
        ),
        pytest.param(
            'me = "https://a.example/"\n[webmention]\naliases = ["https://b.example:99999/"]\n',
            r"webmention\.aliases\.0: Port out of range",
            id="an alias at no port",
        ),
        pytest.param(
            'me = "https://a.example/"\n[webmention]\naliases = ["https://b example/"]\n',
            r"webmention\.aliases\.0: must hold no blank",
            id="an alias with a blank",
        ),
    ],
)
def test_what_is_wrong_is_said(write, text, says):
    path = write(text)

    with pytest.raises(ConfigError, match=says.replace("{", r"\{")):
        load(path)


def test_the_kinds_with_a_place_are_those_of_the_generators():
    assert set(get_args(Kind)) == set(FOLDERS)


def test_an_unknown_kind_is_named(write):
    path = write('me = "https://a.example/"\n[posts.notes]\npath = "{slug}"\nurl = "{slug}"\n')

    with pytest.raises(ConfigError, match=r"posts\.notes.*'note'"):
        load(path)


@pytest.mark.parametrize(
    "text",
    [
        '[database]\nurl = ["postgresql://u:hunter2@h/d"]',
        'database = "postgresql://u:hunter2@h/d"',
        '[database]\nuri = "postgresql://u:hunter2@h/d"',
    ],
)
def test_no_secret_is_shown(write, text):
    path = write(f'me = "https://site.example/"\n{text}\n')

    with pytest.raises(ConfigError, match="database") as refused:
        load(path)
    assert "hunter2" not in str(refused.value)


def test_a_missing_file_says_how_to_make_one(tmp_path):
    with pytest.raises(ConfigError, match="endpoint init"):
        load(tmp_path / "config.toml")


@pytest.mark.parametrize(
    ("me", "username"),
    [
        pytest.param("https://ada.example/", "ada", id="host"),
        pytest.param("https://www.ada-lovelace.example/", "ada_lovelace", id="www"),
        pytest.param("http://127.0.0.1:8000/", "me", id="IPv4"),
        pytest.param("http://[::1]:8000/", "me", id="IPv6"),
    ],
)
def test_the_owners_name_among_accounts(installation, me, username):
    installation.configure(me=me)

    assert installation.config.username == username
