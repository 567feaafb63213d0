"""Files that a remote has promised, fetched by their ids; one that hangs is left alone a while."""

import re
import time
from collections.abc import Sequence
from pathlib import Path

from endpoint.errors import Unavailable
from endpoint.stores.git.access import Access
from endpoint.stores.git.conversations import Hanging
from endpoint.stores.git.incoming import receiving
from endpoint.stores.git.network import Network, Said
from endpoint.stores.git.objects import MissingObject
from endpoint.stores.git.partial_clones import REMOTE, remote_settings
from endpoint.stores.git.refusals import explain

_FEW = 8
_LONG_S = 600
_LEFT_ALONE_S = float(Unavailable.retry_after_s or 0)

# As git's own lazy fetch does it, which knows nothing of our key and token.
_FETCH = (
    *("-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags"),
    *("--no-write-fetch-head", "--no-auto-gc", "--recurse-submodules=no", "--stdin", REMOTE),
)


class PromisedFiles:
    """Fetches files to the repository at ``folder``.

    A few at once have ``patience_s``, because somebody waits for them, and many
    have ten minutes.
    """

    def __init__(self, folder: Path, patience_s: float) -> None:
        self._folder = folder
        self._patience_s = patience_s
        self._network: Network | None = None
        self._is_stopped = False
        self._hanging: dict[str, float] = {}

    def fetch(self, oids: Sequence[str], accesses: Sequence[Access]) -> None:
        """Fetch ``oids`` from the first of ``accesses`` that has them.

        Raise MissingObject if none has, Unavailable if they cannot be reached.
        """
        refusals: list[Unavailable] = []
        for access in accesses:
            try:
                return self._ask(access, oids)
            except Unavailable as refusal:
                refusals.append(refusal)
        if refusals:
            raise refusals[0]
        raise Unavailable(
            "A file of the site is not here, and nobody knows from where to fetch it; set"
            " repository.remote."
        )

    def stop(self) -> None:
        """End what is under way, and what is to come."""
        self._is_stopped = True
        if self._network:
            self._network.stop()

    def _ask(self, access: Access, oids: Sequence[str]) -> None:
        url = access.address.url
        if time.monotonic() < self._hanging.get(url, 0):
            raise Unavailable(
                "A file of the site is not here, and the remote did not answer a moment ago."
            )
        try:
            said = self._run(access, oids)
        except Hanging as error:
            # Whoever comes next may hold a lock, for which others wait.
            self._hanging[url] = time.monotonic() + _LEFT_ALONE_S
            raise Unavailable(f"A file of the site is not here. {error.description}") from error
        if said.code:
            raise _refusal(said, access)

    def _run(self, access: Access, oids: Sequence[str]) -> Said:
        network = self._network = Network(self._folder, access)
        if self._is_stopped:
            network.stop()
        with receiving(self._folder) as most_bytes:
            return network.run(
                *remote_settings(access, "blob:none"),
                *_FETCH,
                timeout_s=self._patience_s if len(oids) <= _FEW else _LONG_S,
                told="".join(f"{oid}\n" for oid in oids).encode(),
                most_bytes=most_bytes,
            )


def _refusal(said: Said, access: Access) -> Unavailable:
    if re.search(r"not our ref|unadvertised object|no such remote ref", said.errors):
        return MissingObject(
            "A file of the site is neither here nor at the remote, which had promised it."
        )
    reason = explain(said.errors, access)
    return Unavailable(f"A file of the site is not here and cannot be fetched. {reason}")
