"""What a Mastodon server takes, as it says itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from mastodon import Mastodon
from mastodon.errors import MastodonAPIError, MastodonServerError

from endpoint.domain.copies.counting import Count, mastodon_count
from endpoint.syndicators.files import Room

_KEPT, _KEPT_NOTHING = timedelta(days=1), timedelta(hours=1)
_MOST = 10**9


@dataclass(frozen=True)
class Limits:
    """The limits of a server, those of Mastodon where it names none; ``types`` all if empty."""

    max_characters: int = 500
    per_link: int = 23
    max_attachments: int = 4
    max_description: int = 1_500
    image_bytes: int = 16_777_216
    image_pixels: int = 33_177_600
    video_bytes: int = 103_809_024
    types: frozenset[str] = frozenset()

    @property
    def room(self) -> Room:
        """How large files may be."""
        return Room(self.image_bytes, self.video_bytes, self.image_pixels)

    @property
    def count(self) -> Count:
        """How the server counts a text."""
        return mastodon_count(self.per_link)


class KnownLimits:
    """Asks a server for its limits once a day, or in an hour again if it has not said any."""

    def __init__(self) -> None:
        self._limits = Limits()
        self._until: datetime | None = None
        self._lock = Lock()

    def get(self, api: Mastodon, now: datetime) -> Limits:
        """Return what holds at ``now``."""
        with self._lock:
            if self._until is None or self._until <= now:
                said = _ask(api)
                self._limits = read_limits(said)
                self._until = now + (_KEPT if said else _KEPT_NOTHING)
            return self._limits


def read_limits(instance: Mapping[str, Any]) -> Limits:
    """Return what ``/api/v2/instance`` or ``/api/v1/instance`` says; nonsense counts as nothing."""
    configuration = _table(instance, "configuration")
    statuses = _table(configuration, "statuses")
    media = _table(configuration, "media_attachments")
    usual = Limits()
    old = _number(instance, "max_toot_chars", usual.max_characters)
    types = media.get("supported_mime_types")
    return Limits(
        _number(statuses, "max_characters", old),
        _number(statuses, "characters_reserved_per_url", usual.per_link, least=0),
        _number(statuses, "max_media_attachments", usual.max_attachments, least=0),
        _number(media, "description_limit", usual.max_description),
        _number(media, "image_size_limit", usual.image_bytes),
        _number(media, "image_matrix_limit", usual.image_pixels),
        _number(media, "video_size_limit", usual.video_bytes),
        frozenset(map(str, types)) if isinstance(types, list) else frozenset(),
    )


def _ask(api: Mastodon) -> Mapping[str, Any]:
    for ask in (api.instance_v2, api.instance_v1):
        try:
            answer = ask()
        except MastodonServerError:
            raise
        except MastodonAPIError:
            continue  # An older server, or one of another make.
        if isinstance(answer, dict):
            return answer
    return {}


def _table(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = values.get(name)
    return table if isinstance(table, dict) else {}


def _number(values: Mapping[str, Any], name: str, usual: int, least: int = 1) -> int:
    value = values.get(name)
    is_fitting = isinstance(value, int) and not isinstance(value, bool) and value >= least
    return min(int(value or 0), _MOST) if is_fitting else usual
