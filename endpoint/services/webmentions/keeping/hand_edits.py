"""What commits mean for mentions: entries taken out or put in by hand, and pages that moved."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.keeping import stored
from endpoint.domain.webmentions.keeping.stored import Entry
from endpoint.generators.generator import Generator
from endpoint.services.webmentions.keeping.page_files import FacePlaces
from endpoint.stores.index import PostIndex
from endpoint.stores.mentions.imports import Imported
from endpoint.stores.mentions.keeping import KeptMentions
from endpoint.stores.mentions.rows import APPROVED, REJECTED, Received
from endpoint.stores.repository import Repository

_log = structlog.get_logger()
Place = tuple[str, str]
"""The permalink of a page, and the source of a mention of it."""

_INDEXES = ("index.md", "index.markdown", "index.html")


@dataclass
class Edits:
    """The permalinks of ``pages`` to look at, and the keys of mentions that came from git."""

    pages: set[str] = field(default_factory=set)
    adopted: set[str] = field(default_factory=set)


class HandEdits:
    """Reads commits, whoever made them, and lets the rows follow what the owner did in them."""

    def __init__(
        self,
        repository: Repository,
        index: PostIndex,
        generator: Generator,
        kept: KeptMentions,
        faces: FacePlaces,
        add: Callable[[Iterable[Imported], datetime], int],
        clock: Callable[[], datetime],
    ) -> None:
        """``add`` takes in mentions that are not known yet."""
        self._repository = repository
        self._index = index
        self._generator = generator
        self._kept = kept
        self._faces = faces
        self._add = add
        self._clock = clock

    def take_in(self, old: str | None, new: str) -> Edits:
        """Take in what the commits from ``old`` to ``new`` did, or all that there is.

        An entry that is gone while its page is there was rejected by the owner,
        and one that is unknown was approved; mentions of a page that moved are
        of the page where it is now.
        """
        edits, files = Edits(), []
        for path, oid in self._repository.changes(old, new):
            if self._generator.is_mentions(path):
                files.append((path, oid))
            elif old and self._generator.is_post(path):
                self._take_in_page(edits, path, old, oid)
        for path, oid in files:
            self._take_in_file(edits, path, old, new, oid)
        return edits

    def _take_in_page(self, edits: Edits, path: str, old: str, oid: str | None) -> None:
        before = self._permalink(path, self._repository.read(path, old))
        after = self._permalink(path, self._repository.read_object(oid) if oid else None)
        edits.pages |= {permalink for permalink in (before, after) if permalink}
        if not before or self._index.find(before):
            return
        moved = self._index.find_moved(before)
        if now := after or (moved.permalink if moved else ""):
            self._kept.readdress(before, now)
            edits.pages.add(now)

    def _take_in_file(
        self, edits: Edits, path: str, old: str | None, new: str, oid: str | None
    ) -> None:
        page = self._page_beside(path, new)
        try:
            after = self._entries(page, self._repository.read_object(oid) if oid else None)
            before = self._entries(page, self._repository.read(path, old) if old else None)
        except ValueError as error:
            _log.warning("mentions not read", path=path, reason=str(error))
            return
        self._follow(page, after)
        places = before.keys() | after.keys()
        edits.pages |= {permalink for permalink, _ in places}
        known = self._known(places)
        for place in before.keys() - after.keys():
            self._take_out(known.get(place))
        unknown = {}
        for place in after.keys() - before.keys():
            if received := known.get(place):
                self._put_back(received, new)
            else:
                unknown[place] = after[place]
        imports = list(self._imports(unknown))
        self._add(imports, self._clock())
        edits.adopted |= {one.key for one in imports}

    def _known(self, places: Iterable[Place]) -> dict[Place, Received]:
        """Return the row of each of ``places`` that has one, however the file spells the page."""
        at = self._kept.at({permalink for permalink, _ in places})
        rows = {(page, row.source): row for page, mentions in at.items() for row in mentions}
        pairs = ((place, rows.get((address(place[0]), place[1]))) for place in places)
        return {place: row for place, row in pairs if row}

    def _take_out(self, received: Received | None) -> None:
        if received is None or not (received.is_shown and received.kept):
            return
        if self._index.find(received.permalink):
            _log.info("mention taken out by hand", source=received.source)
            self._kept.decide(received, REJECTED, self._clock())

    def _put_back(self, received: Received, commit: str) -> None:
        if received.decision != REJECTED or received.kept or received.decided_at is None:
            return
        # An old commit that arrives late, from another machine, decides nothing.
        if self._repository.committed_at(commit) > received.decided_at:
            self._kept.decide(received, APPROVED, self._clock())

    def _follow(self, page: str, entries: dict[Place, Entry]) -> None:
        """Let the mentions of pages that were moved to ``page``, with their file, be its own."""
        targets = {str(entry.get("target") or page) for entry in entries.values()}
        for target in targets if page else ():
            if address(target) != address(page) and not self._index.find(target):
                self._kept.readdress(target, page)

    def _entries(self, page: str, data: bytes | None) -> dict[Place, Entry]:
        """Return the entries of a file by page and source, those of other living pages left out."""
        found = {}
        for entry in stored.read(data):
            target = str(entry.get("target") or "")
            if page and target and address(target) != address(page) and self._index.find(target):
                continue
            where, source = page or target, stored.source_of(entry)
            if where and source:
                found[where, source] = entry
        return found

    def _imports(self, unknown: dict[Place, Entry]) -> Iterator[Imported]:
        for (permalink, source), entry in unknown.items():
            author = entry.get("author")
            photo = author.get("photo") if isinstance(author, dict) else None
            if stored.web_url(source):
                yield Imported(
                    source,
                    permalink,
                    permalink,
                    self._received(entry),
                    stored.to_mention(entry, self._faces.absolute(photo)),
                )

    def _received(self, entry: Entry) -> datetime:
        try:
            moment = datetime.fromisoformat(str(entry.get("received")))
        except ValueError:
            return self._clock()
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def _page_beside(self, path: str, commit: str) -> str:
        """Return the permalink of the page in whose folder the file lies, empty for none."""
        folder = path.rpartition("/")[0]
        for name in _INDEXES:
            page = f"{folder}/{name}"
            if self._generator.is_post(page) and (data := self._repository.read(page, commit)):
                return self._permalink(page, data)
        return ""

    def _permalink(self, path: str, data: bytes | None) -> str:
        try:
            post = self._generator.read(path, data) if data else None
        except ValueError:
            return ""
        return post.permalink if post else ""
