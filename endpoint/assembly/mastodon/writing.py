"""What lets apps for Mastodon write, made of an installation's parts."""

from dataclasses import dataclass

from endpoint.assembly import Parts
from endpoint.assembly.generators import is_literal
from endpoint.assembly.mastodon.showing import ShowingParts
from endpoint.domain.mastodon.typed import Style
from endpoint.services.indieauth.registrations import Registrations
from endpoint.services.mastodon.applications import Applications
from endpoint.services.mastodon.attaching import Attaching
from endpoint.services.mastodon.editing import Editing
from endpoint.services.mastodon.favourites import Favourites
from endpoint.services.mastodon.idempotency import IdempotencyKeys
from endpoint.services.mastodon.interactions import Interactions
from endpoint.services.mastodon.publishing import Publishing
from endpoint.services.mastodon.wording import StatusRules, Wording
from endpoint.services.posts import Posts
from endpoint.services.verbs import Verbs


@dataclass(frozen=True)
class WritingParts:
    """What writes statuses, takes their files, and likes, reposts and bookmarks pages."""

    publishing: Publishing
    editing: Editing
    attaching: Attaching
    interactions: Interactions
    favourites: Favourites


def make_writing(
    parts: Parts, shown: ShowingParts, posts: Posts, verbs: Verbs, registrations: Registrations
) -> WritingParts:
    """Return all of it."""
    config, showing = parts.config, shown.showing
    attaching = Attaching(parts.media.files, parts.timelines.numbers, shown.files)
    style = Style(config.site.language, literal=is_literal(config))
    wording = Wording(shown.accounts, StatusRules(config.mastodon.max_characters, style))
    keys = IdempotencyKeys(parts.creations, parts.index, parts.clock)
    applications = Applications(registrations.find, parts.timelines.numbers)
    favourites = Favourites(parts.timelines.timelines, shown.finding, showing, shown.pages)
    return WritingParts(
        Publishing(posts, showing, attaching, wording, keys, applications),
        Editing(posts, showing, attaching, wording),
        attaching,
        Interactions(verbs, showing),
        favourites,
    )
