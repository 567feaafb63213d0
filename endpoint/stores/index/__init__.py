"""The post index: what the repository holds, ready to be asked."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Engine, exists, func, select

from endpoint.domain.lists import Cursor, ItemPage, Page, Selection
from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post
from endpoint.domain.tombstones import Tombstone
from endpoint.generators.generator import Generator
from endpoint.stores.batches import batched
from endpoint.stores.database import available
from endpoint.stores.index.queries import TAKEN, select_page
from endpoint.stores.index.reader import IndexReader
from endpoint.stores.index.rows import AnyRow, from_microseconds, to_microseconds, to_post
from endpoint.stores.index.tables import (
    labels,
    media,
    old_urls,
    posts,
    problems,
    tombstones,
    uses,
)
from endpoint.stores.index.updates import IndexUpdates, Progress
from endpoint.stores.repository import Repository

_SECOND = timedelta(seconds=1)
_POST = (
    posts.c.type,
    posts.c.kind,
    posts.c.properties,
    posts.c.permalink,
    posts.c.path,
    posts.c.channels,
    posts.c.published,
)


@dataclass(frozen=True)
class Edition:
    """The public posts as they stand; both values move whenever these can have changed."""

    version: str
    modified: datetime


class PostIndex:
    """The posts of the repository in a database, which git can make again at any time.

    Every answer is as of the last ``catch_up()``. Any method raises Unavailable
    if the database cannot be reached.
    """

    def __init__(
        self,
        engine: Engine,
        repository: Repository,
        generator: Generator,
        clock: Callable[[], datetime],
        *,
        literal: bool = False,
    ) -> None:
        """With ``literal`` the feed shows plain text as typed, not as Markdown."""
        self._reader = IndexReader(engine)
        self._clock = clock
        self._updates = IndexUpdates(engine, repository, generator, clock, literal)
        with available():
            self._updates.prepare()

    def catch_up(self) -> None:
        """Take in the commits since the last time; without any it costs one small query at most."""
        with available():
            self._updates.catch_up()

    def rebuild(self, progress: Progress | None = None, *, processes: int = 1) -> None:
        """Read every file again, in batches; meanwhile the index answers and takes in commits.

        ``progress`` is called with the number of files read and of all files. More
        ``processes`` than one read the files of a large site beside this one.
        """
        with available():
            self._updates.rebuild(progress or (lambda _done, _total: None), processes)

    def find(self, permalink: str) -> Post | None:
        """Return the post at ``permalink``, drafts included, or None."""
        query = select(*_POST).where(posts.c.address == address(permalink), posts.c.address != "")
        row = self._reader.first(query.order_by(posts.c.path).limit(1))
        return to_post(row) if row else None

    def find_all(self, addresses: Iterable[str]) -> list[Post]:
        """Return the post at each of ``addresses`` that has one, drafts included."""
        found: dict[str, Post] = {}
        for some in batched(_known(addresses)):
            query = select(posts.c.address, *_POST).where(posts.c.address.in_(some))
            for row in self._reader.all(query.order_by(posts.c.path)):
                found.setdefault(row.address, to_post(row))
        return list(found.values())

    def find_public(self, addresses: Iterable[str]) -> list[Post]:
        """Return the post at each of ``addresses`` that has one which is in lists by now."""
        now = to_microseconds(self._clock())
        found: list[Post] = []
        for some in batched(_known(addresses)):
            query = select(*_POST).where(posts.c.address.in_(some), *_out(now))
            found += map(to_post, self._reader.all(query.order_by(posts.c.path.desc())))
        return found

    def find_at(self, paths: Iterable[str]) -> list[Post]:
        """Return the post in each file of ``paths`` that holds one which is in lists by now."""
        now = to_microseconds(self._clock())
        found: list[Post] = []
        for some in batched(sorted(set(paths))):
            query = select(*_POST).where(posts.c.path.in_(some), *_out(now))
            found += map(to_post, self._reader.all(query))
        return found

    def find_answers(self, name: str, addresses: Iterable[str]) -> dict[str, list[Post]]:
        """Return the posts whose property ``name`` leads to one of ``addresses``, by address.

        ``name`` is one of ``ANSWERS``. The oldest come first, drafts among them; an
        address that no post leads to is not there.
        """
        found: dict[str, list[Post]] = {}
        query = select(labels.c.key, *_POST).join_from(labels, posts, labels.c.path == posts.c.path)
        for some in batched(_known(addresses)):
            where = query.where(labels.c.family == name, labels.c.key.in_(some))
            for row in self._reader.all(where.order_by(posts.c.published, posts.c.path)):
                found.setdefault(row.key, []).append(to_post(row))
        return found

    def find_moved(self, url: str) -> Post | None:
        """Return the post whose front matter says that ``url`` leads to it, or None."""
        query = select(*_POST).join_from(old_urls, posts, posts.c.path == old_urls.c.path)
        where = old_urls.c.address == address(url)
        row = self._reader.first(query.where(where).order_by(posts.c.path).limit(1))
        return to_post(row) if row else None

    def gone(self, permalink: str) -> Tombstone | None:
        """Return the tombstone of the post deleted from ``permalink``; None if one lives there."""
        where = address(permalink)
        query = (
            select(tombstones.c.data)
            .where(tombstones.c.address == where, ~exists().where(posts.c.address == where))
            .order_by(tombstones.c.path)
        )
        row = self._reader.first(query.limit(1))
        return Tombstone.from_json(row.data.encode()) if row else None

    def taken(self, permalink: str) -> bool:
        """Say whether a post has or had this permalink; it is never given to another."""
        row = self._reader.first(TAKEN, {"address": address(permalink)})
        return bool(row and row[0])

    def select(self, selection: Selection) -> Page:
        """Return a page of posts; raise InvalidRequest if a cursor is none."""
        rows, has_more = self._rows(selection, *_POST)
        if not rows:
            return Page(())
        first, last = (str(Cursor(row.published, row.path)) for row in (rows[0], rows[-1]))
        newer = replace(selection, before=first, after=None)
        older = replace(selection, before=None, after=last)
        if selection.before:
            has_newer, has_older = has_more, self._has(older)
        else:
            is_later = bool(selection.after or selection.offset)
            has_newer, has_older = is_later and self._has(newer), has_more
        return Page(
            tuple(map(to_post, rows)),
            before=first if has_newer else None,
            after=last if has_older else None,
        )

    def items(self, selection: Selection) -> ItemPage:
        """Return a page of feed items, of which only public posts have one."""
        columns = (posts.c.item, posts.c.published, posts.c.path)
        rows, has_more = self._rows(replace(selection, public_only=True), *columns)
        after = str(Cursor(rows[-1].published, rows[-1].path)) if has_more else None
        return ItemPage(tuple(row.item for row in rows), after)

    def categories(self, part: str | None = None) -> list[str]:
        """Return the tags in use that contain ``part`` in any case, sorted, having caught up.

        Without ``part`` it is the same list, not to be changed, as long as the tags are the same.
        """
        now = to_microseconds(self._clock())
        state, labels = self._reader.tags(now)
        if self._updates.is_behind(state.commit):
            self.catch_up()
            _, labels = self._reader.tags(now)
        wanted = (part or "").casefold()
        return [label for label in labels if wanted in label.casefold()] if wanted else labels

    def media(self, name: str) -> str | None:
        """Return the path of a file of this name that lies in the repository, or None."""
        return next(iter(self.media_paths(name)), None)

    def media_paths(self, name: str) -> list[str]:
        """Return the path of each copy of the file: posts have one beside them."""
        query = select(media.c.path).where(media.c.name == name).order_by(media.c.path)
        return [row.path for row in self._reader.all(query)]

    def uses(self, name: str) -> list[str]:
        """Return the permalinks of the posts that name the file, anywhere in them.

        A file that cannot be read as a post, and names it, stands there with its path;
        so does a tombstone, where git keeps the post without its files.
        """
        query = select(uses.c.path, posts.c.permalink).join_from(
            uses, posts, posts.c.path == uses.c.path, isouter=True
        )
        rows = self._reader.all(query.where(uses.c.name == name).order_by(uses.c.path))
        return [row.permalink or row.path for row in rows]

    def edition(self) -> Edition:
        """Return what identifies the public posts at this moment, having caught up."""
        now = self._caught_up()
        modified = from_microseconds(now.changed_at)
        if now.shown is not None and now.shown > now.changed_at:
            # A scheduled post came out; its second may have begun with another answer.
            modified = from_microseconds(now.shown) + _SECOND
        version = f"{now.changed}.{now.changed_at}.{now.shown}"
        return Edition(version, modified.replace(microsecond=0))

    def newest_out(self) -> datetime | None:
        """Return the latest ``published`` that has come, having caught up.

        When it changes without a commit, a scheduled post came out.
        """
        newest = self._caught_up().built
        return None if newest is None else from_microseconds(newest)

    def count(self) -> int:
        """Return how many posts there are, drafts and scheduled ones included."""
        row = self._reader.first(select(func.count()).select_from(posts))
        return int(row[0]) if row else 0

    def count_public(self) -> int:
        """Return how many posts are in lists that everybody may read by now."""
        out = _out(to_microseconds(self._clock()))
        row = self._reader.first(select(func.count()).select_from(posts).where(*out))
        return int(row[0]) if row else 0

    def problems(self) -> list[tuple[str, str]]:
        """Return the path of each file that could not be read, and a sentence about it."""
        query = select(problems.c.path, problems.c.sentence).order_by(problems.c.path)
        return [(row.path, row.sentence) for row in self._reader.all(query)]

    def _caught_up(self) -> AnyRow:
        """Return the state of the index once it is that of the newest commit."""
        now = to_microseconds(self._clock())
        state = self._reader.state(now)
        if self._updates.is_behind(state.commit):
            self.catch_up()
            state = self._reader.state(now)
        return state

    def _rows(
        self, selection: Selection, *columns: ColumnElement[Any]
    ) -> tuple[list[AnyRow], bool]:
        rows = self._reader.all(select_page(selection, to_microseconds(self._clock()), *columns))
        found = rows[: selection.limit]
        return (found[::-1] if selection.before else found), len(rows) > selection.limit

    def _has(self, selection: Selection) -> bool:
        return self._rows(replace(selection, limit=0), posts.c.path)[1]


def _out(now: int) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of posts that are in lists at ``now``."""
    return posts.c.public, posts.c.published <= now


def _known(addresses: Iterable[str]) -> list[str]:
    return sorted(set(addresses) - {""})
