"""What the program is to cost."""

from collections.abc import Iterator

from benchmarks.figures import Figures
from benchmarks.goal import Goal, growing
from benchmarks.measures.answers import DISK, DISK_AT_ONCE, GIT, rate_of
from benchmarks.measures.flood import BEFORE, READ
from benchmarks.measures.flood import DURING as IN_FLOOD
from benchmarks.measures.foreign import CATCH_UP
from benchmarks.measures.indexing import DURING, REBUILD
from benchmarks.measures.memory import LATER, WARM, WITH_WORKER
from benchmarks.measures.pushes import ONE_BY_ONE, TOGETHER
from benchmarks.measures.starts import IDLE, START
from benchmarks.network_goals import judge_networks
from benchmarks.scale import Scale
from benchmarks.talks import CONFIG, EMPTY, FEED, FORM, RECEIVE, UNCHANGED


def judge(figures: Figures, scale: Scale) -> list[Goal]:
    """Return every goal with what was measured."""
    return [
        *_creates(figures, scale),
        *_reads(figures, scale),
        *_growth(figures, scale),
        *_mentions(figures, scale),
        *judge_networks(figures, scale),
    ]


def _creates(figures: Figures, scale: Scale) -> Iterator[Goal]:
    small, large, many = scale.small, scale.large, max(scale.clients)
    median = figures.median
    yield growing(figures, FORM, scale, 1.2)
    for posts, target in ((large, 1 / 20), (small, 1 / 2)):
        ratio = median(FORM, posts) / median(GIT, posts)
        yield Goal(f"{FORM}, {posts:,} posts, to {GIT}", target, ratio)
    for target, word in ((3.0, ""), (2.0, ", stretch")):
        ratio = median(FORM, large) / (median(DISK, large) + median(EMPTY))
        yield Goal(f"{FORM}, {large:,} posts, to {DISK} plus {EMPTY}{word}", target, ratio)
    for posts in (small, large):
        rate = rate_of(FORM)
        ratio = median(rate, posts, many) / median(rate, posts)
        yield Goal(f"{FORM} a second, {many} clients to 1, {posts:,} posts", 3, ratio, True)
        ratio = figures.get(FORM, posts, many).p95 / median(FORM, posts)
        yield Goal(f"{FORM}, p95 of {many} clients to p50 of 1, {posts:,} posts", 12, ratio)


def _reads(figures: Figures, scale: Scale) -> Iterator[Goal]:
    large, many = scale.large, max(scale.clients)
    median = figures.median
    ratio = median(rate_of(CONFIG), large, many) / median(rate_of(EMPTY), 0, many)
    yield Goal(f"{CONFIG} a second, {many} clients, to {EMPTY}", 0.5, ratio, True)
    yield growing(figures, FEED, scale, 1.2)
    for name, target in ((FEED, 3), (UNCHANGED, 1.5)):
        ratio = median(name, large) / median(EMPTY)
        yield Goal(f"{name}, {large:,} posts, to {EMPTY}", target, ratio)


def _growth(figures: Figures, scale: Scale) -> Iterator[Goal]:
    large, median = scale.large, figures.median
    ratio = median(TOGETHER, large) / median(ONE_BY_ONE, large)
    yield Goal(f"push of {scale.pushed} commits to {scale.pushed} pushes", 0.15, ratio)
    yield growing(figures, CATCH_UP, scale, 1.5)
    yield growing(figures, START, scale, 2)
    yield Goal(f"{REBUILD} of {large:,} posts, s", 60, median(REBUILD, large))
    slowest = max(figures.get(DURING, large).values)
    yield Goal(f"{DURING}, the slowest, ms", 1000, slowest)
    for name, posts in ((IDLE, scale.small), (WITH_WORKER, scale.small)):
        yield Goal(f"{name}, MB", 100, median(name, posts))
    most = scale.posts_in_memory
    yield Goal(f"{LATER} ({most:,}) to a tenth of them", 1.1, median(LATER) / median(WARM))


def _mentions(figures: Figures, scale: Scale) -> Iterator[Goal]:
    yield growing(figures, RECEIVE, scale, 1.2)
    large, median = scale.large, figures.median
    ratio = median(RECEIVE, large) / (median(DISK_AT_ONCE, large) + median(EMPTY))
    yield Goal(f"{RECEIVE}, {large:,} posts, to {DISK_AT_ONCE}, plus {EMPTY}", 4, ratio)
    yield Goal(f"{READ}, {scale.mentions:,} in all", 20, median(READ), True)
    before, during = figures.get(BEFORE), figures.get(IN_FLOOD)
    yield Goal(f"{IN_FLOOD} to before, p50", 2, during.median / before.median)
    yield Goal(f"{IN_FLOOD} to before, p95", 3, during.p95 / before.p95)
