"""Posts in their order, page by page, and how many there are."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from endpoint.domain.lists import Cursor, ItemPage, Page, Selection
from endpoint.stores.index.queries import POST, select_page
from endpoint.stores.index.reader import IndexReader
from endpoint.stores.index.rows import AnyRow, to_microseconds, to_post
from endpoint.stores.index.tables import posts


class Lists:
    """Selects and counts posts."""

    _reader: IndexReader
    _clock: Callable[[], datetime]

    def select(self, selection: Selection) -> Page:
        """Return a page of posts; raise InvalidRequest if a cursor is none."""
        rows, has_more = self._rows(selection, *POST)
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

    def count(self) -> int:
        """Return how many posts there are, drafts and scheduled ones included."""
        row = self._reader.first(select(func.count()).select_from(posts))
        return int(row[0]) if row else 0

    def _rows(
        self, selection: Selection, *columns: ColumnElement[Any]
    ) -> tuple[list[AnyRow], bool]:
        rows = self._reader.all(select_page(selection, to_microseconds(self._clock()), *columns))
        found = rows[: selection.limit]
        return (found[::-1] if selection.before else found), len(rows) > selection.limit

    def _has(self, selection: Selection) -> bool:
        return self._rows(replace(selection, limit=0), posts.c.path)[1]
