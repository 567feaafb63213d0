"""What a disk can refuse, in our words, and how its folders are made durable."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from endpoint.errors import EndpointError, InsufficientStorage, Unavailable


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


def sync_folder(folder: Path) -> None:
    """Return once the names in ``folder`` would outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
