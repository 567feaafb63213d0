"""What makes and changes posts, with the files that they take along."""

from datetime import timedelta

from endpoint.assembly import Parts
from endpoint.assembly.generators import is_literal
from endpoint.assembly.web import make_web
from endpoint.domain.discovery_links import ascii_url
from endpoint.services.attachments import AttachmentRules, Attachments
from endpoint.services.changing import Changing, PostRules
from endpoint.services.committing import Committing
from endpoint.services.keeping import KeepingRules
from endpoint.services.posts import Posts
from endpoint.services.remote_media import RemoteMedia
from endpoint.services.retries import Retries


def make_posts(parts: Parts) -> Posts:
    """Return what makes and changes posts; it rings the bell after a commit."""
    config = parts.config
    retries = Retries(parts.creations, timedelta(seconds=config.micropub.idempotency_s))
    attachments = _make_attachments(parts)
    rules = PostRules(
        zone=config.zone,
        message=config.repository.message,
        channels=tuple(channel.uid for channel in config.micropub.channels),
    )
    return Posts(
        parts.index,
        Changing(parts.repository, parts.index, parts.generator, retries, attachments, rules),
        Committing(parts.repository, parts.index, retries, announce=parts.bell.ring),
        parts.syndication.requesting,
        attachments,
        config.zone,
        parts.clock,
    )


def _make_attachments(parts: Parts) -> Attachments:
    config, media = parts.config, parts.media.files
    rules = AttachmentRules(
        KeepingRules(config.state / "incoming", config.media.max_files),
        max_bytes=config.media.max_request_bytes,
        literal=is_literal(config),
        commits=config.media.store != "s3",
    )
    remote = _make_remote_media(parts) if config.media.fetch_remote_media else None
    return Attachments(media, parts.generator, rules, remote)


def _make_remote_media(parts: Parts) -> RemoteMedia:
    config = parts.config
    # The usual client would give up on a picture of more than a page's size.
    web = make_web(config, config.media.max_bytes)
    own_urls = (config.site_url, f"{ascii_url(config.base_url)}/", *parts.media.files.roots)
    return RemoteMedia(web, own_urls)
