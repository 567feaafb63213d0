"""How long a text is, as networks count it."""

from collections.abc import Callable
from functools import partial

import regex

Count = Callable[[str], int]
"""Returns the length of a text, in whatever the network's limit is given in."""

# Whatever is surely a link, or a name, to a server too. What it may see in another way counts in
# full, so that no text is ever longer there than here.
_COUNTED = regex.compile(
    r"(?<![\w@#$＠＃\u202a-\u202e])"
    r"(?P<link>https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,30}[a-z]{2,24}(?::\d{1,5})?"
    r"(?:/(?:[a-z0-9._~:/@!$&'*+,;=%-]*[a-z0-9/_-])?)?"
    r"(?:\?[a-z0-9._~:/?@!$&'*+,;=%-]*[a-z0-9/_-])?"
    r"(?:\#[a-z0-9._~:/?@!$&'*+,;=%-]*[a-z0-9/_-])?)"
    r"|(?<![\w=/@])(?P<name>@[a-z0-9_]+)@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.){1,30}[a-z]{2,24}\b",
    regex.IGNORECASE | regex.ASCII,
)
_LETTER = regex.compile(r"\X")


def count_graphemes(text: str) -> int:
    """Return the number of letters that a person sees (UAX 29)."""
    # Most text is ASCII, where only CR LF are one together.
    if text.isascii() and "\r" not in text:
        return len(text)
    return sum(1 for _ in _LETTER.finditer(text))


def mastodon_count(per_link: int) -> Count:
    """Return how a server counts that reserves ``per_link`` letters for a link, or none at all.

    Of ``@name@host`` it counts the name alone.
    """
    return partial(_count, per_link) if per_link > 0 else count_graphemes


def _count(per_link: int, text: str) -> int:
    def shorten(found: regex.Match[str]) -> str:
        return "x" * per_link if found["link"] else str(found["name"])

    return count_graphemes(_COUNTED.sub(shorten, text))
