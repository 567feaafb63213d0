"""What apps uploaded: a file for each in some place, and a row that knows about it."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Engine,
    Integer,
    Row,
    Select,
    String,
    Table,
    Text,
    insert,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.exc import IntegrityError

from endpoint.domain.lists import Cursor, Selection
from endpoint.domain.media_names import type_of
from endpoint.errors import EndpointError, InvalidRequest, Unavailable
from endpoint.stores.database import Moment, available, metadata, writing
from endpoint.stores.index.rows import from_microseconds, to_microseconds
from endpoint.stores.media.drafts import Drafts
from endpoint.stores.media.places import MediaPlace

uploads = Table(
    "uploads",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("media_type", String(32), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("blurhash", String(32)),
    Column("filename", Text, nullable=False),
    Column("uploaded_at", Moment, nullable=False, index=True),
    Column("removed_at", Moment),
)

_KEPT = (
    uploads.c.name,
    uploads.c.media_type,
    uploads.c.size,
    uploads.c.filename,
    uploads.c.uploaded_at,
    uploads.c.width,
    uploads.c.height,
    uploads.c.blurhash,
)


@dataclass(frozen=True)
class KeptUpload:
    """A file as it is kept: ``size`` in bytes, ``width`` and ``height`` of a picture in pixels.

    ``filename`` is what the app called it, nothing but a hint; ``is_new`` tells
    that the file was not here before.
    """

    name: str
    media_type: str
    size: int
    filename: str
    uploaded_at: datetime
    width: int | None = None
    height: int | None = None
    blurhash: str | None = None
    is_new: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class UploadPage:
    """A page of uploads, newest first; ``after`` is the cursor if there are more."""

    uploads: tuple[KeptUpload, ...]
    after: str | None = None


class UploadStore:
    """The uploads in their places and the database; each method raises Unavailable without them.

    New files go ``home``; those that are there from before stay in ``others``.
    """

    def __init__(
        self, engine: Engine, drafts: Drafts, home: MediaPlace, others: tuple[MediaPlace, ...] = ()
    ) -> None:
        self._engine = engine
        self.drafts = drafts
        self.home = home
        self.places = (home, *others)

    def keep(self, draft: Path, kept: KeptUpload) -> None:
        """Keep the file at ``draft``, then its row: a crash in between leaves what is swept."""
        # Not under the lock, because a bucket takes its time.
        self.home.keep(draft, kept.name)
        with self.drafts.locked():
            there = self.home.find(kept.name)
            if there is None or there.size != kept.size:
                raise Unavailable("The file was lost while it was kept; send it again")
            try:
                self._note(kept)
            except EndpointError:
                self.home.remove(kept.name)
                raise

    def renew(self, names: Collection[str], filename: str, now: datetime) -> KeptUpload | None:
        """Return the upload with one of ``names``, from now on as new; None if there is none."""
        with self.drafts.locked():
            known = self.find(*names)
            if known is None or not any(place.find(known.name) for place in self.places):
                return None
            again = replace(known, filename=filename, uploaded_at=now)
            self._note(again)
            return again

    def public_root(self, name: str) -> str:
        """Return the URL below which everybody gets this file, empty if only this server shows it.

        A file that was here before files went to a public place keeps the URL it had.
        """
        root, others = self.home.public_root, self.places[1:]
        return root if root and not any(place.find(name) for place in others) else ""

    def find(self, *names: str) -> KeptUpload | None:
        """Return the newest upload with one of ``names``, as long as it was not removed."""
        found = self._ask(_newest().where(uploads.c.name.in_(names)).limit(1))
        return _to_upload(found[0]) if found else None

    def is_removed(self, name: str) -> bool:
        """Return whether there was an upload of this name, until it was removed."""
        removed = uploads.c.removed_at.is_not(None)
        return bool(self._ask(select(uploads.c.name).where(uploads.c.name == name, removed)))

    def select(self, selection: Selection, media_type: str = "") -> UploadPage:
        """Return a page of the uploads: ``limit``, ``offset`` and ``after`` count.

        ``media_type`` is one such as ``image/jpeg``, or a family such as
        ``image/``. Raise InvalidRequest if the cursor is none.
        """
        query = _newest().limit(selection.limit + 1)
        if media_type.endswith("/"):
            query = query.where(uploads.c.media_type.startswith(media_type, autoescape=True))
        elif media_type:
            query = query.where(uploads.c.media_type == media_type)
        if selection.after:
            place = tuple_(uploads.c.uploaded_at, uploads.c.name)
            query = query.where(place < _read_cursor(selection.after))
        else:
            query = query.offset(selection.offset)
        found = tuple(map(_to_upload, self._ask(query)))
        page = found[: selection.limit]
        return UploadPage(page, _cursor(page[-1]) if len(found) > len(page) else None)

    def remove(self, name: str, now: datetime, sent_until: datetime | None = None) -> None:
        """Remove the file, and keep no more than that there was one.

        What was sent again after ``sent_until`` stays.
        """
        with self.drafts.locked():
            known = self.find(name)
            if known and sent_until and known.uploaded_at > sent_until:
                return
            for place in self.places:
                place.remove(name)
            if known is None and not self.is_removed(name):
                # Its row was lost, and still its URL shall say that it is gone.
                self._note(KeptUpload(name, type_of(name).name, 0, "", now))
            with available(), writing(self._engine) as connection:
                this = uploads.c.name == name, uploads.c.removed_at.is_(None)
                connection.execute(update(uploads).where(*this).values(removed_at=now, filename=""))

    def expired(self, before: datetime) -> list[str]:
        """Return the names of what was uploaded before ``before``.

        That is what rows say, and for a file without a row, the file's own time.
        """
        known = {row.name: row.uploaded_at for row in self._ask(_newest())}
        expired = {name for name, uploaded_at in known.items() if uploaded_at < before}
        for place in self.places:
            expired.update(name for name in place.older(before) if name not in known)
        return sorted(expired)

    def _note(self, kept: KeptUpload) -> None:
        values: dict[str, Any] = {column.name: getattr(kept, column.name) for column in _KEPT}
        values["removed_at"] = None
        # Whoever put the same row there in the same moment said the same.
        with available(), suppress(IntegrityError), writing(self._engine) as connection:
            changing = update(uploads).where(uploads.c.name == kept.name).values(values)
            if connection.execute(changing).rowcount == 0:
                connection.execute(insert(uploads).values(values))

    def _ask(self, query: Select[Any]) -> list[Row[Any]]:
        with available(), self._engine.connect() as connection:
            return list(connection.execute(query))


def _newest() -> Select[Any]:
    kept = select(*_KEPT).where(uploads.c.removed_at.is_(None))
    return kept.order_by(uploads.c.uploaded_at.desc(), uploads.c.name.desc())


def _to_upload(row: Row[Any]) -> KeptUpload:
    return KeptUpload(**row._asdict())


def _cursor(last: KeptUpload) -> str:
    return str(Cursor(to_microseconds(last.uploaded_at), last.name))


def _read_cursor(text: str) -> Any:
    cursor = Cursor.parse("after", text)
    try:
        moment = from_microseconds(cursor.published)
    except OverflowError as error:
        raise InvalidRequest("after must be a cursor from an earlier answer") from error
    return tuple_(literal(moment, Moment), literal(cursor.path))
