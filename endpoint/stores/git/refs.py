"""The branch that posts go to: read, and moved as git moves it, so that pushes stay safe."""

import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from endpoint.errors import ConfigError, Unavailable
from endpoint.stores.disk import disk_errors, sync_folder
from endpoint.stores.git.objects import is_oid

_LOCK_TIMEOUT_S = 3
_STALE_AFTER_S = 1
_MOST_BYTES = 1000

# What git check-ref-format refuses, and a hyphen that could pass for an option.
_BAD_NAME = re.compile(
    r"^[-./]|[\x00-\x20\x7f~^:?*\[\\]|\.\.|//|/\.|@\{|\.lock(/|$)|[./]$|^@$|^$|[\ud800-\udfff]"
)


class Branch:
    """The branch ``name`` of the bare repository at ``repository``."""

    def __init__(self, repository: Path, name: str) -> None:
        if _BAD_NAME.search(name):
            raise ConfigError(f"repository.branch: {name!r} is not a name git takes for a branch")
        self.name = name
        self._repository = repository
        self._path = repository / "refs" / "heads" / name
        self._name = os.fspath(self._path)
        self._lock = self._path.with_name(self._path.name + ".lock")
        self._draft = repository / "endpoint.ref"

    def read(self) -> str | None:
        """Return the commit the branch stands on, or None if there is no such branch.

        Raise Unavailable if git would not understand it either.
        """
        with disk_errors("repository"):
            try:
                content = _read_small(self._name)
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                return self._read_packed()
        oid = content.decode("ascii", "replace").strip()
        if not is_oid(oid):
            raise Unavailable("The branch of the repository is damaged; git fsck tells more.")
        return oid

    def draft(self, new: str) -> None:
        """Write what will take the branch's place, and return once it would outlive a power cut.

        For ``move``, which otherwise does it first. The caller holds the repository's
        own lock. What a failure leaves is cleared away before the next draft.
        """
        with disk_errors("repository"):
            self._clear_own()
            with self._draft.open("x") as draft:
                draft.write(new + "\n")
                draft.flush()
                os.fsync(draft.fileno())

    def move(self, old: str | None, new: str, *, is_drafted: bool = False) -> bool:
        """Move the branch from ``old`` to ``new``; return once that would outlive a power cut.

        The answer is False, and nothing has happened, if it does not stand on
        ``old``. The caller holds the repository's own lock. Raise Unavailable
        or InsufficientStorage, with the branch where it was.
        """
        if not is_drafted:
            self.draft(new)
        with disk_errors("repository"), self._locked():
            if self.read() != old:
                return False
            self._lock.rename(self._path)
            self._sync()
            return True

    def clear_locks(self) -> None:
        """Remove the locks of git processes that were killed; the caller holds our own lock.

        A lock in use changes within a second, a push holds one for milliseconds.
        """
        others = (self._repository / f"{name}.lock" for name in ("HEAD", "packed-refs"))
        clear_stale([self._lock, *others])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold git's lock on the branch: the draft, which takes its place next."""
        try:
            self._take_lock()
            yield
        finally:
            self._clear_own()

    def _take_lock(self) -> None:
        # A link to a finished file: a kill between taking the lock and moving the branch,
        # microseconds apart, leaves a lock that _clear_own() can tell from a push's.
        deadline = time.monotonic() + _LOCK_TIMEOUT_S
        while True:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._lock.hardlink_to(self._draft)
            except (FileExistsError, FileNotFoundError) as error:
                if time.monotonic() > deadline:
                    raise Unavailable("The branch is locked by another git process.") from error
                time.sleep(0.002 + secrets.randbelow(8) / 1000)
            else:
                return

    def _clear_own(self) -> None:
        """Remove our draft and our lock, of this move or of one that was killed."""
        identity = _identify(self._draft)
        if identity and identity == _identify(self._lock):
            self._lock.unlink()
        self._draft.unlink(missing_ok=True)

    def _sync(self) -> None:
        folder = self._path.parent
        sync_folder(folder)
        while folder.name != "heads":  # a/b: the folder a may be new
            folder = folder.parent
            sync_folder(folder)

    def _read_packed(self) -> str | None:
        try:
            lines = (self._repository / "packed-refs").read_bytes().splitlines()
        except FileNotFoundError:
            return None
        name = b"refs/heads/" + os.fsencode(self.name)
        found = [line[:40].decode("ascii") for line in lines if line[41:] == name]
        return found[0] if found else None


def clear_stale(locks: Iterable[Path]) -> None:
    """Remove those of git's ``locks`` that stay as they are for longer than one in use would."""
    with disk_errors("repository"):
        before = {lock: _identify(lock) for lock in locks if lock.exists()}
        if before:
            time.sleep(_STALE_AFTER_S)
        for lock, identity in before.items():
            if _identify(lock) == identity:
                lock.unlink(missing_ok=True)


def _read_small(path: str) -> bytes:
    # Every request looks where the branch stands: three calls, of which a file object makes seven.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, _MOST_BYTES)
    finally:
        os.close(descriptor)


def _identify(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns
