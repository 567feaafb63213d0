"""What a partial clone says of itself: which files it leaves out, and who has promised them."""

import re
from functools import cached_property
from pathlib import Path

from endpoint.config.addresses import parse_address
from endpoint.errors import Unavailable
from endpoint.stores.git.access import Access
from endpoint.stores.git.command import read_settings

_FILTER = re.compile(r"blob:none|blob:limit=[0-9]+[kmg]?")

REMOTE = "endpoint-promisor"
"""The name under which ``remote_settings`` make a remote known."""

SENDER = "git -c safe.directory=* -c uploadpack.allowFilter=true upload-pack"
"""What sends from a repository on this machine, which may belong to another user."""


def is_filter(text: str) -> bool:
    """Whether ``text`` leaves out files alone, all or large ones (git-rev-list(1))."""
    return bool(_FILTER.fullmatch(text))


def remote_settings(access: Access, left_out: str) -> tuple[str, ...]:
    """Return words for a git command that may ask the remote of ``access`` for what it misses.

    ``left_out`` is the filter for what comes from there.
    """
    settings = {
        "url": access.address.url,
        "promisor": "true",
        "partialclonefilter": left_out,
        **({"uploadpack": SENDER} if access.address.scheme == "file" else {}),
    }
    named = (f"remote.{REMOTE}.{name}={value}" for name, value in settings.items())
    return tuple(word for setting in named for word in ("-c", setting))


class PartialClone:
    """The repository at ``folder``, partial or whole, and ``access`` to the configured remote.

    What it says is read once.
    """

    def __init__(self, folder: Path, access: Access | None = None) -> None:
        self.folder = folder
        self._access = access

    @cached_property
    def filter(self) -> str:
        """What is left out, such as ``blob:none``; empty for a whole repository.

        Raise Unavailable if that is more than files.
        """
        if not self._names:
            return ""
        known = (self._settings.get(f"remote.{name}.partialclonefilter") for name in self._names)
        found = next(filter(None, known), "blob:none")
        if not is_filter(found):
            raise Unavailable(
                "The repository is a partial clone without its folders; clone it again with"
                " --filter=blob:none, or make it whole with: git fetch --refetch --no-filter"
                " origin, and then: git config --unset remote.origin.promisor"
            )
        return found

    @cached_property
    def accesses(self) -> tuple[Access, ...]:
        """The ways to what is missing: the configured remote, then where it was cloned from."""
        found = [self._access] if self._access else []
        for name in self._names:
            url = self._settings.get(f"remote.{name}.url", "")
            if url and url not in (access.address.url for access in found):
                try:
                    found.append(Access(parse_address(url)))
                except ValueError:
                    continue  # what git would run as a program, for one
        return tuple(found)

    @cached_property
    def _settings(self) -> dict[str, str]:
        return read_settings(self.folder)

    @cached_property
    def _names(self) -> list[str]:
        legacy = self._settings.get("extensions.partialclone")
        found = [
            name.removeprefix("remote.").removesuffix(".promisor")
            for name, value in self._settings.items()
            if name.endswith(".promisor") and value != "false"
        ]
        return [*found, *([legacy] if legacy and legacy not in found else [])]
