"""Escapes: posted text that a generator would take for its own template language."""

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Escape:
    """How a generator is kept from running what was posted, and how that is undone.

    A text in which ``special`` finds nothing is written as it is; ``extra`` finds
    what the generator's own dialect would make of Markdown beyond CommonMark.
    ``markdown`` returns None for what it cannot escape; ``from_markdown`` and
    ``from_html`` are the inverses. A body of HTML begins with ``html_mark``; it is
    empty where only the front matter tells.
    """

    special: re.Pattern[str]
    extra: re.Pattern[str]
    markdown: Callable[[str], str | None]
    from_markdown: Callable[[str], str]
    html: Callable[[str], str]
    from_html: Callable[[str], str]
    html_mark: str = ""
