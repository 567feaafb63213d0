"""Patterns in which words are those of every script: with marks, which Hindi and Thai have."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import regex


@cache
def wide_pattern(pattern: str) -> "regex.Pattern[str]":
    """Return ``pattern`` compiled, for letters of either case.

    What compiles it takes 3 MB, and is loaded where the first app asks for a status.
    """
    import regex

    return regex.compile(pattern, regex.IGNORECASE)
