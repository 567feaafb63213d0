"""New objects are stored as packs: three waits for the disk, however many objects there are."""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import pairwise, takewhile
from pathlib import Path
from typing import NamedTuple

from endpoint.stores.disk import all_at_once, sync_file, sync_folder
from endpoint.stores.git.pack_format import (
    Entries,
    Framed,
    encode,
    find_bounds,
    format_index,
    format_pack,
)

_TOGETHER = 16
_LARGE = 2**19  # bytes; such a pack is left as it is, so that no post writes megabytes again


class NewPacks:
    """Writes packs into the object folder ``objects``; for one thread at a time.

    The sixteenth pack takes in the fifteen before it, and the sixteenth of those
    likewise, because each pack that is left makes every look-up longer.
    """

    def __init__(self, objects: Path) -> None:
        self._folder = objects / "pack"
        self._gc = objects.with_name("gc.pid")
        self._steps: tuple[list[_Pack], ...] = ([], [])
        self._replaced: list[_Pack] = []

    def write(self, objects: Framed, beside: Callable[[], None] | None = None) -> None:
        """Store ``objects`` and return once they would outlive a power cut.

        ``beside`` is something else that waits for the disk, done meanwhile. Raise
        OSError, leaving no half-written file.
        """
        full = list(takewhile(lambda step: len(step) == _TOGETHER - 1, self._steps))
        old = [(pack, pack.read()) for step in full for pack in step]
        entries = {bytes.fromhex(oid): encode(framed) for oid, framed in objects.items()}
        new = self._store(_merge([*(taken for _, taken in old), entries]), beside)
        self._replaced += [pack for pack, taken in old if taken and pack.name != new.name]
        self._clear()
        for step in full:
            step.clear()
        if len(full) < len(self._steps) and new.bounds[-1] < _LARGE:
            self._steps[len(full)].append(new)

    def _clear(self) -> None:
        # While git gc is at work they stay, because it fails if what it has seen is gone.
        while self._replaced and not self._gc.exists():
            self._replaced.pop().remove()

    def _store(self, entries: Entries, beside: Callable[[], None] | None) -> "_Pack":
        checksum, pieces = format_pack(entries)
        index = format_index(entries, checksum)
        name = f"{self._folder}/pack-{checksum.hex()}"
        with _drafts(self._folder) as (pack_draft, index_draft):
            waits = [partial(_write, pack_draft, pieces), partial(_write, index_draft, [index])]
            all_at_once([*waits, beside] if beside else waits)
            # The index last, as git does it: what has one is looked into.
            os.rename(pack_draft, f"{name}.pack")  # noqa: PTH104 - see _Pack
            os.rename(index_draft, f"{name}.idx")  # noqa: PTH104
        sync_folder(self._folder)
        return _Pack(name, tuple(entries), find_bounds(entries))


class _Pack(NamedTuple):
    """A pack of ours: its path without the suffix, and what lies where in it."""

    # Text and not Path, which takes as long to handle as a small file does to write.
    name: str
    oids: tuple[bytes, ...]
    bounds: tuple[int, ...]

    def read(self) -> Entries:
        """Return what it holds; nothing if git gc has taken it away, or the disk fails."""
        try:
            data = Path(f"{self.name}.pack").read_bytes()
        except OSError:
            return {}
        places = zip(self.oids, pairwise(self.bounds), strict=True)
        return {oid: data[start:end] for oid, (start, end) in places}

    def remove(self) -> None:
        """Remove it as git does, the index first; what holds it open can read on."""
        for suffix in ("idx", "pack"):
            with suppress(OSError):
                Path(f"{self.name}.{suffix}").unlink()


def _merge(parts: Iterable[Entries]) -> Entries:
    # An object may be in several: one post like another makes the same file.
    return {oid: entry for part in parts for oid, entry in part.items()}


@contextmanager
def _drafts(folder: Path) -> Iterator[tuple[str, str]]:
    """Give names of the kind that git gc sweeps up if we are killed."""
    name = secrets.token_hex(8)
    drafts = (f"{folder}/tmp_pack_{name}", f"{folder}/tmp_idx_{name}")  # noqa: S108 - no /tmp
    try:
        yield drafts
    except BaseException:
        for draft in drafts:
            Path(draft).unlink(missing_ok=True)
        raise


def _write(path: str, pieces: Iterable[bytes]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o444)
    with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor has no Path
        file.writelines(pieces)
        sync_file(file)
