"""The owner's password, kept as an argon2 hash where the configuration has it."""

from pathlib import Path
from typing import Any

import tomlkit
from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError
from tomlkit.exceptions import TOMLKitError

from endpoint.errors import ConfigError
from endpoint.stores.disk import replace_file

_KEY = "password_hash"
_MAX_BYTES = 1024


def hash_password(password: str) -> str:
    """Return the argon2 hash of ``password``; raise ConfigError if it is empty or too long."""
    if not 0 < len(password.encode()) <= _MAX_BYTES:
        raise ConfigError(f"The password must have 1 to {_MAX_BYTES} bytes")
    return PasswordHasher().hash(password)


def check_hash(password_hash: str) -> str:
    """Return ``password_hash``; raise ConfigError if it is something else than an argon2 hash."""
    try:
        extract_parameters(password_hash)
    except InvalidHashError as error:
        raise ConfigError(
            "auth.password_hash: is no argon2 hash; make one with: endpoint password set"
        ) from error
    return password_hash


def is_password(password_hash: str, password: str) -> bool:
    """Return whether ``password`` is the one hashed, with the same work whatever it is."""
    given = password.encode("utf-8", "surrogatepass")
    try:
        is_right = PasswordHasher().verify(password_hash, given[:_MAX_BYTES])
    except (VerificationError, InvalidHashError):
        return False
    return is_right and len(given) <= _MAX_BYTES


def set_password(path: Path, password: str) -> Path:
    """Keep the hash of ``password`` for the configuration at ``path``; return the file changed.

    That is the configuration itself, or the file that ``auth.password_hash``
    points to. Raise ConfigError, with nothing changed, if the password is empty
    or longer than 1024 bytes, if the hash comes from the environment, or if a
    file cannot be read or written.
    """
    password_hash = hash_password(password)
    document = _read(path)
    auth = _auth_table(document, path)
    match auth.get(_KEY):
        case {"env": str(name)}:
            raise ConfigError(
                f"auth.{_KEY} comes from the environment variable {name}, which cannot be set"
                f" from here; make it an empty string in {path} and try again"
            )
        case {"file": str(name)}:
            target, content = path.parent / Path(name).expanduser(), password_hash + "\n"
        case _:
            auth[_KEY] = password_hash
            target, content = path, tomlkit.dumps(document)
    try:
        replace_file(target, content.encode())
    except OSError as error:
        raise ConfigError(f"{target} cannot be written: {error.strerror}") from error
    return target


def _read(path: Path) -> tomlkit.TOMLDocument:
    try:
        # As bytes, so that the line endings stay.
        return tomlkit.parse(path.read_bytes())
    except FileNotFoundError as error:
        raise ConfigError(
            f"There is no configuration at {path}; make one with: endpoint init DIR"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    except TOMLKitError as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error


def _auth_table(document: tomlkit.TOMLDocument, path: Path) -> Any:
    auth = document.setdefault("auth", tomlkit.table())
    if not isinstance(auth, dict):
        raise ConfigError(f"auth in {path} must be a table")
    return auth
