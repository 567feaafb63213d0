"""What a disk can refuse, in our words, and how its folders are made durable."""

import errno
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO

from endpoint.errors import EndpointError, InsufficientStorage, Unavailable

_THREADS = 4


@contextmanager
def disk_errors(place: str) -> Iterator[None]:
    """Turn an OSError into a refusal about ``place``, a word such as "repository".

    Raise InsufficientStorage if the disk or the quota is full, Unavailable for
    everything else.
    """
    try:
        yield
    except OSError as error:
        raise _explain(error, place) from error


def sync_file(file: IO[bytes]) -> None:
    """Return once what was written to ``file`` would outlive a power cut."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Return once the names in ``folder`` would outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def replace_file(path: Path, content: bytes) -> None:
    """Put ``content`` in the place of a file, whole or not at all; a link to it stays a link.

    Mode and owner stay as they were. Raise OSError if it cannot be written.
    """
    path = path.resolve()
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            sync_file(file)
        _take_after(path, draft)
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink()
        raise
    sync_folder(path.parent)


def all_at_once(waits: Sequence[Callable[[], None]]) -> None:
    """Call each of ``waits`` in a thread: waits for one disk, side by side, take half as long.

    Return when all have ended; raise what the first that fails raises.
    """
    own, *others = waits
    calls = [_threads(os.getpid()).submit(each) for each in others]
    try:
        own()
    finally:
        futures.wait(calls)
    for call in calls:
        call.result()


@cache
def _threads(_process: int) -> futures.ThreadPoolExecutor:
    # For each process, because threads do not follow into a fork.
    return futures.ThreadPoolExecutor(_THREADS, thread_name_prefix="disk")


def _explain(error: OSError, place: str) -> EndpointError:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            return InsufficientStorage(f"The disk of the {place} is full; nothing was saved.")
        case errno.EROFS:
            return Unavailable(f"The disk of the {place} is read-only; nothing was saved.")
        case errno.EACCES | errno.EPERM:
            return Unavailable(f"The server may not write to the {place}; check its permissions.")
    reason = os.strerror(error.errno) if error.errno else "unknown error"
    return Unavailable(f"The {place} cannot be used: {reason}.")


def _take_after(path: Path, draft: str) -> None:
    """Give ``draft`` the mode and the owner of the file at ``path``, if there is one."""
    with suppress(FileNotFoundError):
        old, new = path.stat(), Path(draft).stat()
        # Who sets the password may be root, and the server somebody else.
        if (old.st_uid, old.st_gid) != (new.st_uid, new.st_gid):
            os.chown(draft, old.st_uid, old.st_gid)
        Path(draft).chmod(old.st_mode & 0o777)
