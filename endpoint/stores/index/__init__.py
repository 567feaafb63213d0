"""The post index: what the repository holds, ready to be asked."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from endpoint.generators.generator import Generator
from endpoint.stores.database import available
from endpoint.stores.index.files import Files
from endpoint.stores.index.lists import Lists
from endpoint.stores.index.lookups import Lookups
from endpoint.stores.index.reader import IndexReader
from endpoint.stores.index.rows import AnyRow, from_microseconds, to_microseconds
from endpoint.stores.index.updates import IndexUpdates, Progress
from endpoint.stores.repository import Repository

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Edition:
    """The public posts as they stand: how many are out, and when the ``newest`` came.

    ``version`` and ``modified`` move whenever these can have changed.
    """

    version: str
    modified: datetime
    posts: int
    newest: datetime | None


class PostIndex(Lookups, Lists, Files):
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

    def edition(self) -> Edition:
        """Return what identifies the public posts at this moment, having caught up."""
        now = self._caught_up()
        modified = from_microseconds(now.changed_at)
        if now.shown is not None and now.shown > now.changed_at:
            # A scheduled post came out; its second may have begun with another answer.
            modified = from_microseconds(now.shown) + _SECOND
        version = f"{now.changed}.{now.changed_at}.{now.shown}"
        newest = None if now.shown is None else from_microseconds(now.shown)
        return Edition(version, modified.replace(microsecond=0), now.public, newest)

    def newest_out(self) -> datetime | None:
        """Return the latest ``published`` that has come, having caught up.

        When it changes without a commit, a scheduled post came out.
        """
        newest = self._caught_up().built
        return None if newest is None else from_microseconds(newest)

    def _caught_up(self) -> AnyRow:
        """Return the state of the index once it is that of the newest commit."""
        now = to_microseconds(self._clock())
        state = self._reader.state(now)
        if self._updates.is_behind(state.commit):
            self.catch_up()
            state = self._reader.state(now)
        return state
