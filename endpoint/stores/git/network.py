"""The git command on its way to another host: nothing that leads it astray, and not for ever."""

import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from endpoint.errors import Unavailable
from endpoint.stores.git.access import Access, ssh_command
from endpoint.stores.git.command import environment, git_command

_STALLED_S = 60
_GRACE_S = 2
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

    def run(self, *arguments: str, timeout_s: float, told: bytes = b"") -> Said:
        """Return what git says to ``arguments``, and to ``told`` on its standard input.

        Raise Unavailable if it takes too long; it is killed then, with ssh and
        whatever else it has started.
        """
        with subprocess.Popen(  # noqa: S603 - arguments are ours, ids, or a checked address
            git_command(self._folder, (*self._settings(), *arguments)),
            env=self._environment(),
            stdin=subprocess.PIPE if told else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            self._process = process
            if self._is_stopped:
                _end(process)
            try:
                output, errors = process.communicate(told or None, timeout=timeout_s)
            except BaseException as error:
                _end(process)
                if isinstance(error, subprocess.TimeoutExpired):
                    raise Unavailable(
                        f"The remote did not come to an end within {timeout_s:g} seconds."
                    ) from error
                raise
        return Said(process.returncode, self._decode(output), self._decode(errors))

    def stop(self) -> None:
        """End the command that runs, and those to come."""
        self._is_stopped = True
        if self._process is not None and self._process.poll() is None:
            _end(self._process)

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


def _end(process: subprocess.Popen[bytes]) -> None:
    """End ``process`` and what it has started: first asked, so that git removes its locks."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_S)
