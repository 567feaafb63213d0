"""A new password, set with the command: its hash goes where the configuration has it."""

import os
import select
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from programs import small_disk

from endpoint.errors import ConfigError
from endpoint.services.passwords import set_password

COMMAND = Path(sys.executable).parent / "endpoint"
EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def run(config, said=b"", *words):
    return subprocess.run(
        [COMMAND, "password", "set", "--config", str(config), *words],
        input=said,
        capture_output=True,
        timeout=60,
        check=False,
    )


def verifies(password_hash, password):
    return PasswordHasher().verify(password_hash, password)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.toml"
    path.write_bytes(EXAMPLE.read_bytes())
    path.chmod(0o600)
    return path


# The command


def test_password_set_from_standard_input(config):
    done = run(config, "schön lang\n".encode(), "--stdin")

    assert done.returncode == 0, done.stderr
    assert verifies(tomllib.loads(config.read_text())["auth"]["password_hash"], "schön lang")
    assert b"Restart the server" in done.stdout
    assert "schön" not in (done.stdout + done.stderr).decode()


def test_password_set_asks_twice_without_showing(config):
    """In a terminal of its own, as a person sees it."""
    controller, terminal = os.openpty()
    asking = subprocess.Popen(
        [COMMAND, "password", "set", "--config", str(config)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    shown = b""

    for first, second in ((b"one\n", b"two\n"), (b"short\n", b"short\n")):
        shown += read_until(controller, b"New password: ")
        os.write(controller, first)
        shown += read_until(controller, b"And again: ")
        os.write(controller, second)
    shown += read_until(controller, b"signed out")
    asking.wait(30)
    os.close(controller)

    assert asking.returncode == 0
    assert shown.count(b"And again: ") == 2
    assert b"do not match" in shown
    assert b"this password is short" in shown
    assert b"short\r\n" not in shown
    assert verifies(tomllib.loads(config.read_text())["auth"]["password_hash"], "short")


def read_until(terminal, end):
    shown = b""
    while end not in shown:
        assert select.select([terminal], [], [], 30)[0], shown
        shown += os.read(terminal, 1000)
    return shown


@pytest.mark.parametrize(
    ("said", "says"),
    [
        pytest.param(b"", b"1 to 1024 bytes", id="nothing"),
        pytest.param(b"\n", b"1 to 1024 bytes", id="an empty line"),
        pytest.param(b"x" * 1025, b"1 to 1024 bytes", id="too long"),
        pytest.param("é".encode() * 513, b"1 to 1024 bytes", id="too long in bytes"),
        pytest.param(b"\xff\n", b"UTF-8", id="not UTF-8"),
    ],
)
def test_password_set_refuses_and_changes_nothing(config, said, says):
    before = config.read_bytes()

    done = run(config, said, "--stdin")

    assert done.returncode != 0
    assert says in done.stderr
    assert b"Traceback" not in done.stderr
    assert config.read_bytes() == before


def test_password_set_without_a_configuration(tmp_path):
    done = run(tmp_path / "config.toml", b"secret\n", "--stdin")

    assert done.returncode == 1
    assert b"endpoint init" in done.stderr


# The file


def test_everything_else_in_the_file_stays(config):
    set_password(config, "secret")

    before, after = EXAMPLE.read_text().splitlines(), config.read_text().splitlines()
    [(old, new)] = [lines for lines in zip(before, after, strict=True) if lines[0] != lines[1]]
    assert old == 'password_hash = ""'
    assert new.startswith('password_hash = "$argon2id$')


@pytest.mark.parametrize("permissions", [0o600, 0o640])
def test_the_mode_stays_and_no_draft_is_left(config, permissions):
    config.chmod(permissions)

    set_password(config, "secret")

    assert mode(config) == permissions
    assert names(config.parent) == ["config.toml"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_the_owner_of_the_file_stays(config):
    """Root sets the password; the server that reads it is somebody else."""
    os.chown(config, 1234, 1234)

    set_password(config, "secret")

    assert (config.stat().st_uid, config.stat().st_gid) == (1234, 1234)


def test_a_link_to_the_file_stays_a_link(config, tmp_path):
    link = tmp_path / "link.toml"
    link.symlink_to(config)

    set_password(link, "secret")

    assert link.is_symlink()
    assert "$argon2id$" in config.read_text()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('me = "x"\n', id="no table"),
        pytest.param("[auth]\n\n[fetch]\ntimeout_s = 1\n", id="empty table"),
        pytest.param('[auth]\nmode = "builtin"  # c\n\n# d\n[fetch]\n', id="no key"),
        pytest.param('auth = { mode = "builtin" }\n', id="inline table"),
        pytest.param('auth.mode = "builtin"\nme = "x"\n[fetch]\n', id="dotted keys"),
        pytest.param('[auth]\r\npassword_hash = "x" # c\r\nmode = "y"\r\n', id="CRLF"),
        pytest.param("[auth]\npassword_hash = 'x'", id="no newline at the end"),
    ],
)
def test_wherever_the_key_belongs(tmp_path, text):
    config = tmp_path / "config.toml"
    config.write_bytes(text.encode())

    set_password(config, "secret")

    after = config.read_bytes().decode()
    expected = tomllib.loads(text)
    found = tomllib.loads(after)
    assert verifies(found["auth"].pop("password_hash"), "secret")
    expected.setdefault("auth", {}).pop("password_hash", None)
    assert found == expected
    assert after.count("#") == text.count("#")
    assert after.count("\r\n") == text.count("\r\n")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('[auth]\npassword_hash = { file = "secrets/hash" }\n', id="inline"),
        pytest.param('[auth.password_hash]\nfile = "secrets/hash"\n', id="table"),
    ],
)
@pytest.mark.parametrize("is_there", [False, True])
def test_a_file_of_its_own_gets_the_hash(tmp_path, text, is_there):
    config, secret = tmp_path / "config.toml", tmp_path / "secrets" / "hash"
    config.write_text(text)
    secret.parent.mkdir()
    if is_there:
        secret.write_text("old\n")
        secret.chmod(0o640)

    changed = set_password(config, "secret")

    assert changed == secret
    assert config.read_text() == text
    assert verifies(secret.read_text().strip(), "secret")
    assert mode(secret) == (0o640 if is_there else 0o600)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param(
            '[auth]\npassword_hash = { env = "HASH" }\n',
            "environment variable HASH.*make it an empty string",
            id="from the environment",
        ),
        pytest.param('[auth]\npassword_hash = { file = "no/hash" }\n', "no/hash", id="no folder"),
        pytest.param("auth = 3\n", "must be a table", id="no table"),
        pytest.param("auth = [\n", "not valid TOML", id="no TOML"),
    ],
)
def test_what_cannot_be_set_is_left_as_it_is(tmp_path, text, says):
    config = tmp_path / "config.toml"
    config.write_text(text)

    with pytest.raises(ConfigError, match=says):
        set_password(config, "secret")

    assert config.read_text() == text
    assert names(tmp_path) == ["config.toml"]


def test_a_full_disk_leaves_the_old_password(tmp_path):
    with small_disk(tmp_path / "disk", "16k") as disk:
        (disk / "config.toml").write_bytes(EXAMPLE.read_bytes())
        with (disk / "ballast").open("wb") as ballast:
            free = os.statvfs(disk)
            ballast.write(bytes(free.f_bavail * free.f_frsize))

        with pytest.raises(ConfigError, match="cannot be written: No space left"):
            set_password(disk / "config.toml", "secret")

        assert (disk / "config.toml").read_bytes() == EXAMPLE.read_bytes()
        assert names(disk) == ["ballast", "config.toml"]
