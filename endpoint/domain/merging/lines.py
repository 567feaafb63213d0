"""The three-way merge of texts, line by line."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from endpoint.domain.merging import Clash

_MOST_LINES = 20_000


def merge_text(base: str, ours: str, theirs: str) -> str:
    """Return ``theirs`` with what ``ours`` changed in ``base``, by whole lines.

    Raise Clash where both changed the same lines to different ones, or put
    different ones at the same place.
    """
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    sides = [text.splitlines(keepends=True) for text in (base, ours, theirs)]
    if any(len(side) > _MOST_LINES for side in sides):
        raise Clash("a text too long to be merged")
    return "".join(_merge(*sides))


def _merge(base: list[str], ours: list[str], theirs: list[str]) -> Iterator[str]:
    """Yield merged lines, one unstable stretch between two stable ones after the other."""
    at = mine = other = 0
    for start, in_ours, in_theirs, length in _find_stable(base, ours, theirs):
        yield from _choose(base[at:start], ours[mine:in_ours], theirs[other:in_theirs])
        yield from base[start : start + length]
        at, mine, other = start + length, in_ours + length, in_theirs + length


def _choose(base: list[str], ours: list[str], theirs: list[str]) -> list[str]:
    if ours in (base, theirs):
        return theirs
    if theirs == base:
        return ours
    raise Clash("the same lines of its text")


def _find_stable(
    base: list[str], ours: list[str], theirs: list[str]
) -> Iterator[tuple[int, int, int, int]]:
    """Yield the stretches that all three share: where in each, and how many lines."""
    in_ours, in_theirs = _map_lines(base, ours), _map_lines(base, theirs)
    at = 0
    while at < len(base):
        length = 0
        while _goes_on(at, length, in_ours, in_theirs):
            length += 1
        if length:
            yield at, in_ours[at], in_theirs[at], length
        at += length or 1
    yield len(base), len(ours), len(theirs), 0


def _goes_on(at: int, length: int, ours: dict[int, int], theirs: dict[int, int]) -> bool:
    line = at + length
    return (
        line in ours
        and line in theirs
        and ours[line] - ours[at] == length
        and theirs[line] - theirs[at] == length
    )


def _map_lines(base: Sequence[str], side: Sequence[str]) -> dict[int, int]:
    """Return for each line of ``base`` that ``side`` still has where it is there."""
    before = _count_equal(base, side)
    rest, other = base[before:], side[before:]
    after = _count_equal(rest[::-1], other[::-1])
    rest, other = rest[: len(rest) - after], other[: len(other) - after]
    # In long texts it goes by rare lines: with every blank one it would take minutes.
    blocks = [
        *((a + before, b + before, size) for a, b, size in _match(rest, other)),
        (len(base) - after, len(side) - after, after),
        (0, 0, before),
    ]
    return {a + n: b + n for a, b, size in blocks for n in range(size)}


def _match(base: Sequence[str], side: Sequence[str]) -> Sequence[tuple[int, int, int]]:
    return SequenceMatcher(None, base, side).get_matching_blocks()


def _count_equal(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many lines at the beginning of both are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
