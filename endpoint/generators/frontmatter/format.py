"""What a front matter format knows: its fences, its values, and edits by the line."""

import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Collection, Mapping
from typing import Any

from frontmatter import Post
from frontmatter.default_handlers import BaseHandler

Metadata = dict[str, Any]
"""Front matter as a mapping: strings, numbers, booleans, dates, lists and maps."""


class Format(BaseHandler, ABC):
    """A handler of python-frontmatter that is exact, and can edit in place.

    ``opening`` matches a file's first fence, with a byte order mark or blanks
    before it; ``closing`` the line that ends the front matter.
    """

    opening: re.Pattern[str]
    closing: re.Pattern[str]

    def detect(self, text: str) -> bool:
        """Return whether ``text`` begins with this format's fence."""
        return bool(self.opening.match(text))

    def find(self, text: str) -> tuple[int, int, int] | None:
        """Return where the front matter starts and ends in ``text``, and where its fence ends.

        None if ``text`` does not begin with this format's fence. Raise ValueError
        if the front matter is never closed.
        """
        opened = self.opening.match(text)
        if not opened:
            return None
        closed = self.closing.search(text, opened.end())
        if not closed:
            raise ValueError(f"The front matter that begins with {self.START_DELIMITER} never ends")
        return opened.end(), closed.start(), closed.end()

    def split(self, text: str) -> tuple[str, str]:
        """Return the front matter of ``text`` and what follows its fence."""
        found = self.find(text)
        if not found:
            raise ValueError("The file has no front matter")
        start, end, rest = found
        return text[start:end], text[rest:]

    def format(self, post: Post, **kwargs: object) -> str:
        """Return the file of ``post``; a blank line divides fence and body."""
        metadata = self.export(post.metadata, **kwargs)
        body = f"\n{post.content}\n" if post.content else ""
        return f"{self.START_DELIMITER}\n{metadata}{self.END_DELIMITER}\n{body}"

    @abstractmethod
    def edit(
        self, text: str, changes: Mapping[str, Any], dropped: Collection[str], newline: str
    ) -> str:
        """Return the front matter ``text`` with ``changes`` set and ``dropped`` keys gone.

        Lines of other keys stay as they are, byte for byte. Raise ValueError if
        ``text`` is written in a way that cannot be edited by the line.
        """


def match_items(old: list[Any], new: list[Any]) -> list[int | None]:
    """Return, for each item of ``new``, the place of the same item in ``old``, each used once."""
    free: dict[str, deque[int]] = {}
    for place, value in enumerate(old):
        free.setdefault(repr(value), deque()).append(place)
    places = (free.get(repr(value)) for value in new)
    return [found.popleft() if found else None for found in places]
