"""What keeps the files of posts, made of an installation's stores and its configuration."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from endpoint.config import Config
from endpoint.domain.discovery_links import ascii_url
from endpoint.services.following import Follower
from endpoint.services.media import Media
from endpoint.services.media_intake import Intake
from endpoint.services.media_queries import MediaQueries
from endpoint.services.media_removal import MediaRemoval
from endpoint.stores.index import PostIndex
from endpoint.stores.media.pictures import PictureRules
from endpoint.stores.media.uploads import UploadStore
from endpoint.stores.repository import Repository


@dataclass(frozen=True)
class MediaParts:
    """The files of posts, what may be asked about them, and how they go."""

    files: Media
    queries: MediaQueries
    removal: MediaRemoval
    sweeper: Follower


def make_media(
    config: Config,
    engine: Engine,
    repository: Repository,
    index: PostIndex,
    clock: Callable[[], datetime],
    announce: Callable[[], None],
) -> MediaParts:
    """Return what keeps the files of posts; ``announce`` is called after a commit."""
    settings = config.media
    pictures = PictureRules(
        max_pixels=settings.max_pixels,
        max_edge=settings.max_edge,
        quality=settings.quality,
        heic_as=settings.heic_as,
    )
    uploads = UploadStore(engine, config.state / "media")
    intake = Intake(uploads, pictures, settings.max_bytes)
    media = Media(intake, repository, index, ascii_url(config.base_url), clock)
    removal = MediaRemoval(media, uploads, repository, index, clock, announce)
    keep_unused = timedelta(days=settings.keep_unused_days)
    return MediaParts(
        files=media,
        queries=MediaQueries(uploads, media),
        removal=removal,
        sweeper=Follower(
            "sweep", lambda: f"{clock():%Y-%m-%d}", lambda: removal.sweep(keep_unused)
        ),
    )
