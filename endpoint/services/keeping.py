"""The files that one request brings, kept among the owner's media as long as it succeeds."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from endpoint.domain.tokens import Token
from endpoint.errors import TooLarge
from endpoint.services.media import Incoming, KeptUpload, Media
from endpoint.stores.disk import disk_errors
from endpoint.stores.media.incoming import new_incoming, open_incoming, remove_incoming

Files = Mapping[str, Incoming]
"""The files of a request, by what stands for each in its properties."""


def stand_in(file: Incoming) -> str:
    """Return what stands for ``file`` in the properties, the same for the same bytes.

    So two requests are the same only if their files are.
    """
    with disk_errors("folder for incoming files"), file.path.open("rb") as stream:
        return f"urn:sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"


@dataclass(frozen=True)
class KeepingRules:
    """The folder where files wait, and how many a request may bring."""

    incoming: Path
    max_files: int


class Keeper:
    """Adds the files of one request to ``media``, on behalf of its ``token``.

    What it returns are their URLs. The same ``key`` is the same file.
    """

    def __init__(self, media: Media, rules: KeepingRules, token: Token) -> None:
        self._media = media
        self._rules = rules
        self._token = token
        self._kept: dict[str, KeptUpload] = {}

    def keep(self, key: str, file: Incoming) -> KeptUpload:
        """Keep ``file``; raise TooLarge if there are too many, or what ``Media.add`` raises."""
        if key in self._kept:
            return self._kept[key]
        # The parts of a form were counted as they came; those in URLs were not.
        if len(self._kept) >= self._rules.max_files:
            raise TooLarge(
                f"{file.parameter} has one file too many;"
                f" this server takes at most {self._rules.max_files} in a request (media.max_files)"
            )
        kept = self._kept[key] = self._media.add(file, self._token)
        return kept

    def keep_bytes(self, key: str, parameter: str, read: Callable[[], bytes]) -> KeptUpload:
        """Keep what ``read`` returns, as ``keep`` does with a file."""
        if key in self._kept:
            return self._kept[key]
        content = read()
        path = new_incoming(self._rules.incoming)
        try:
            with open_incoming(path) as file:
                file.write(content)
            return self.keep(key, Incoming(path, "", len(content), parameter))
        finally:
            remove_incoming(path)

    def take_back(self) -> None:
        """Remove what was kept for this request, and was not there before."""
        for kept in self._kept.values():
            self._media.take_back(kept)
