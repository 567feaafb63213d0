"""What numbers posts and mentions and lists them so, made of an installation's stores."""

from dataclasses import dataclass

from endpoint.assembly.stores import Clock, Stores
from endpoint.services.numbers import Numbers
from endpoint.services.numbers.numbering import Numbering
from endpoint.services.timelines import Timelines
from endpoint.stores.mentions.numbered import NumberedMentions
from endpoint.stores.numbers import NumberStore


@dataclass(frozen=True)
class TimelineParts:
    """The numbers by which apps know things, and what they list."""

    numbers: Numbers
    numbering: Numbering
    mentions: NumberedMentions
    timelines: Timelines


def make_timelines(stores: Stores, clock: Clock) -> TimelineParts:
    """Return all of it."""
    numbers = Numbers(NumberStore(stores.engine), clock)
    numbering = Numbering(numbers, stores.index, stores.repository, stores.followers)
    mentions = NumberedMentions(stores.engine)
    timelines = Timelines(numbers, numbering, stores.index, mentions, clock)
    return TimelineParts(numbers, numbering, mentions, timelines)
