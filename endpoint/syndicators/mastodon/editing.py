"""A status that is there already, made to say something else."""

from typing import Any

from mastodon import Mastodon

from endpoint.syndicators.mastodon.connections import read
from endpoint.syndicators.mastodon.limits import Limits
from endpoint.syndicators.mastodon.media import describe
from endpoint.syndicators.mastodon.statuses import Wanted


def edit_status(
    api: Mastodon, number: str, wanted: Wanted, media: list[str] | None, limits: Limits
) -> Any:
    """Return the status as it is after the edit; with the files it has if ``media`` is None.

    Language and visibility stay: servers let nobody change them.
    """
    if media is None:
        media = _find_media(api.status(number))
    texts = [describe(attachment, limits) for attachment in wanted.attachments]
    # The library leaves out an empty list of media_ids, but not one of these.
    attributes = [
        {"id": file, "description": text} for file, text in zip(media, texts, strict=False)
    ]
    return api.status_update(
        number,
        wanted.text,
        spoiler_text=wanted.warning,
        sensitive=wanted.is_sensitive,
        media_attributes=attributes,
    )


def _find_media(status: Any) -> list[str]:
    attachments = status.get("media_attachments") if isinstance(status, dict) else None
    return [read(each, "id") for each in attachments or []]
