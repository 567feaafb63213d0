"""The site's generator: built in a folder of its own, then swapped in whole."""

import json
import os
import shlex
import shutil
import tempfile
from pathlib import Path

from endpoint.stores.generator_command import BuildError, GeneratorCommand

__all__ = ["BuildError", "Builder"]

_ASKING_S = 60


class Builder:
    """Runs ``command`` in ``checkout`` and shows the result at ``output``.

    ``{output}`` in the command stands for the folder to build into; without it
    ``--destination`` is added, which Hugo and Jekyll both know. ``output``
    becomes a symbolic link that moves to each good build, so a reader never
    meets half a site, and the last good build stays when one fails.
    """

    def __init__(self, command: str, checkout: Path, output: Path, timeout_s: float) -> None:
        self._command = command
        self._generator = GeneratorCommand(checkout)
        self._timeout_s = timeout_s
        self.output = output

    def build(self) -> None:
        """Build the site once; raise BuildError if the generator fails or takes too long."""
        try:
            builds, fresh = self._make_folder()
        except OSError as error:
            raise BuildError(f"{self.output} cannot be built to: {error.strerror}") from error
        try:
            self.run(fresh)
            self._swap(fresh)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        self._sweep(builds, keep=fresh)

    def stop(self) -> None:
        """Kill the build that runs, and let none begin; the last good one stays."""
        self._generator.stop()

    def run(self, destination: Path) -> None:
        """Build into ``destination`` and leave it there; raise BuildError as ``build`` does."""
        self._generator.run(self._words(destination), self._timeout_s)

    def denies_html(self) -> bool:
        """Say whether the site's Hugo refuses content files in HTML, as newer ones do by default.

        Raise BuildError if Hugo cannot be asked.
        """
        hugo = shlex.split(self._command)[0]
        said = self._generator.run([hugo, "config", "--format", "json"], _ASKING_S)
        try:
            settings, _ = json.JSONDecoder().raw_decode(said, said.index("{"))
        except ValueError as error:
            raise BuildError(f"{hugo} did not say how it is configured") from error
        allowed = settings.get("security", {}).get("allowcontent", [])
        return any(rule.startswith("!") and "text/html" in rule for rule in allowed)

    def _make_folder(self) -> tuple[Path, Path]:
        builds = self.output.parent / f".{self.output.name}-builds"
        builds.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=builds))
        fresh.chmod(0o755)
        return builds, fresh

    def _words(self, destination: Path) -> list[str]:
        words = shlex.split(self._command)
        if any("{output}" in word for word in words):
            return [word.replace("{output}", str(destination)) for word in words]
        return [*words, f"--destination={destination}"]

    def _swap(self, fresh: Path) -> None:
        if self.output.is_dir() and not self.output.is_symlink():
            # A folder from before this server built here; os.replace cannot take its place.
            before = self.output.with_name(self.output.name + ".before")
            if before.exists():
                raise BuildError(f"{self.output} and {before} are folders; move them away")
            self.output.rename(before)
        link = fresh.with_suffix(".link")
        link.symlink_to(os.path.relpath(fresh, self.output.parent))
        link.replace(self.output)

    def _sweep(self, builds: Path, keep: Path) -> None:
        # The build before stays for the requests that are still reading from it.
        folders = [entry for entry in builds.iterdir() if entry.is_dir() and entry != keep]
        for folder in sorted(folders, key=lambda entry: entry.stat().st_mtime)[:-1]:
            shutil.rmtree(folder, ignore_errors=True)
