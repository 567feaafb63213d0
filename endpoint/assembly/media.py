"""What keeps the files of posts, made of an installation's stores and its configuration."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from endpoint.assembly.stores import Clock, Stores
from endpoint.config import Config
from endpoint.domain.discovery_links import ascii_url
from endpoint.errors import ConfigError
from endpoint.services.following import Follower
from endpoint.services.media import Media
from endpoint.services.media_intake import Intake
from endpoint.services.media_queries import MediaQueries
from endpoint.services.media_removal import MediaRemoval
from endpoint.stores.media.committed import Committed
from endpoint.stores.media.drafts import Drafts
from endpoint.stores.media.files import MediaFiles
from endpoint.stores.media.incoming import prepare_incoming
from endpoint.stores.media.pictures import PictureRules
from endpoint.stores.media.rows import UploadRows
from endpoint.stores.media.uploads import UploadStore

if TYPE_CHECKING:
    from endpoint.stores.media.bucket import Bucket


@dataclass(frozen=True)
class MediaParts:
    """The files of posts, what may be asked about them, and how they go.

    ``bucket`` is there if the configuration names one, even if new files go elsewhere.
    """

    files: Media
    uploads: UploadRows
    queries: MediaQueries
    removal: MediaRemoval
    sweeper: Follower
    bucket: "Bucket | None" = None

    def close(self) -> None:
        """Give the bucket's connections back."""
        if self.bucket:
            self.bucket.close()


def make_media(config: Config, stores: Stores, clock: Clock) -> MediaParts:
    """Return what keeps the files of posts; it rings the bell after a commit."""
    repository, index = stores.repository, stores.index
    folder = MediaFiles(config.state / "media")
    bucket = _make_bucket(config)
    outside = (bucket,) if bucket else ()
    home, *others = (*outside, folder) if config.media.store == "s3" else (folder, *outside)
    # Rows lie where their files do: beside the folder, or where all machines share a bucket.
    rows = UploadRows(stores.engine if bucket else stores.clone.engine)
    uploads = UploadStore(rows, Drafts(config.state / "media"), home, tuple(others))
    # What is asked first costs least: the disk, the repository, another machine.
    places = (folder, Committed(repository, index), *outside)
    media = Media(_make_intake(config, uploads), places, ascii_url(config.base_url), clock)
    removal = MediaRemoval(media, uploads, repository, index, clock, stores.bell.ring)
    return MediaParts(
        files=media,
        uploads=rows,
        queries=MediaQueries(rows, media),
        removal=removal,
        sweeper=_make_sweeper(config, removal, clock),
        bucket=bucket,
    )


def _make_intake(config: Config, uploads: UploadStore) -> Intake:
    settings = config.media
    pictures = PictureRules(
        max_pixels=settings.max_pixels,
        max_edge=settings.max_edge,
        quality=settings.quality,
        heic_as=settings.heic_as,
    )
    return Intake(uploads, pictures, settings.max_bytes)


def _make_sweeper(config: Config, removal: MediaRemoval, clock: Clock) -> Follower:
    keep_unused = timedelta(days=config.media.keep_unused_days)

    def sweep() -> None:
        prepare_incoming(config.state / "incoming")
        removal.sweep(keep_unused)

    return Follower("sweep", lambda: f"{clock():%Y-%m-%d}", sweep)


def _make_bucket(config: Config) -> "Bucket | None":
    s3 = config.media.s3
    if not s3.bucket:
        return None
    try:
        # Only here, because most sites have no bucket, and the client is a large package.
        from endpoint.stores.media.bucket import Bucket, BucketRules
    except ModuleNotFoundError as error:
        raise ConfigError(
            "media.s3 needs a package that is not installed; run:"
            " pip install 'indieweb-endpoint[s3]'"
        ) from error
    return Bucket(
        BucketRules(
            name=s3.bucket,
            endpoint_url=s3.endpoint_url,
            region=s3.region,
            access_key_id=s3.access_key_id,
            secret_access_key=s3.secret_access_key,
            prefix=s3.prefix,
            public_url=ascii_url(s3.public_url) if s3.public_url else "",
        )
    )
