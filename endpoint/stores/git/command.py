"""The git command, run with an environment, settings and hooks that nobody else chose."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from endpoint.errors import InsufficientStorage, Unavailable

_SETTINGS = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "gc.autoDetach=false",
    "protocol.allow=never",
    # The folders are those of the configuration, whoever they belong to.
    "safe.directory=*",
)
_KEPT = ("HOME", "SSH_AUTH_SOCK", "GIT_SSH_COMMAND")
"""What ssh needs to find the owner's keys."""

_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    # What a partial clone misses comes by our own way to the remote; a git too old
    # to know this has no protocol that it may use.
    "GIT_NO_LAZY_FETCH": "1",
    # Git 3 will begin repositories in formats that gitdb does not read.
    "GIT_DEFAULT_HASH": "sha1",
    "GIT_DEFAULT_REF_FORMAT": "files",
    "LC_ALL": "C.UTF-8",
}


def run_git(folder: Path, *arguments: str, timeout_s: float = 600) -> str:
    """Return what ``git`` says to ``arguments`` in ``folder``.

    Raise Unavailable if it fails, with its own reason, or InsufficientStorage if
    the disk is full.
    """
    return read_git(folder, *arguments, timeout_s=timeout_s).decode("utf-8", "replace").strip()


def read_git(folder: Path, *arguments: str, timeout_s: float = 600) -> bytes:
    """Return the same, byte for byte."""
    command = git_command(folder, arguments)
    try:
        done = subprocess.run(  # noqa: S603 - arguments are ours, ids or absolute paths
            command, env=environment(folder), capture_output=True, timeout=timeout_s, check=True
        )
    except subprocess.CalledProcessError as error:
        raise _explain(_verb(arguments), error.stderr) from error
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"git {_verb(arguments)} took over {timeout_s:g} seconds.") from error
    return done.stdout


def read_settings(folder: Path) -> dict[str, str]:
    """Return the settings of the repository at ``folder`` itself, by their names."""
    lines = run_git(folder, "config", "--local", "--null", "--list").split("\0")
    return {name: value for name, _, value in (line.partition("\n") for line in lines)}


@contextmanager
def open_git(folder: Path, *arguments: str) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """Give input and output of a running ``git``, which ends with the ``with``."""
    pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
    command = git_command(folder, arguments)
    with subprocess.Popen(  # noqa: S603 - as above
        command, env=environment(folder), stdin=pipe, stdout=pipe, stderr=nothing
    ) as process:
        try:
            if process.stdin and process.stdout:
                yield process.stdin, process.stdout
        finally:
            process.kill()


def _verb(arguments: tuple[str, ...]) -> str:
    """Return the word that says what git does, past the settings before it."""
    words = iter(arguments)
    for word in words:
        if word != "-c":
            return word
        next(words)
    return ""


def git_command(folder: Path, arguments: tuple[str, ...]) -> list[str]:
    """Return the words of a git command in ``folder``, with our settings before its own."""
    git = shutil.which("git")
    if git is None:
        raise Unavailable("The git command is not installed.")
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    return [git, "-C", str(folder), *settings, *arguments]


def environment(folder: Path) -> dict[str, str]:
    """Return the whole environment of a git command in ``folder``."""
    # The ceiling: a folder that is no repository is not to be mistaken for part of another.
    ceiling = str(folder.parent)
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    path = os.environ.get("PATH", os.defpath)
    return {**kept, "PATH": path, "GIT_CEILING_DIRECTORIES": ceiling, **_ENVIRONMENT}


def _explain(command: str, stderr: bytes) -> Unavailable | InsufficientStorage:
    said = stderr.decode("ascii", "replace")
    if "No space left" in said or "quota exceeded" in said:
        return InsufficientStorage("The disk is full; git could not finish.")
    reasons = [line for line in said.splitlines() if line.startswith(("fatal:", "error:"))]
    reason = re.sub(r"[^ !#-\[\]-~]", "?", reasons[0]) if reasons else "it gave no reason"
    return Unavailable(f"git {command} failed: {reason}")
