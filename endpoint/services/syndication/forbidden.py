"""Whether what a network does not let us do is one thing, or all."""

from collections.abc import Iterator
from contextlib import contextmanager

from endpoint.syndicators import Syndicator
from endpoint.syndicators.outcomes import Forbidden, NotAllowed, Refused


@contextmanager
def told_apart(syndicator: Syndicator) -> Iterator[None]:
    """Let pass what is Forbidden in between if the network still knows us.

    Raise NotAllowed if it does not, NotNow if it cannot say so now.
    """
    try:
        yield
    except Forbidden as error:
        try:
            syndicator.check()
        except Forbidden as refusal:
            raise NotAllowed(str(refusal)) from error
        except Refused:
            raise error from None
        raise
