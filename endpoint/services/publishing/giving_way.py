"""Posts that give way: theirs have taken the path or the address, so ours get another one."""

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import count

from endpoint.domain.merging import Clash
from endpoint.domain.slugs import with_suffix
from endpoint.domain.tombstones import Tombstone, grave_path
from endpoint.generators.generator import Generator
from endpoint.services.publishing.rules import Taken
from endpoint.stores.git.relocations import Relocation
from endpoint.stores.git.replays import Replay

_ENDINGS = (".md", ".markdown", ".html", "/index.md", "/index.html")
"""How files end whose names alone make one address."""


class GivingWay:
    """Finds who must give way, and where to; ``generator`` knows which files are posts."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator

    def require_address(self, replay: Replay, commit: str) -> None:
        """Raise Taken for a post of ``commit`` beside which theirs has made one of its address.

        Those are ``hello.md`` and ``hello/index.md``: two paths that never meet.
        """
        for path in replay.made(commit):
            twins = _twins(path) if self._generator.is_post(path) else []
            for twin in twins:
                if replay.exists(replay.head, twin) and not replay.had(commit, twin):
                    raise Taken(path)

    def find_place(self, replay: Replay, commit: str, newest: str, path: str) -> Relocation:
        """Return where the post of ``commit`` goes, whose ``path`` theirs has taken.

        The place is free in what is replayed so far and in ``newest``, the last
        of our own commits. Raise Clash if the file is no post's.
        """
        page = self._find_page(replay, commit, path)
        data = replay.read(commit, page) or b""
        owned = self._generator.owned(page)
        for number in count(2):
            moved = _vary(owned, number)
            places = [moved, *_twins(moved + page.removeprefix(owned))]
            if not any(replay.exists(at, name) for at in (replay.head, newest) for name in places):
                break
        return self._make_relocation(replay, page, owned, moved, number, data)

    def _find_page(self, replay: Replay, commit: str, path: str) -> str:
        """Return the path of the post that ``path`` belongs to."""
        folder = path.rpartition("/")[0]
        for candidate in (path, f"{folder}/index.md", f"{folder}/index.html"):
            if self._generator.is_post(candidate) and replay.exists(commit, candidate):
                return candidate
        raise Clash(f"{path}: both sides made a file of that name")

    def _make_relocation(
        self, replay: Replay, page: str, owned: str, moved: str, number: int, data: bytes
    ) -> Relocation:
        new_page = moved + page.removeprefix(owned)
        before, permalink = self._permalinks(page, new_page, number, data)
        folder = self._generator.gone_folder
        graves = [grave_path(folder, url) for url in (before, permalink)]

        def readdress(file: bytes) -> bytes:
            return self._generator.readdress(file, permalink)

        def relocate_grave(file: bytes) -> bytes:
            grave = Tombstone.from_json(file)
            # What it keeps must be of the history that stays, and come back at the new address.
            kept = replay.relocate_object(grave.object, relocation)
            return replace(grave, permalink=permalink, path=moved, object=kept).to_json()

        relocation = Relocation(
            owned,
            moved,
            (before, permalink),
            {
                page: (new_page, _unless_broken(readdress)),
                graves[0]: (graves[1], _unless_broken(relocate_grave)),
            },
        )
        return relocation

    def _permalinks(self, page: str, new_page: str, number: int, data: bytes) -> tuple[str, str]:
        """Return the permalinks of a post at ``page`` and at ``new_page``, which differ."""
        try:
            before, after = self._generator.read(page, data), self._generator.read(new_page, data)
        except ValueError as error:
            raise Clash(f"{page}: both sides made it, and it cannot be read: {error}") from error
        if before is None or after is None:
            raise Clash(f"{page}: both sides made a file of that name")
        if after.permalink != before.permalink:
            return before.permalink, after.permalink
        return before.permalink, _vary(before.permalink, number)


def _unless_broken(rewrite: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Return ``rewrite`` for files that can be read; others stay as they are."""

    def rewrite_sound(file: bytes) -> bytes:
        try:
            return rewrite(file)
        except ValueError:
            return file

    return rewrite_sound


def _twins(path: str) -> list[str]:
    """Return the other paths that have the address of ``path``."""
    stem = re.sub(r"(/index)?\.(md|markdown|html)$", "", path)
    return [name for ending in _ENDINGS if (name := stem + ending) != path]


def _vary(place: str, number: int) -> str:
    """Return a path or URL whose last name, before what ends it, is varied by ``number``."""
    bare = place.rstrip("/")
    folder, _, name = bare.rpartition("/")
    stem, dot, suffix = name.partition(".")
    return f"{folder}/{with_suffix(stem, number)}{dot}{suffix}{place[len(bare) :]}"
