"""The git command on its way to another host: nothing that leads it astray, and not for ever."""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from endpoint.stores.disk import disk_errors
from endpoint.stores.git.access import Access, ssh_command
from endpoint.stores.git.command import environment, git_command
from endpoint.stores.git.conversations import end, hear_out
from endpoint.stores.git.incoming import limit_files

_STALLED_S = 60
_KEPT = (
    "https_proxy",
    "http_proxy",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "GIT_SSL_CAINFO",
    "SSL_CERT_FILE",
)
"""What leads through the owner's own network."""

# The shell's own printf, so that no process is started with the token among its arguments.
_HELPER = (
    '!f() { test "$1" = get'
    ' && printf "username=%s\\npassword=%s\\n" "$ENDPOINT_USERNAME" "$ENDPOINT_TOKEN"; }; f'
)


@dataclass(frozen=True)
class Said:
    """How git ended, and what it said."""

    code: int
    output: str
    errors: str


class Network:
    """Runs git commands that reach a remote, from the repository at ``folder``."""

    def __init__(self, folder: Path, access: Access) -> None:
        self._folder = folder
        self.access = access
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    def run(
        self, *arguments: str, timeout_s: float, told: bytes = b"", most_bytes: int | None = None
    ) -> Said:
        """Return what git says to ``arguments``, and to ``told`` on its standard input.

        Where ``most_bytes`` are given, it fails at a file that would be larger.
        Raise Hanging if it takes too long, Unavailable if it says too much; it
        is killed then, with ssh and whatever else it has started.
        """
        with tempfile.TemporaryFile() as given:
            # A file and not a pipe, so that nobody waits for it to be read.
            with disk_errors("temporary folder"):
                given.write(told)
                given.seek(0)
            with self._start(arguments, given, most_bytes) as process:
                output, errors = hear_out(process, timeout_s)
        return Said(process.returncode, self._decode(output), self._decode(errors))

    def _start(
        self, arguments: tuple[str, ...], given: IO[bytes], most_bytes: int | None
    ) -> "subprocess.Popen[bytes]":
        process = subprocess.Popen(  # noqa: S603 - arguments are ours, ids, or a checked address
            git_command(self._folder, (*self._settings(), *arguments)),
            env=self._environment(),
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            # With SIGXFSZ ignored, as Python has it, git can say that a file grew too large.
            restore_signals=most_bytes is None,
        )
        self._process = process
        if most_bytes is not None:
            limit_files(process.pid, most_bytes)
        if self._is_stopped:
            end(process)
        return process

    def stop(self) -> None:
        """End the command that runs, and those to come."""
        self._is_stopped = True
        if self._process is not None and self._process.poll() is None:
            end(self._process)

    def _decode(self, said: bytes) -> str:
        text = said.decode("utf-8", "replace")
        return text.replace(self.access.token, "***") if self.access.token else text

    def _settings(self) -> tuple[str, ...]:
        settings = [
            "protocol.file.allow=never",
            f"protocol.{self.access.address.scheme}.allow=always",
            # A redirect could carry the token to another host.
            "http.followRedirects=false",
            "http.lowSpeedLimit=1",
            f"http.lowSpeedTime={_STALLED_S}",
            # What the repository's own settings name must not be asked for secrets, or get any.
            "credential.helper=",
            "core.askPass=",
            "submodule.recurse=false",
            # As of pushes to us: no paths that lead out of a checkout.
            "fetch.fsckObjects=true",
            # Loose objects would be as safe only with a wait for each of their folders.
            "fetch.unpackLimit=1",
            "core.fsync=committed,reference",
        ]
        if self.access.token:
            # For this host alone: what a site is made of may name others, as Git LFS does.
            host = urlsplit(self.access.address.url)
            settings.append(f"credential.{host.scheme}://{host.netloc}.helper={_HELPER}")
        return tuple(word for setting in settings for word in ("-c", setting))

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        found = {**kept, **environment(self._folder)}
        # Here git has our key and token, and our limits.
        del found["GIT_NO_LAZY_FETCH"]
        if self.access.ssh_key or self.access.known_hosts or "GIT_SSH_COMMAND" not in found:
            found["GIT_SSH_COMMAND"] = ssh_command(self.access)
        if self.access.token:
            found["ENDPOINT_USERNAME"] = self.access.username
            found["ENDPOINT_TOKEN"] = self.access.token
        return found
