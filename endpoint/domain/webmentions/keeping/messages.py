"""What a commit of mentions says: a line for one, and a list for many."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_LONGEST_NAME = 60
_MOST_LINES = 50


@dataclass(frozen=True)
class Story:
    """What happened to a mention in its page's file: it was added, changed or removed."""

    action: str
    kind: str
    author: str
    target: str

    def __str__(self) -> str:
        by = f" by {_one_line(self.author)}" if self.author else ""
        return f"{self.action} {self.kind}{by}: {_one_line(_path(self.target))}"


def message(stories: Sequence[Story], pictures: int) -> str:
    """Return the message of a commit with these ``stories`` and as many ``pictures`` of authors."""
    if len(stories) == 1:
        return f"mention: {stories[0]}\n"
    if not stories:
        return f"mentions: {_count(pictures, 'picture')} of authors\n" if pictures else "mentions\n"
    actions = [story.action for story in stories]
    counts = {action: actions.count(action) for action in ("add", "change", "remove")}
    told = ", ".join(f"{action} {count}" for action, count in counts.items() if count)
    lines = [f"- {story}" for story in stories[:_MOST_LINES]]
    if more := len(stories) - _MOST_LINES:
        lines += [f"- and {more} more"] if more > 0 else []
    return f"mentions: {told}\n\n" + "\n".join(lines) + "\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)


def _one_line(text: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    line = " ".join(printable.split())
    return line if len(line) <= _LONGEST_NAME else f"{line[: _LONGEST_NAME - 1].rstrip()}…"
