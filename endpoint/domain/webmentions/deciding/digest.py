"""The mail that tells the owner of mentions that wait for them, however many there are."""

from dataclasses import dataclass

from endpoint.domain.webmentions.deciding.words import headline, some_lines
from endpoint.domain.webmentions.mention import Mention

_LONGEST_TEXT = 500


@dataclass(frozen=True)
class Waiting:
    """A mention of the page at ``permalink``; ``link`` leads to the page that decides on it."""

    source: str
    permalink: str
    mention: Mention | None
    link: str


def subject(count: int) -> str:
    """Return the subject of a mail, when ``count`` mentions wait."""
    return "A mention waits for you" if count == 1 else f"{count} mentions wait for you"


def body(told: tuple[Waiting, ...], count: int, all_of_them: str) -> str:
    """Return the text of a mail: those that are ``told``, of ``count`` that wait in all.

    ``all_of_them`` is the URL of the page that lists them. What others wrote is
    indented, so that it cannot pass for ours.
    """
    parts = [_describe(waiting) for waiting in told]
    more = count - len(told)
    if more > 0:
        parts.append(f"And {more} more.")
    parts.append(f"All that wait: {all_of_them}")
    parts.append("The links are for you alone, and last 14 days.")
    return "\n\n".join(parts) + "\n"


def _describe(waiting: Waiting) -> str:
    mention = waiting.mention
    said = some_lines(mention.text or mention.name, _LONGEST_TEXT) if mention else ""
    lines = [
        headline(mention, waiting.source, waiting.permalink),
        *(f"  > {line}" for line in said.splitlines()),
        f"  {waiting.source}",
        f"Decide: {waiting.link}",
    ]
    return "\n".join(lines)
