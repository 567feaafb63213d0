"""What apps for Micro.blog ask every few seconds: what is new, and how far the owner has read."""

from datetime import UTC

from endpoint.domain.dates import parse_date
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.microblog import Document
from endpoint.errors import InvalidRequest
from endpoint.services.live import Live
from endpoint.services.mastodon.markers import Markers
from endpoint.services.numbers import is_number
from endpoint.services.timelines import Timelines
from endpoint.services.timelines.spans import Span

_CHECK_S = 20
_MOST = 100
_CHANNELS = {"timeline": "home"}
"""Channels whose place is kept, and the timelines that apps for Mastodon call so."""


class Checking:
    """Counts new posts; the places are those that apps for Mastodon move too."""

    def __init__(self, timelines: Timelines, markers: Markers, live: Live) -> None:
        self._timelines = timelines
        self._markers = markers
        self._live = live

    def check(self, since_id: int) -> Document:
        """Return how many posts are newer than ``since_id``, 100 at most, and what is going on.

        The newest post is being published until its page is up, as far as anybody knows.
        """
        limit = _MOST if since_id else 1
        posts = self._timelines.posts(Span(limit=limit, since_id=since_id)).items
        is_known = bool(posts and self._live.live_commit())
        is_up = is_known and self._live.is_live(posts[0])
        return {
            "count": len(posts) if since_id else 0,
            "check_seconds": _CHECK_S,
            "markers": self._places(),
            "is_publishing": is_known and not is_up,
            "is_processing": False,
            "publishing_progress": 0,
            "publishing_status": "Publishing" if is_known and not is_up else "",
            "latest_url": posts[0].permalink if is_up else "",
        }

    def mark(self, channel: str, number: str) -> None:
        """Keep how far the owner has read; raise InvalidRequest for an unknown channel."""
        if channel not in _CHANNELS:
            raise InvalidRequest(f"channel must be one of {', '.join(_CHANNELS)}")
        if not is_number(number):
            raise InvalidRequest("id must be that of a post in the channel")
        self._markers.move({_CHANNELS[channel]: number})

    def _places(self) -> Document:
        known = self._markers.read(_CHANNELS.values())
        return {
            channel: _write(known[timeline])
            for channel, timeline in _CHANNELS.items()
            if timeline in known
        }


def _write(marker: Entity) -> Document:
    moved = parse_date(marker["updated_at"]).astimezone(UTC)
    return {"id": marker["last_read_id"], "date_marked": moved.isoformat(timespec="seconds")}
