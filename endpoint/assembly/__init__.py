"""An installation's parts, put together from its configuration.

``assemble`` opens the stores, makes what works on them, and says what follows a
commit; ``services`` makes the use cases of that, for the handlers. What takes
more than a line to make has a module of its own here.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from endpoint.assembly.following import make_following
from endpoint.assembly.generators import make_generator
from endpoint.assembly.media import MediaParts, make_media
from endpoint.assembly.publishing import make_publishing
from endpoint.assembly.stores import Clock, Stores, open_stores
from endpoint.assembly.syndication import SyndicationParts, make_syndication
from endpoint.assembly.timelines import TimelineParts, make_timelines
from endpoint.assembly.webmention import WebmentionParts, make_webmentions
from endpoint.config import Config
from endpoint.generators.generator import Generator
from endpoint.services.following import Following
from endpoint.services.live import Live
from endpoint.services.publishing import Publishing
from endpoint.services.tokens import Tokens


@dataclass(frozen=True)
class Parts(Stores):
    """An installation's stores and what works on them, for server, worker and commands."""

    config: Config
    generator: Generator
    tokens: Tokens
    media: MediaParts
    live: Live
    publishing: Publishing
    webmentions: WebmentionParts
    timelines: TimelineParts
    syndication: SyndicationParts
    following: Following
    clock: Clock

    def close(self) -> None:
        """Give the connections to databases and the bucket back."""
        self.media.close()
        super().close()


def _now() -> datetime:
    return datetime.now(UTC)


def assemble(config: Config, clock: Clock = _now) -> Parts:
    """Return the parts of the installation that ``config`` describes, ready to work.

    Stale git locks are cleared and the database brought up to date.
    """
    generator = make_generator(config)
    stores = open_stores(config, generator, clock)
    media = make_media(config, stores, clock)
    live = Live(
        stores.followers,
        stores.repository,
        stores.index,
        stores.web,
        clock,
        builds_here=bool(config.site.build),
    )
    publishing = make_publishing(config, stores, generator, clock)
    webmentions = make_webmentions(config, stores, generator, live, clock)
    timelines = make_timelines(stores, clock)
    has_apps = config.mastodon.api or config.microblog.api
    numbering = (timelines.numbering.follower(),) if has_apps else ()
    syndication = make_syndication(config, stores, generator, live, media.files, clock)
    others = (
        media.sweeper,
        *webmentions.followers(),
        *numbering,
        *syndication.followers(),
    )
    return Parts(
        **vars(stores),
        config=config,
        generator=generator,
        tokens=Tokens(stores.engine, me=config.me, clock=clock),
        media=media,
        live=live,
        publishing=publishing,
        webmentions=webmentions,
        timelines=timelines,
        syndication=syndication,
        following=make_following(config, stores, publishing, live, others, clock),
        clock=clock,
    )
