"""What an app for Mastodon asks for when it posts or edits, checked before anything is done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from endpoint.domain.mastodon.instance import (
    CHARACTERS_PER_URL,
    MAX_ATTACHMENTS,
    MAX_DESCRIPTION,
)
from endpoint.errors import InvalidRequest

_VISIBILITIES = ("public", "unlisted")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}")


@dataclass(frozen=True)
class StatusRequest:
    """A status as an app sends it; ids are as they were given to apps.

    ``text`` is Markdown. ``alts`` has new descriptions of attachments, by id.
    """

    text: str
    spoiler_text: str = ""
    sensitive: bool = False
    language: str = ""
    visibility: str = ""
    media_ids: tuple[str, ...] = ()
    alts: Mapping[str, str] = field(default_factory=dict)
    in_reply_to_id: str = ""

    def check(self, max_characters: int) -> None:
        """Raise InvalidRequest if this is no post that a public site can have."""
        check_visibility(self.visibility)
        if not self.text.strip() and not self.media_ids:
            raise InvalidRequest("status is empty; write something or attach media")
        if _is_longer(self.text + self.spoiler_text, max_characters):
            raise InvalidRequest(
                f"status is longer than {max_characters} characters (mastodon.max_characters)"
            )
        if len(self.media_ids) > MAX_ATTACHMENTS:
            raise InvalidRequest(f"media_ids names more than {MAX_ATTACHMENTS} attachments")
        for alt in self.alts.values():
            check_alt("media_attributes", alt)

    @property
    def known_language(self) -> str:
        """``language`` if it may be one, such as ``de`` or ``pt-BR``; else empty."""
        return self.language if _LANGUAGE.fullmatch(self.language) else ""


def _is_longer(text: str, max_characters: int) -> bool:
    if len(text) <= max_characters:
        return False
    # What counts as apps do is loaded where it matters.
    from endpoint.domain.copies.counting import mastodon_count

    return mastodon_count(CHARACTERS_PER_URL)(text) > max_characters


def check_visibility(visibility: str) -> None:
    """Raise InvalidRequest if a static site cannot give a post this ``visibility``."""
    if visibility in ("private", "direct"):
        raise InvalidRequest(
            f"visibility cannot be {visibility}, because everybody can read a static site;"
            " nothing was published"
        )
    if visibility not in ("", *_VISIBILITIES):
        raise InvalidRequest(f"visibility is none of {', '.join(_VISIBILITIES)}")


def check_alt(name: str, text: str) -> None:
    """Raise InvalidRequest, naming the parameter, if ``text`` is too long for a description."""
    if len(text) > MAX_DESCRIPTION:
        raise InvalidRequest(f"{name} is longer than {MAX_DESCRIPTION} characters")
