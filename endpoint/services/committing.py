"""The road of every change to the posts: those that come together are made durable together."""

from collections.abc import Callable
from typing import TypeVar

import structlog

from endpoint.services.retries import Retries
from endpoint.stores.groups import Group, Groups
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Conflict, GroupWriter, Repository

_log = structlog.get_logger()
_ATTEMPTS = 5

T = TypeVar("T")


class Committing:
    """Runs actions one after the other, under the repository's lock and on its newest state.

    Each makes its own commit, or fails for itself. Those that wait when the lock
    is free are one group, which waits for the disk once and moves the branch once.
    """

    def __init__(
        self,
        repository: Repository,
        index: PostIndex,
        retries: Retries,
        announce: Callable[[], None],
    ) -> None:
        self._repository = repository
        self._index = index
        self._retries = retries
        self._announce = announce
        self._groups = Groups(self._commit)

    def do(self, action: Callable[[GroupWriter], T]) -> T:
        """Return what ``action`` returns, once its commit would outlive a power cut.

        It may be run by another thread, and again if a push or another action
        came between; so it changes nothing but through its writer and the retries.
        """
        return self._groups.do(action)

    def _commit(self, group: Group[GroupWriter]) -> None:
        with self._repository.writing_together() as make_writer:
            for _ in range(_ATTEMPTS):
                writer = make_writer()
                # After the writer: what is pushed in between then keeps it from moving the branch.
                self._index.catch_up()
                if self._try(group, writer):
                    break
            else:
                raise Conflict("The repository is too busy with pushes; try again.")
            if writer.has_commits:
                self._follow()

    def _try(self, group: Group[GroupWriter], writer: GroupWriter) -> bool:
        with self._retries.noting():
            group.run(writer.attempt)
        return writer.flush()

    def _follow(self) -> None:
        try:
            self._index.catch_up()
        except Exception as error:
            # The commits stand, so the clients hear of it; the next request catches up.
            _log.warning("index behind", reason=str(error))
        self._announce()
