"""What a place of files by name can do, be it a folder or a bucket."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from endpoint.domain.media_names import type_of

Pieces = Callable[[int, int], Iterator[bytes]]
"""Gives the bytes of a file from one offset to before another, in pieces."""


@dataclass(frozen=True)
class StoredFile:
    """A file that is there: its ``size`` in bytes, and the path it lies at or what reads it.

    Without ``url``, an address where everybody gets it, only this server shows it.
    """

    name: str
    size: int
    content: Path | Pieces
    url: str = ""

    @property
    def media_type(self) -> str:
        return type_of(self.name).name


class Findable(Protocol):
    """Where a file may be found."""

    def find(self, name: str) -> StoredFile | None:
        """Return the file, or None if there is none; raise Unavailable if nobody can tell."""


class MediaPlace(Findable, Protocol):
    """Files by name, each there whole or not at all; ``public_root`` and a name is a file's URL.

    An empty ``public_root`` says that only this server shows them. Each method
    raises InsufficientStorage if the place is full, Unavailable if it fails otherwise.
    """

    public_root: str

    def keep(self, draft: Path, name: str) -> None:
        """Keep the file at ``draft`` for good; it may be gone from there afterwards."""

    def remove(self, name: str) -> None:
        """Remove the file, if it is there, for good."""

    def older(self, before: datetime) -> list[str]:
        """Return the name of each file that was last written before ``before``."""
