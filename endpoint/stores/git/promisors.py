"""The remote of a partial clone, which has promised the files that are not here (gitglossary)."""

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import islice
from pathlib import Path

from endpoint.config.addresses import parse_address
from endpoint.errors import Unavailable
from endpoint.stores.git.access import Access
from endpoint.stores.git.command import read_settings, run_git
from endpoint.stores.git.network import Network, Said
from endpoint.stores.git.objects import MissingObject, is_oid
from endpoint.stores.git.refusals import explain

_FILTER = re.compile(r"blob:none|blob:limit=[0-9]+[kmg]?")
_NAME = "endpoint-promisor"
_MOST = 10_000
_FEW = 8
_SHORT_S = 60
_LONG_S = 600

SENDER = "git -c safe.directory=* -c uploadpack.allowFilter=true upload-pack"
"""What sends from a repository on this machine, which may belong to another user."""


def is_filter(text: str) -> bool:
    """Whether ``text`` leaves out files alone, all or large ones (git-rev-list(1))."""
    return bool(_FILTER.fullmatch(text))


class Promisor:
    """Brings what is missing to the repository at ``folder``, from where ``access`` leads.

    What is not there comes from where the repository itself says it was cloned from.
    """

    def __init__(self, folder: Path, access: Access | None = None) -> None:
        self._folder = folder
        self._access = access
        self._network: Network | None = None
        self._is_stopped = False

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

    def bring(self, oids: Sequence[str]) -> bool:
        """Fetch the objects ``oids``; the answer is False in a whole repository, which has all.

        Raise MissingObject if they are nowhere, Unavailable if the remote cannot be reached.
        """
        if not all(map(is_oid, oids)):
            raise MissingObject("The repository was asked for something that is no object id.")
        if not self.filter:
            return False
        wanted = iter(dict.fromkeys(oids))
        while chunk := list(islice(wanted, _MOST)):
            self._fetch(chunk)
        return True

    def complete(self, commit: str, known: str | None = None) -> bool:
        """Bring every file of ``commit`` that is not here; those of ``known`` are.

        Say whether there was any, which a whole repository never has. Raise as above.
        """
        missing = self._find_missing(commit, known) if self.filter else []
        return bool(missing) and self.bring(missing)

    def complete_history(self, commit: str, known: str | None) -> bool:
        """Bring every file of the commits up to ``commit``, past ``known``. Otherwise the same."""
        words = (commit, *([f"^{known}"] if known else []))
        missing = self._list_missing(*words) if self.filter else []
        return bool(missing) and self.bring(missing)

    def words(self, access: Access, only: str = "") -> tuple[str, ...]:
        """Return settings for a command that ``access`` leads to the remote, which git itself may
        then ask for what it misses; none for a whole repository."""
        if not self.filter:
            return ()
        settings = {
            "url": access.address.url,
            "promisor": "true",
            "partialclonefilter": only or self.filter,
            **({"uploadpack": SENDER} if access.address.scheme == "file" else {}),
        }
        return tuple(
            word
            for name, value in settings.items()
            for word in ("-c", f"remote.{_NAME}.{name}={value}")
        )

    def place(self, access: Access) -> str:
        """Return the name under which ``words`` make the remote known; of a whole one its URL."""
        return _NAME if self.filter else access.address.url

    def stop(self) -> None:
        """End what is under way, and what is to come."""
        self._is_stopped = True
        if self._network:
            self._network.stop()

    def _fetch(self, oids: Sequence[str]) -> None:
        refusals = [self._ask(access, oids) for access in self._accesses[:1]]
        for access in self._accesses[1:]:
            if refusals[-1] is None:
                break
            refusals.append(self._ask(access, oids))
        if not refusals:
            raise Unavailable(
                "A file of the site is not here, and nobody knows from where to fetch it; set"
                " repository.remote."
            )
        if refusals[-1] is not None and refusals[0] is not None:
            raise refusals[0]

    def _ask(self, access: Access, oids: Sequence[str]) -> Unavailable | None:
        """Fetch ``oids`` from where ``access`` leads; return what speaks against it."""
        network = self._network = Network(self._folder, access)
        if self._is_stopped:
            network.stop()
        # As git's own lazy fetch does it, which knows nothing of our key and token.
        options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-gc", "--stdin")
        words = ("-c", "fetch.negotiationAlgorithm=noop", "fetch", *options)
        timeout_s = _SHORT_S if len(oids) <= _FEW else _LONG_S
        try:
            said = network.run(
                *self.words(access, only="blob:none"),
                *words,
                "--recurse-submodules=no",
                _NAME,
                timeout_s=timeout_s,
                told="".join(f"{oid}\n" for oid in oids).encode(),
            )
        except Unavailable as error:
            return error
        return _refusal(said, access) if said.code else None

    def _find_missing(self, commit: str, known: str | None) -> list[str]:
        without = [f"^{known}^{{tree}}"] if known else []
        try:
            return self._list_missing(f"{commit}^{{tree}}", *without)
        except Unavailable:
            if known is None:
                raise
            return self._find_missing(commit, None)

    def _list_missing(self, *wanted: str) -> list[str]:
        words = ("rev-list", "--objects", "--missing=print")
        listing = run_git(self._folder, *words, *wanted, "--")
        return [line[1:] for line in listing.splitlines() if line.startswith("?")]

    @cached_property
    def _settings(self) -> dict[str, str]:
        return read_settings(self._folder)

    @cached_property
    def _names(self) -> list[str]:
        legacy = self._settings.get("extensions.partialclone")
        found = [
            name.removeprefix("remote.").removesuffix(".promisor")
            for name, value in self._settings.items()
            if name.endswith(".promisor") and value != "false"
        ]
        return [*found, *([legacy] if legacy and legacy not in found else [])]

    @cached_property
    def _accesses(self) -> tuple[Access, ...]:
        found = [self._access] if self._access else []
        for name in self._names:
            url = self._settings.get(f"remote.{name}.url", "")
            if url and url not in (access.address.url for access in found):
                try:
                    found.append(Access(parse_address(url)))
                except ValueError:
                    continue  # what git would run as a program, for one
        return tuple(found)


def _refusal(said: Said, access: Access) -> Unavailable:
    if re.search(r"not our ref|unadvertised object|no such remote ref", said.errors):
        return MissingObject(
            "A file of the site is neither here nor at the remote, which had promised it."
        )
    reason = explain(said.errors, access)
    return Unavailable(f"A file of the site is not here and cannot be fetched. {reason}")
