"""Whether the networks that posts are copied to know us."""

from collections.abc import Iterator, Mapping
from functools import partial

import structlog

from endpoint.domain.webmentions.deciding.words import one_line
from endpoint.services.doctor.findings import Finding, Ill, look
from endpoint.syndicators import Syndicator
from endpoint.syndicators.outcomes import SyndicationError

_log = structlog.get_logger()
_LONGEST_NAME = 200


class CopiesCheck:
    """Asks each network whom it takes us for; ``syndicators`` are by the uid of their target."""

    def __init__(self, syndicators: Mapping[str, Syndicator]) -> None:
        self._syndicators = syndicators

    def examine(self) -> Iterator[Finding]:
        """Yield a finding for each target."""
        for uid, syndicator in self._syndicators.items():
            yield look(f"copies to {uid}", partial(_ask, syndicator))


def _ask(syndicator: Syndicator) -> str:
    try:
        return f"it knows you: {one_line(syndicator.check(), _LONGEST_NAME)}"
    except SyndicationError as error:
        raise Ill(f"{error} See server, username and token of the [[syndication]] table") from error
    except Exception as error:
        _log.exception("copies cannot be checked", kind=syndicator.name)
        raise Ill(f"Something went wrong here: {type(error).__name__}") from error
