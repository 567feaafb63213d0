"""A post as a status: its words, warning, language and visibility."""

from dataclasses import dataclass

from endpoint.domain.copies.cutting import cut
from endpoint.domain.copies.fitting import fit
from endpoint.domain.warnings import find_warning, is_sensitive
from endpoint.syndicators import Attachment, Outgoing
from endpoint.syndicators.files import File, load
from endpoint.syndicators.mastodon.limits import Limits
from endpoint.syndicators.mastodon.media import choose
from endpoint.syndicators.wording import find_wording

# A warning that leaves no room for words would be no warning.
_WARNING_SHARE = 2


@dataclass(frozen=True)
class Answered:
    """The status that is answered, and whom the answer has to name: ``@ada@social.example``."""

    id: str = ""
    name: str = ""


@dataclass(frozen=True)
class Words:
    """What a status says, and the warning before it."""

    text: str
    warning: str


@dataclass(frozen=True)
class Wanted:
    """A status that should be there; ``files`` are what it shows, with their bytes."""

    text: str
    warning: str
    is_sensitive: bool
    visibility: str
    language: str | None
    answers: str | None
    files: tuple[File, ...]

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """What it shows."""
        return tuple(attachment for attachment, _ in self.files)


def write(outgoing: Outgoing, limits: Limits, answered: Answered) -> Wanted:
    """Return the status for a post, within the limits of its server."""
    post = outgoing.post
    # One that is not there, or too large, is missed in the words.
    files = tuple(load(choose(outgoing.attachments, limits), limits.room))
    is_incomplete = len(files) < len(outgoing.attachments)
    words = say(outgoing, limits, answered, is_incomplete=is_incomplete)
    return Wanted(
        text=words.text,
        warning=words.warning,
        is_sensitive=is_sensitive(post.properties),
        visibility=post.visibility,
        language=_find_language(outgoing.language),
        answers=answered.id or None,
        files=files,
    )


def say(outgoing: Outgoing, limits: Limits, answered: Answered, *, is_incomplete: bool) -> Words:
    """Return what the status says; ``is_incomplete`` if it lacks a file that the post shows."""
    warning = find_warning(outgoing.post.properties)
    warning = cut(warning, limits.max_characters // _WARNING_SHARE)
    said = find_wording(outgoing, is_answer=bool(answered.id), is_incomplete=is_incomplete)
    count = limits.count
    # The name of who is answered comes first, and is never cut.
    name = f"{answered.name} " if answered.name and answered.name not in said.text else ""
    room = limits.max_characters - count(warning) - count(name)
    return Words(name + fit(said, room, count), warning)


def _find_language(tag: str) -> str | None:
    """Return a code of ISO 639, which is what servers know, and the scripts of Chinese."""
    primary, _, rest = tag.replace("_", "-").partition("-")
    if not (primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3):
        return None
    return f"zh-{rest.upper()}" if primary.lower() == "zh" and len(rest) == 2 else primary.lower()
