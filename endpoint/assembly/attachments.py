"""What takes the files of posts along, made of an installation's parts and its configuration."""

from endpoint.assembly import Parts
from endpoint.assembly.web import make_web
from endpoint.domain.discovery_links import ascii_url
from endpoint.services.attachments import AttachmentRules, Attachments
from endpoint.services.keeping import KeepingRules
from endpoint.services.media import Media
from endpoint.services.remote_media import RemoteMedia


def make_attachments(parts: Parts, media: Media) -> Attachments:
    """Return what keeps the files of posts among ``media`` and commits them."""
    config = parts.config
    rules = AttachmentRules(
        KeepingRules(config.state / "incoming", config.media.max_files),
        max_bytes=config.media.max_request_bytes,
        literal=config.micropub.plain_text == "literal",
        commits=config.media.store != "s3",
    )
    remote = _make_remote(parts, media) if config.media.fetch_remote_media else None
    return Attachments(media, parts.generator, rules, remote)


def _make_remote(parts: Parts, media: Media) -> RemoteMedia:
    config = parts.config
    # The usual client would give up on a picture of more than a page's size.
    web = make_web(config, config.media.max_bytes)
    return RemoteMedia(web, (config.site_url, f"{ascii_url(config.base_url)}/", *media.roots))
