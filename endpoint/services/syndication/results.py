"""What the row of a copy is after an attempt, whatever came of that."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from endpoint.domain.webmentions.receiving.waits import AFTER_FAILURE, next_wait
from endpoint.errors import EndpointError
from endpoint.services.syndication.forbidden import told_apart
from endpoint.services.syndication.states import later, over, settled, until_linked
from endpoint.stores.syndications.rows import GIVEN_UP, REFUSED, UNFIT, Syndication
from endpoint.syndicators import Syndicator
from endpoint.syndicators.outcomes import NeedsLink, NotAllowed, NotNow, Refused, Unfit

_log = structlog.get_logger()
_SOON = timedelta(minutes=1)
_LONGEST = timedelta(days=1)


@dataclass(frozen=True)
class Result:
    """The row as an attempt leaves it, and what all others of its target wait for, if they do.

    ``not_before`` is when the network may be asked again, at the earliest;
    ``pause`` says why it does not want to hear of us at all.
    """

    row: Syndication
    not_before: datetime | None = None
    pause: str = ""


class Results:
    """Turns what a network's module does, or raises, into the row that is noted."""

    def __init__(
        self, syndicators: Mapping[str, Syndicator], clock: Callable[[], datetime]
    ) -> None:
        self._syndicators = syndicators
        self._clock = clock

    def of(
        self, row: Syndication, act: Callable[[], Syndication], *, is_first: bool = False
    ) -> Result:
        """Return what ``act`` made of ``row``, or what its failure does.

        Where it is what ``row`` has begun, a failure whose outcome is known settles that.
        """
        known = settled(row) if is_first else row
        now = self._clock()
        try:
            with told_apart(self._syndicators[row.target]):
                return Result(act())
        except Refused as error:
            return Result(over(known, REFUSED, str(error)))
        except Unfit as error:
            return Result(over(known, UNFIT, str(error)))
        except NeedsLink as error:
            return Result(until_linked(known, error.url, now, now + _SOON))
        except NotAllowed as error:
            return Result(replace(known, last_error=str(error)), pause=str(error))
        except NotNow as error:
            result = self.wait(row if error.is_unknown else known, error)
            wanted = min(error.retry_at or now, now + _LONGEST)
            return replace(result, not_before=max(wanted, now + _SOON))
        except EndpointError as error:
            return self.wait(row, NotNow(error.description))
        except Exception as error:
            return self.of_fault(row, error)

    def of_fault(self, row: Syndication, error: Exception) -> Result:
        """Return what ``row`` is after a fault of ours; it must keep no others from their turn."""
        _log.error("not copied", permalink=row.permalink, target=row.target, exc_info=error)
        return self.wait(row, NotNow(f"Something went wrong here: {type(error).__name__}."))

    def wait(self, row: Syndication, error: NotNow) -> Result:
        """Return what ``row`` is until it is attempted again, or when that was often enough."""
        now, asked = self._clock(), None
        if error.retry_at:
            asked = min(max(error.retry_at - now, timedelta()), _LONGEST)
        wait = next_wait(AFTER_FAILURE, row.attempts + 1, asked, random.random)
        if wait is None:
            return Result(over(row, GIVEN_UP, str(error)))
        return Result(later(row, now + wait, str(error)))
