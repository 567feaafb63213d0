"""A mention in a line of words, for its owner: who did what, and to which page."""

from endpoint.domain.webmentions.deciding.rules import Rule, author_of, bridge_of, host_of
from endpoint.domain.webmentions.mention import Mention

_VERBS = {
    "reply": "replied to",
    "like": "liked",
    "repost": "reposted",
    "bookmark": "bookmarked",
    "rsvp": "answered to",
    "mention": "mentioned",
}
_LONGEST_NAME = 80


def who(mention: Mention | None, source: str) -> str:
    """Return the name of the author, or else the host of the page."""
    name = one_line(mention.author.name, _LONGEST_NAME) if mention else ""
    return name or host_of(source)


def did(mention: Mention | None) -> str:
    """Return what the page does with the one it links to, as a verb."""
    if mention is None:
        return "links to"
    if mention.kind == "rsvp" and mention.rsvp:
        return f"answered {mention.rsvp} to"
    return _VERBS[mention.kind]


def headline(mention: Mention | None, source: str, permalink: str) -> str:
    """Return it all: ``Grace replied to https://site.example/notes/1/``."""
    return f"{who(mention, source)} {did(mention)} {permalink}"


def trusted_by(rule: Rule) -> str:
    """Return what a rule that trusts somebody covers, as a sentence without its end."""
    bridge = bridge_of(rule)
    by = f" or at {bridge}" if bridge else ""
    return f"Shown without a decision: mentions by {author_of(rule)} on pages below that URL{by}"


def one_line(text: str, longest: int) -> str:
    """Return ``text`` in one line, without what would turn or break it, cut to ``longest``."""
    return _cut(" ".join(_printable(text, "").split()), longest)


def some_lines(text: str, longest: int) -> str:
    """Return ``text`` with its lines, otherwise as ``one_line`` does."""
    lines = (line.rstrip() for line in _printable(text, "\n").split("\n"))
    return _cut("\n".join(lines).strip(), longest)


def _printable(text: str, kept: str) -> str:
    return "".join(c if c.isprintable() or c in kept else " " for c in text)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
