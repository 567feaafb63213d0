"""What the database knows of uploads: a row for each, and of those removed that they were."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
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
from endpoint.errors import InvalidRequest
from endpoint.stores.database import Moment, available, metadata, writing
from endpoint.stores.index.rows import from_microseconds, to_microseconds

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


class UploadRows:
    """The rows of uploads; each method raises Unavailable without the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, *names: str) -> KeptUpload | None:
        """Return the newest upload with one of ``names``, as long as it was not removed."""
        found = self._ask(_newest().where(uploads.c.name.in_(names)).limit(1))
        return _to_upload(found[0]) if found else None

    def find_all(self, names: Iterable[str]) -> dict[str, KeptUpload]:
        """Return the upload of each of ``names`` that has one, by name."""
        wanted = list(dict.fromkeys(names))
        found = self._ask(_newest().where(uploads.c.name.in_(wanted))) if wanted else []
        return {row.name: _to_upload(row) for row in found}

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

    def times(self) -> dict[str, datetime]:
        """Return when each upload was last sent, by name."""
        return {row.name: row.uploaded_at for row in self._ask(_newest())}

    def note(self, kept: KeptUpload) -> None:
        """Write the row of an upload, in the place of the one it had."""
        values: dict[str, Any] = {column.name: getattr(kept, column.name) for column in _KEPT}
        values["removed_at"] = None
        # Whoever put the same row there in the same moment said the same.
        with available(), suppress(IntegrityError), writing(self._engine) as connection:
            changing = update(uploads).where(uploads.c.name == kept.name).values(values)
            if connection.execute(changing).rowcount == 0:
                connection.execute(insert(uploads).values(values))

    def note_removal(self, name: str, now: datetime) -> None:
        """Keep no more of an upload than that there was one."""
        with available(), writing(self._engine) as connection:
            this = uploads.c.name == name, uploads.c.removed_at.is_(None)
            connection.execute(update(uploads).where(*this).values(removed_at=now, filename=""))

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
