"""Files read for the post index: a few right here, those of a whole site by several processes."""

import signal
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any

from endpoint import logs
from endpoint.errors import Unavailable
from endpoint.generators.generator import Generator
from endpoint.stores.index.file_rows import read_rows
from endpoint.stores.index.rows import Rows
from endpoint.stores.index.tables import metadata

Files = Sequence[tuple[str, bytes | None]]
"""Paths, each with its content, or None if the file is gone; that of media is not looked at."""

_AHEAD = 3  # parts that wait for each process, so that none waits for the database

_Named = dict[str, dict[str, list[dict[str, Any]]]]


@dataclass(frozen=True)
class FileReader:
    """Makes rows of files; with ``literal`` the feed shows plain text as typed."""

    generator: Generator
    literal: bool

    def read(self, parts: Iterable[Files], processes: int = 1) -> Iterator[dict[str, Rows]]:
        """Yield the rows of each file for each of ``parts``, in their order.

        Most of the time goes into YAML and Markdown, so more ``processes`` take
        less. Raise Unavailable if one of them is killed.
        """
        if processes < 2:
            yield from map(self._read, parts)
            return
        try:
            yield from self._read_beside(parts, processes)
        except BrokenProcessPool as error:
            raise Unavailable("A process that reads posts was killed; try again.") from error

    def _read_beside(self, parts: Iterable[Files], processes: int) -> Iterator[dict[str, Rows]]:
        # Begun anew and not forked, because a fork would share the locks of our threads.
        context = get_context("spawn")
        with ProcessPoolExecutor(processes, context, initializer=_begin) as pool:
            ahead = deque[Any]()
            for part in parts:
                ahead.append(pool.submit(self.read_named, part))
                if len(ahead) > _AHEAD * processes:
                    yield _with_tables(ahead.popleft().result())
            while ahead:
                yield _with_tables(ahead.popleft().result())

    def read_named(self, files: Files) -> _Named:
        """Return the same with the names of tables, which another process has for itself."""
        return {
            path: {table.name: kept for table, kept in rows.items()}
            for path, rows in self._read(files).items()
        }

    def _read(self, files: Files) -> dict[str, Rows]:
        return {
            path: read_rows(self.generator, path, data, literal=self.literal)
            for path, data in files
        }


def _with_tables(named: _Named) -> dict[str, Rows]:
    return {
        path: {metadata.tables[name]: kept for name, kept in rows.items()}
        for path, rows in named.items()
    }


def _begin() -> None:
    # Ctrl-C goes to every process of a terminal; who waits for this one ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.configure()
