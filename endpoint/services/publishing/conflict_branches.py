"""The branches on which conflicts are kept, pushed for the owner to find them at the hosting."""

import structlog

from endpoint.errors import EndpointError, Unavailable
from endpoint.stores.conflicts import Conflicts, SetAside
from endpoint.stores.git.push_reports import Outcome
from endpoint.stores.remote import Remote
from endpoint.stores.repository import Repository

_log = structlog.get_logger()


def push_conflicts(conflicts: Conflicts, repository: Repository, remote: Remote) -> None:
    """Push each branch that is not there yet; one that the remote refuses stays here."""
    for found in conflicts.open():
        # With a shared database it may be another clone's, which has the commit and pushes it.
        if found.is_pushed or not repository.has(found.commit):
            continue
        try:
            _push(found, remote)
            conflicts.note_pushed(found.branch)
        except EndpointError as error:
            # The site itself is published; some hosts allow only certain branches.
            _log.warning("branch kept here", branch=found.branch, reason=error.description)


def _push(found: SetAside, remote: Remote) -> None:
    if remote.push(found.commit, found.branch) is Outcome.MOVED:
        raise Unavailable("The remote has another branch of this name.")
