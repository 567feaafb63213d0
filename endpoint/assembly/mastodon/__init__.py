"""What apps for Mastodon are given, made of an installation's parts."""

from endpoint import __version__
from endpoint.assembly import Parts
from endpoint.assembly.mastodon.showing import make_showing
from endpoint.assembly.mastodon.writing import make_writing
from endpoint.domain.discovery_links import ascii_url
from endpoint.domain.mastodon.instance import MAX_ATTACHMENTS, About
from endpoint.domain.mastodon.preferences import describe_preferences
from endpoint.services.indieauth.registrations import Registrations
from endpoint.services.mastodon import Mastodon
from endpoint.services.mastodon.instance import Instance
from endpoint.services.mastodon.markers import Markers
from endpoint.services.posts import Posts
from endpoint.services.verbs import Verbs
from endpoint.stores.markers import MarkerStore


def make_mastodon(
    parts: Parts, posts: Posts, verbs: Verbs, registrations: Registrations
) -> Mastodon:
    """Return the services behind the Mastodon API."""
    about, shown = _about(parts), make_showing(parts, verbs)
    writing = make_writing(parts, shown, posts, verbs, registrations)
    return Mastodon(
        instance=Instance(about, shown.accounts.owner, shown.accounts.count_posts),
        markers=Markers(MarkerStore(parts.engine), parts.clock),
        preferences=describe_preferences(parts.config.site.language),
        timelines=parts.timelines.timelines,
        showing=shown.showing,
        threads=shown.threads,
        reading=shown.reading,
        notifications=shown.notifications,
        searching=shown.searching,
        accounts=shown.accounts,
        publishing=writing.publishing,
        editing=writing.editing,
        attaching=writing.attaching,
        interactions=writing.interactions,
        favourites=writing.favourites,
    )


def _about(parts: Parts) -> About:
    config = parts.config
    base_url = ascii_url(config.base_url)
    return About(
        base_url=base_url,
        title=config.title,
        note=config.owner.note,
        email=config.owner.email,
        languages=(config.site.language,),
        software_version=__version__,
        max_characters=config.mastodon.max_characters,
        max_attachments=min(config.media.max_files, MAX_ATTACHMENTS),
        max_media_bytes=config.media.max_bytes,
        max_pixels=config.media.max_pixels,
    )
