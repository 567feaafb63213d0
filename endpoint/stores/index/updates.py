"""How the post index follows the repository, commit by commit or from nothing."""

import fcntl
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from hashlib import sha256
from threading import Lock

from sqlalchemy import Engine

from endpoint.generators.generator import Generator
from endpoint.stores.database import writing
from endpoint.stores.disk import disk_errors
from endpoint.stores.git.objects import MissingObject
from endpoint.stores.index.reading import FileReader, Files
from endpoint.stores.index.rows import Rows, concerns, is_media, to_microseconds, write_rows
from endpoint.stores.index.state import IndexState
from endpoint.stores.index.tables import SHAPE, paths
from endpoint.stores.repository import Repository

Progress = Callable[[int, int], None]
"""Told how many files are done, and of how many."""

Changes = Sequence[tuple[str, str | None]]
"""Paths, each with its blob id, or None if the file is gone."""

_BATCH = 200
_MANY = 2000  # files for which it pays to start processes
_FEW = 8  # blobs that are read sooner one by one than by a git process


class IndexUpdates:
    """Brings the index to the repository's newest commit; one thread of one process at a time.

    An index belongs to one clone of the repository. What a crash leaves half
    done is done again the next time, because the commit is noted last.
    """

    def __init__(
        self,
        engine: Engine,
        repository: Repository,
        generator: Generator,
        clock: Callable[[], datetime],
        literal: bool,
    ) -> None:
        self._engine = engine
        self._repository = repository
        self._generator = generator
        self._clock = clock
        self._literal = literal
        self._files = FileReader(generator, literal)
        self._lock = Lock()
        self._state = IndexState(engine)

    def prepare(self) -> None:
        """Make the tables, anew if they were made by another version or with other settings."""
        made_with = sha256(f"{SHAPE} {self._literal} {self._generator!r}".encode()).hexdigest()
        self._state.prepare(made_with)

    def is_behind(self, commit: str) -> bool:
        """Say whether ``commit`` is not the newest."""
        return commit != self._repository.head()

    def catch_up(self) -> None:
        """Take in what was committed since the last time."""
        if self.is_behind(self._state.commit()):
            with self._alone():
                self._advance(_nobody)

    def rebuild(self, progress: Progress, processes: int) -> None:
        """Read every file again, leaving the index in use meanwhile."""
        with self._alone():
            if not self._is_known(self._state.commit()):
                self._advance(progress, processes)
                return
            self._advance(_nobody)
            start = self._state.commit()
        changes = self._changes(None, start)
        done = 0
        for files in self._read(changes, processes):
            # The lock is taken for each batch, so that posts come in between; they are fresher.
            with self._alone():
                self._write(files, leave=self._moved(start))
            done += len(files)
            progress(done, len(changes))
        with self._alone():
            self._sweep(changes, leave=self._moved(start))
            self._write({}, note=self._state.commit(), has_changed=True, is_whole=True)

    def _advance(self, progress: Progress, processes: int = 1) -> None:
        old, new = self._state.commit(), self._repository.head()
        if old == new:
            return
        is_whole = not self._is_known(old)
        changes = self._changes(None if is_whole else old, new)
        done = 0
        for files in self._read(changes, processes):
            done += len(files)
            is_last = done == len(changes)
            if is_last and is_whole:
                self._sweep(changes)
            note, has_changed = new if is_last else None, bool(is_whole or changes)
            self._write(files, note=note, has_changed=has_changed, is_whole=is_last and is_whole)
            progress(done, len(changes))

    def _changes(self, old: str | None, new: str) -> Changes:
        changes = self._repository.changes(old, new)
        return [change for change in changes if concerns(self._generator, change[0])]

    def _read(self, changes: Changes, processes: int) -> Iterator[dict[str, Rows]]:
        """Yield the rows of each file that changed, in parts, of which there is at least one."""
        is_long = len(changes) > _MANY
        return self._files.read(self._load(changes), processes if is_long else 1)

    def _load(self, changes: Changes) -> Iterator[Files]:
        oids = [oid for path, oid in changes if oid and not is_media(path)]
        contents = (
            (data for _, data in self._repository.read_many(oids))
            if len(oids) > _FEW or self._repository.is_partial
            else map(self._repository.read_object, oids)
        )
        for start in range(0, max(len(changes), 1), _BATCH):
            yield [
                (path, (b"" if is_media(path) else next(contents)) if oid else None)
                for path, oid in changes[start : start + _BATCH]
            ]

    def _write(
        self,
        files: dict[str, Rows],
        *,
        leave: Collection[str] = (),
        note: str | None = None,
        has_changed: bool = False,
        is_whole: bool = False,
    ) -> None:
        with writing(self._engine, relaxed=True) as connection:
            fresh = {path: rows for path, rows in files.items() if path not in leave}
            more = write_rows(connection, self._generator, fresh)
            self._state.count(connection, None if is_whole else more)
            if note:
                changed_at = to_microseconds(self._clock()) if has_changed else None
                self._state.note(connection, note, changed_at)

    def _sweep(self, changes: Changes, leave: Collection[str] = ()) -> None:
        """Forget every file that is not among ``changes``."""
        kept = {path for path, _ in changes} | set(leave)
        with self._engine.connect() as connection:
            known = [path for path in connection.scalars(paths) if path not in kept]
        for start in range(0, len(known), _BATCH):
            self._write({path: {} for path in known[start : start + _BATCH]})

    def _moved(self, start: str) -> Collection[str]:
        indexed = self._state.commit()
        return {path for path, _ in self._changes(start, indexed)} if indexed != start else ()

    def _is_known(self, commit: str) -> bool:
        try:
            return bool(commit) and self._repository.read("", commit) is None
        except MissingObject:
            return False

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._lock, ExitStack() as stack:
            with disk_errors("post index"):
                path = self._repository.path / "endpoint-index.lock"
                lock = stack.enter_context(path.open("a"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            # Said aloud, because a process forked meanwhile has the file open too.
            stack.callback(fcntl.flock, lock, fcntl.LOCK_UN)
            yield


def _nobody(_done: int, _total: int) -> None:
    """Tell nobody of the progress."""
