"""Mentions as they are kept in git: which of them changed, and what the repository has of each."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, bindparam, func, or_, select, update

from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.mention import Mention
from endpoint.stores.batches import batched
from endpoint.stores.database import available, writing
from endpoint.stores.mentions.rows import (
    APPROVED,
    COLUMNS,
    OWNER,
    PRESENT,
    Received,
    key_of,
    mentions,
    to_received,
)
from endpoint.stores.queues import Queue

_c = mentions.c
_matters = or_(_c.kept != "", (_c.decision == APPROVED) & (_c.finding == PRESENT))


class KeptMentions:
    """Asks what is to be in git, and notes what is. Raise Unavailable without the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def changes_after(self, moment: datetime | None) -> tuple[datetime | None, datetime | None]:
        """Return when the first and the last change after ``moment``, or ever, took place."""
        query = select(func.min(_c.changed_at), func.max(_c.changed_at))
        with available(), self._engine.connect() as connection:
            first, last = connection.execute(query.where(*_after(moment))).one()
        return first, last

    def queue(self, moment: datetime | None) -> Queue:
        """Return how many changed after ``moment``, or ever, in a way that may show."""
        query = select(func.count(), func.min(_c.changed_at)).where(*_after(moment), _matters)
        with available(), self._engine.connect() as connection:
            waiting, since = connection.execute(query).one()
        return Queue(waiting, since)

    def pages_changed(self, since: datetime | None, until: datetime) -> list[str]:
        """Return the permalinks of pages with a change after ``since``, or ever, that may show."""
        query = select(_c.permalink).where(*_after(since), _c.changed_at <= until, _matters)
        with available(), self._engine.connect() as connection:
            return list(connection.scalars(query.distinct()))

    def at(self, permalinks: Iterable[str]) -> dict[str, list[Received]]:
        """Return all mentions of each page, by its address."""
        found: dict[str, list[Received]] = {address(permalink): [] for permalink in permalinks}
        for addresses in batched(found):
            for received in self._select(_c.address.in_(addresses)):
                found[received.address].append(received)
        return found

    def photos(self) -> Iterator[tuple[str, str]]:
        """Yield the permalink, and the URL of the author's picture, of each mention shown."""
        query = select(_c.permalink, _c.content)
        query = query.where(_c.decision == APPROVED, _c.finding == PRESENT, _c.content != "")
        with available(), self._engine.connect() as connection:
            for permalink, content in connection.execute(query):
                if photo := Mention.from_json(content).author.photo:
                    yield permalink, photo

    def note(self, kept: Mapping[int, str]) -> None:
        """Note what git has of mentions: a hash for each number, empty for nothing."""
        noting = update(mentions).where(_c.number == bindparam("one")).values(kept=bindparam("has"))
        values = [{"one": number, "has": digest} for number, digest in kept.items()]
        if values:
            with available(), writing(self._engine) as connection:
                connection.execute(noting, values)

    def decide(self, received: Received, decision: str, now: datetime) -> None:
        """Note what the owner decided by editing a file, unless there is a newer decision."""
        deciding = update(mentions).where(
            _c.number == received.number, _c.decision == received.decision
        )
        values = {"decision": decision, "decided_by": OWNER, "decided_at": now, "changed_at": now}
        with available(), writing(self._engine) as connection:
            connection.execute(deciding.values(**values))

    def readdress(self, old: str, new: str) -> None:
        """Let the mentions of the page at ``old`` be those of ``new``, where it is now.

        One that the new page has already from the same source stays with the old.
        """
        if address(old) == address(new):
            return
        moving = select(_c.number, _c.source).where(_c.address == address(old))
        with available(), writing(self._engine) as connection:
            for number, source in connection.execute(moving).all():
                key = key_of(source, address(new))
                if connection.execute(select(_c.number).where(_c.key == key)).first():
                    continue
                values = {"key": key, "permalink": new, "address": address(new)}
                connection.execute(update(mentions).where(_c.number == number).values(**values))

    def _select(self, *conditions: ColumnElement[bool]) -> list[Received]:
        query = select(*COLUMNS).where(*conditions).order_by(_c.number)
        with available(), self._engine.connect() as connection:
            return [to_received(row) for row in connection.execute(query)]


def _after(moment: datetime | None) -> list[ColumnElement[bool]]:
    return [] if moment is None else [_c.changed_at > moment]
