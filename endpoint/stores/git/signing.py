"""Signatures on commits, made by the programs that git itself calls for them."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from endpoint.errors import Unavailable
from endpoint.stores.git.command import environment

Sign = Callable[[bytes], bytes]
"""Returns a commit object, signed if need be; Unavailable is raised if it cannot be."""

_TIMEOUT_S = 30
_KEPT = ("GNUPGHOME",)
_LONGEST = 200


def make_sign(key: str) -> Sign:
    """Return what signs with ``key``, a setting of ``Signer``; empty for unsigned commits."""
    return Signer(key).sign if key else leave_unsigned


def leave_unsigned(commit: bytes) -> bytes:
    """Return ``commit`` as it is."""
    return commit


class Signer:
    """Signs commits with ``key``: the path of an SSH key, or the id of a GPG key.

    The key must be usable without a question: have no passphrase, or be held
    by an agent (an SSH key then by the path of its public half).
    """

    def __init__(self, key: str) -> None:
        self._key = key
        # As git does it: gpg.ssh.program and gpg.program by their own defaults.
        if Path(key).is_absolute():
            self._words = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", key]
        else:
            quiet = ["--batch", "--no-tty", "--pinentry-mode", "error"]
            self._words = ["gpg", *quiet, "--status-fd=2", "-bsau", key]

    def sign(self, commit: bytes) -> bytes:
        """Return the commit object ``commit`` with its signature as the last header.

        Raise Unavailable, with the program's own reason, if it cannot be signed.
        """
        head, blank, message = commit.partition(b"\n\n")
        signature = self._run(commit).rstrip(b"\n").replace(b"\n", b"\n ")
        return head + b"\ngpgsig " + signature + blank + message

    def _run(self, content: bytes) -> bytes:
        program = shutil.which(self._words[0])
        if program is None:
            raise _refusal(f"{self._words[0]} is not installed")
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        try:
            done = subprocess.run(  # noqa: S603 - the key is the owner's own setting, checked
                [program, *self._words[1:]],
                env={**environment(Path("/")), **kept},
                input=content,
                capture_output=True,
                timeout=_TIMEOUT_S,
                check=False,
                # Without a terminal nobody is asked for a passphrase, and nobody is waited for.
                start_new_session=True,
            )
        except subprocess.TimeoutExpired as error:
            raise _refusal(f"{self._words[0]} took over {_TIMEOUT_S} seconds") from error
        if done.returncode or not done.stdout.startswith(b"-----BEGIN "):
            raise _refusal(_reason(done.stderr))
        return done.stdout


def _refusal(reason: str) -> Unavailable:
    return Unavailable(
        f"The commit cannot be signed with repository.sign_with, and nothing was saved: {reason}"
    )


def _reason(stderr: bytes) -> str:
    lines = stderr.decode("ascii", "replace").splitlines()
    told = [line for line in lines if line.strip() and not line.startswith("[GNUPG:]")]
    return re.sub(r"[^ !#-\[\]-~]", "?", (told or ["it gave no reason"])[0])[:_LONGEST]
