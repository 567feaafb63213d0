"""What git says of a push, as one of the ways in which it can end (git-push(1), OUTPUT)."""

import re
from enum import Enum

from endpoint.errors import Unavailable
from endpoint.stores.git.access import Access
from endpoint.stores.git.network import Said
from endpoint.stores.git.refusals import explain, quote_remote

# Another push came between; git says so in as many ways as there are moments.
_MOVED = re.compile(
    r"fetch first|non-fast-forward|cannot lock ref|failed to update ref|incorrect old value"
    r"|reference already exists|stale info|failed to lock"
)

# A branch of the name of a folder, or the other way round, stays in the way.
_IN_THE_WAY = re.compile(r"exists; cannot create")


class Outcome(Enum):
    """How a push ended."""

    UP_TO_DATE = "up to date"
    DONE = "done"
    MOVED = "moved"


def read_report(said: Said, ref: str, access: Access) -> Outcome:
    """Return how the push to ``ref`` ended, of which git has ``said`` this, with ``--porcelain``.

    Raise Unavailable, with the remote's reason, if it was refused.
    """
    lines = [line.split("\t") for line in said.output.splitlines()]
    for flag, _, summary in (line for line in lines if len(line) == 3 and ref in line[1]):
        if flag == "=":
            return Outcome.UP_TO_DATE
        if flag in (" ", "*") and not said.code:
            return Outcome.DONE
        if flag == "!" and _MOVED.search(summary) and not _IN_THE_WAY.search(said.errors):
            return Outcome.MOVED
        if flag == "!":
            raise Unavailable(f"The remote refuses the push: {quote_remote(said, summary)}")
    if said.code:
        raise Unavailable(explain(said.errors, access))
    raise Unavailable("The remote did not say what became of the push.")
