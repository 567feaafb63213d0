"""The mentions of pages as files: what the owner wants shown, put into what git has."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import structlog

from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.keeping import stored
from endpoint.domain.webmentions.keeping.messages import Story
from endpoint.domain.webmentions.keeping.stored import Entry
from endpoint.generators.generator import Generator
from endpoint.stores.index import PostIndex
from endpoint.stores.mentions.rows import Received

_log = structlog.get_logger()


@dataclass
class Draft:
    """A commit in the making: files by path, hashes by mention, and what it says of them."""

    files: dict[str, bytes | None] = field(default_factory=dict)
    kept: dict[int, str] = field(default_factory=dict)
    stories: list[Story] = field(default_factory=list)


@dataclass(frozen=True)
class FacePlaces:
    """Where pictures of authors lie: their folder in the repository, and its URL."""

    folder: str
    url: str

    def path(self, name: str) -> str:
        """Return the path of a picture in the repository."""
        return f"{self.folder}/{name}"

    def absolute(self, photo: object) -> str:
        """Return the URL of a picture whose path on the site is ``photo``, if it is one of ours."""
        root = urlsplit(self.url).path
        name = photo.removeprefix(root) if isinstance(photo, str) else ""
        return self.url + name if name and name != photo and "/" not in name else ""

    def shown(self, photo: str, names: Mapping[str, str]) -> str:
        """Return the path, on the site, of our copy of ``photo``; empty if there is none."""
        name = self.name(photo) or names.get(photo, "")
        return urlsplit(self.url).path + name if name else ""

    def name(self, url: str) -> str:
        """Return the name of the copy that ``url`` itself is, empty if it is none of ours."""
        name = url.removeprefix(self.url)
        return name if url != name and "/" not in name else ""


class PageFiles:
    """Writes the files of pages, ``any_page`` of the site or those of its posts alone."""

    def __init__(
        self, index: PostIndex, generator: Generator, faces: FacePlaces, *, any_page: bool
    ) -> None:
        self._index = index
        self._generator = generator
        self._faces = faces
        self._any_page = any_page

    def draft(
        self,
        read: Callable[[str], bytes | None],
        pages: Mapping[str, Iterable[Received]],
        names: Mapping[str, str],
        adopted: Container[str] = frozenset(),
    ) -> Draft:
        """Return what must change for ``pages``: all mentions of each, by its permalink.

        ``read`` gives a file of the repository, and ``names`` the copy of each
        author's picture. Entries with a key of ``adopted`` are in git as they shall be.
        A file that cannot be read waits for the owner.
        """
        draft = Draft()
        for permalink, mentions in pages.items():
            page = self._find(permalink)
            path = self._generator.mentions_path(page.file, page.permalink)
            data = draft.files[path] if path in draft.files else read(path)
            try:
                entries = stored.read(data)
            except ValueError as error:
                _log.warning("mentions not written", path=path, reason=str(error))
                continue
            wanted = self._update(draft, page, entries, mentions, names, adopted)
            if stored.in_order(wanted) != stored.in_order(entries):
                draft.files[path] = stored.write(wanted)
        return draft

    def _find(self, permalink: str) -> "_Page":
        post = self._index.find(permalink)
        if post:
            return _Page(post.permalink, post.path, is_there=True)
        is_there = self._any_page and self._index.gone(permalink) is None
        return _Page(permalink, "", is_there)

    def _update(
        self,
        draft: Draft,
        page: "_Page",
        entries: list[Entry],
        mentions: Iterable[Received],
        names: Mapping[str, str],
        adopted: Container[str],
    ) -> list[Entry]:
        own = {
            stored.source_of(entry) or str(number): entry
            for number, entry in enumerate(entries)
            if page.holds(entry)
        }
        shown = []
        for received in mentions:
            entry, wanted = own.pop(received.source, None), self._entry(received, page, names)
            digest = stored.digest(wanted) if wanted else ""
            if digest != received.kept:
                draft.kept[received.number] = digest
            # What the owner has edited stays until the source says something new.
            if entry and wanted and (digest == received.kept or received.key in adopted):
                wanted = entry
            if wanted:
                shown.append(wanted)
            draft.stories += _tell(received, entry, wanted)
        others = [entry for entry in entries if not page.holds(entry)]
        return [
            *stored.thread([*shown, *(own.values() if page.is_there else ())]),
            *(entry for entry in others if self._is_elsewhere(entry, page)),
        ]

    def _entry(self, received: Received, page: "_Page", names: Mapping[str, str]) -> Entry | None:
        mention = received.mention
        if mention is None or not received.is_shown or not page.is_there:
            return None
        photo = self._faces.shown(mention.author.photo, names)
        return stored.to_entry(
            mention, received.source, page.permalink, received.received_at, photo
        )

    def _is_elsewhere(self, entry: Entry, page: "_Page") -> bool:
        """Whether an entry about another page belongs into the same file."""
        target = str(entry.get("target"))
        path = self._generator.mentions_path(page.file, page.permalink)
        return self._generator.mentions_path("", target) == path


@dataclass(frozen=True)
class _Page:
    permalink: str
    file: str
    is_there: bool

    def holds(self, entry: Entry) -> bool:
        """Whether ``entry`` is about this page, as far as it says."""
        target = entry.get("target")
        return not target or address(str(target)) == address(self.permalink)


def _tell(received: Received, entry: Entry | None, wanted: Entry | None) -> list[Story]:
    if _bare(entry) == _bare(wanted):
        return []
    action = "remove" if wanted is None else "add" if entry is None else "change"
    # Of a source that is gone, only the entry in the file still knows who it was.
    said = stored.to_mention(wanted or entry or {}, photo="")
    author = said.author.name or said.author.url or received.source
    return [Story(action, said.kind, author, received.permalink)]


def _bare(entry: Entry | None) -> Entry | None:
    return entry and {key: value for key, value in entry.items() if key != "parent"}
