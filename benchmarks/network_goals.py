"""What apps for other networks, and copies there, are to cost."""

from collections.abc import Iterator

from benchmarks.figures import Figures
from benchmarks.goal import Goal, growing
from benchmarks.measures.apps import HOME, LENGTHS, SAME_LIST, SAME_NOTE, STATUS
from benchmarks.measures.copies import BARE, COPIED, DRAINED, UNCOPIED, WITH_TARGETS
from benchmarks.measures.notifications import NEXT, THREAD, few_of, name_of
from benchmarks.scale import Scale


def judge_networks(figures: Figures, scale: Scale) -> list[Goal]:
    """Return every goal of what has to do with other networks, with what was measured."""
    return [
        *_apps(figures, scale),
        *_notifications(figures, scale),
        *_copies(figures),
    ]


def _apps(figures: Figures, scale: Scale) -> Iterator[Goal]:
    large, median = scale.large, figures.median
    ratio = median(STATUS, large) / median(SAME_NOTE, large)
    yield Goal(f"{STATUS}, {large:,} posts, to {SAME_NOTE}", 1.5, ratio)
    yield growing(figures, STATUS, scale, 1.2)
    for length in LENGTHS:
        home, same = HOME.format(length), SAME_LIST.format(length)
        yield growing(figures, home, scale, 1.2)
        ratio = median(home, large) / median(same, large)
        yield Goal(f"{home}, {large:,} posts, to {same}", 6, ratio)


def _notifications(figures: Figures, scale: Scale) -> Iterator[Goal]:
    many, few = scale.mentions, few_of(scale.mentions)
    for what, target in ((NEXT, 2), (THREAD, 1.2)):
        ratio = figures.median(name_of(what, many)) / figures.median(name_of(what, few))
        yield Goal(f"{name_of(what, many)} to {few:,}", target, ratio)


def _copies(figures: Figures) -> Iterator[Goal]:
    median = figures.median
    yield Goal(f"{COPIED} to one with none", 1.3, median(COPIED) / median(UNCOPIED))
    yield Goal(f"{DRAINED}, to {BARE}", 0.3, median(DRAINED) / median(BARE), True)
    yield Goal(f"{WITH_TARGETS}, MB", 110, median(WITH_TARGETS))
