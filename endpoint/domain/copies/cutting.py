"""Text made shorter, at words where that is possible."""

from bisect import bisect_right
from itertools import accumulate

import regex

from endpoint.domain.copies.counting import Count, count_graphemes

ELLIPSIS = "…"

_WORD = regex.compile(r"\s*\S+")
_LETTER = regex.compile(r"\X")
_LINK = regex.compile(r"https?://\S", regex.IGNORECASE)
# What a sentence that goes on should not seem to end with.
_OPEN_END = " \t\n,;:-–—(["


def cut(text: str, most: int, count: Count = count_graphemes, end: str = "") -> str:
    """Return ``text`` and ``end`` within ``most``; of the text no more than fits, and an ellipsis.

    It is cut between words, and within one only where there is no other way; a
    link is never cut. Nothing but ``end`` is returned if not even that fits, and
    ``end`` stays whole, however long.
    """
    if count(text + end) <= most:
        return text + end
    words = _first_words(text, most)

    def is_too_long(number: int) -> bool:
        return count(_join(words[:number]) + end) > most

    fitting = bisect_right(range(1, len(words) + 1), False, key=is_too_long)
    if fitting:
        return _join(words[:fitting]) + end
    return _cut_word(text, most, count, end)


def _first_words(text: str, most: int) -> list[str]:
    # Each counts for one at least.
    words = (found[0] for _, found in zip(range(most + 1), _WORD.finditer(text), strict=False))
    return list(words)


def _join(words: list[str]) -> str:
    return "".join(words).rstrip(_OPEN_END) + ELLIPSIS


def _cut_word(text: str, most: int, count: Count, end: str) -> str:
    """Return the letters of the first word that fit."""
    word = next((found[0] for found in _WORD.finditer(text)), "")
    if _LINK.search(word):
        return end.lstrip()
    letters = [found[0] for _, found in zip(range(most), _LETTER.finditer(word), strict=False)]
    for part in reversed(list(accumulate(letters))):
        if count(part + ELLIPSIS + end) <= most:
            return part + ELLIPSIS + end
    return end.lstrip()
