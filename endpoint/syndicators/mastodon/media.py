"""The pictures, films and sounds of a copy, within what the server takes."""

import time
from collections.abc import Sequence
from typing import Any

from mastodon import Mastodon

from endpoint.domain.copies.cutting import cut
from endpoint.syndicators import Attachment
from endpoint.syndicators.mastodon.connections import patiently, read
from endpoint.syndicators.mastodon.limits import Limits
from endpoint.syndicators.outcomes import NotNow

# Seconds to wait for a film to be made ready: a minute in all.
_WAITS_S = (0.2, 0.5, 1, 2, 4, 8, 15, 30)


def choose(attachments: Sequence[Attachment], limits: Limits) -> tuple[Attachment, ...]:
    """Return which of ``attachments`` one status can have: its pictures, or one film or sound."""
    fitting = [each for each in attachments if _is_known(each, limits)]
    pictures = [each for each in fitting if each.media_type.startswith("image/")]
    return tuple((pictures or fitting[:1])[: limits.max_attachments])


def upload(api: Mastodon, attachment: Attachment, data: bytes, limits: Limits) -> str:
    """Return the id of the file on the server, once it is ready to be shown."""
    with patiently(api):
        media = api.media_post(
            data,
            mime_type=attachment.media_type,
            description=describe(attachment, limits),
            file_name=attachment.name,
        )
    _wait(api, media)
    return read(media, "id")


def describe(attachment: Attachment, limits: Limits) -> str:
    """Return the text for those who cannot see it, cut if need be."""
    return cut(attachment.alt, limits.max_description)


def _wait(api: Mastodon, media: Any) -> None:
    number, waits_s = read(media, "id"), iter(_WAITS_S)
    while not (isinstance(media, dict) and media.get("url")):
        wait_s = next(waits_s, None)
        if wait_s is None:
            raise NotNow("The server has not made a file ready yet.")
        time.sleep(wait_s)
        media = api.media(number)


def _is_known(attachment: Attachment, limits: Limits) -> bool:
    family = attachment.media_type.partition("/")[0]
    is_named = not limits.types or attachment.media_type in limits.types
    return family in ("image", "video", "audio") and is_named
