"""Copies on other networks, made of an installation's stores and its configuration."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from endpoint.assembly.generators import is_literal
from endpoint.assembly.moderation import make_mailer
from endpoint.assembly.stores import Clock, Stores
from endpoint.assembly.syndication.syndicators import make_syndicators
from endpoint.config import Config
from endpoint.domain.discovery_links import ascii_url
from endpoint.generators.generator import Generator
from endpoint.services.changes import Changes
from endpoint.services.following import Follower
from endpoint.services.live import LIVE, Live
from endpoint.services.media import Media
from endpoint.services.shown import Steps
from endpoint.services.syndication.adopting import ADOPT, Adopting
from endpoint.services.syndication.attempts import Attempts
from endpoint.services.syndication.backfeed import BACKFEED, Backfeed
from endpoint.services.syndication.choosing import Choosing
from endpoint.services.syndication.copying import SYNDICATE, Copying
from endpoint.services.syndication.following import COPIES, CopyFollowing
from endpoint.services.syndication.known import KnownCopies
from endpoint.services.syndication.linking import Linking
from endpoint.services.syndication.outgoing import Composer
from endpoint.services.syndication.overview import Overview
from endpoint.services.syndication.pausing import Pausing
from endpoint.services.syndication.reactions import Reactions
from endpoint.services.syndication.requesting import Requesting
from endpoint.services.syndication.whereabouts import CopiedPosts
from endpoint.stores.mentions.backfed import BackfedMentions
from endpoint.stores.mentions.rules import MentionRules
from endpoint.stores.queues import Queue
from endpoint.stores.syndications.links import SyndicationLinks
from endpoint.stores.syndications.looks import SyndicationLooks
from endpoint.stores.syndications.pauses import Pauses
from endpoint.stores.syndications.work import SyndicationWork
from endpoint.syndicators import Listener, Syndicator


@dataclass(frozen=True)
class SyndicationParts:
    """What asks for copies, makes them, and looks them over.

    ``syndicators`` are by the uid of their target; ``lane`` is that of what makes
    the site live.
    """

    syndicators: dict[str, Syndicator]
    choosing: Choosing
    requesting: Requesting
    following: CopyFollowing
    adopting: Adopting
    copying: Copying
    linking: Linking
    pausing: Pausing
    overview: Overview
    backfeed: Backfeed | None
    lane: str

    def followers(self) -> Iterator[Follower]:
        """Yield what the worker does; nothing where there is nowhere to copy to."""
        if self.syndicators:
            yield self.following.follower(self.lane)
            yield self.adopting.follower(SYNDICATE)
            yield self.copying.follower()
            yield self.linking.follower(SYNDICATE)
            yield self.pausing.follower()
        if self.backfeed:
            yield self.backfeed.follower()

    def stop(self) -> None:
        """Begin nothing more, neither a copy nor a look; the next worker does what is left."""
        self.copying.stop()
        if self.backfeed:
            self.backfeed.stop()

    def queues(self) -> dict[str, Callable[[], Queue]]:
        """Return what asks how many copies wait, by the name of the follower."""
        copies = {SYNDICATE: self.copying.queue} if self.syndicators else {}
        return copies | ({BACKFEED: self.backfeed.queue} if self.backfeed else {})


def make_syndication(
    config: Config, stores: Stores, generator: Generator, live: Live, media: Media, clock: Clock
) -> SyndicationParts:
    """Return all of it; raise ConfigError, naming the keys, if a table is wrong."""
    targets, ring = config.syndication, stores.bell.ring
    syndicators = make_syndicators(config, stores, clock)
    choosing = Choosing(targets)
    pausing = _make_pausing(config, stores, clock)
    linking = Linking(
        stores.repository, stores.index, generator, SyndicationLinks(stores.engine), ring, clock
    )
    seen, adopted = (
        Steps(name, live, stores.followers, stores.repository, clock) for name in (COPIES, ADOPT)
    )
    seen.begin(is_on=bool(syndicators))
    adopted.begin(is_on=bool(syndicators))
    changes = Changes(stores.repository, stores.index, generator)
    known = KnownCopies(stores.syndications, stores.index, syndicators)
    posts = CopiedPosts(stores.repository, stores.index, generator, live, seen, clock)
    composer = Composer(
        media, stores.repository, generator, config.site.language, literal=is_literal(config)
    )
    return SyndicationParts(
        syndicators=syndicators,
        choosing=choosing,
        requesting=Requesting(choosing, stores.syndications, ring),
        following=CopyFollowing(seen, changes, stores.syndications, ring, clock),
        adopting=Adopting(
            adopted, changes, known, stores.syndications, syndicators, pausing, ring, clock
        ),
        copying=_make_copying(stores, posts, composer, syndicators, known, pausing, linking, clock),
        linking=linking,
        pausing=pausing,
        overview=Overview(stores.syndications, pausing, targets, ring, clock),
        backfeed=_make_backfeed(config, stores, syndicators, pausing, clock),
        lane="site" if config.site.build else LIVE,
    )


def _make_pausing(config: Config, stores: Stores, clock: Clock) -> Pausing:
    pausing = Pausing(
        Pauses(stores.engine),
        config.syndication,
        make_mailer(config),
        f"{ascii_url(config.base_url)}/admin/syndications",
        stores.bell.ring,
        clock,
    )
    pausing.resume_changed()
    return pausing


def _make_backfeed(
    config: Config,
    stores: Stores,
    syndicators: dict[str, Syndicator],
    pausing: Pausing,
    clock: Clock,
) -> Backfeed | None:
    wanted = {target.uid for target in config.syndication if target.backfeed}
    listeners = {
        uid: each
        for uid, each in syndicators.items()
        if uid in wanted and isinstance(each, Listener)
    }
    if not listeners:
        return None
    reactions = Reactions(
        BackfedMentions(stores.engine),
        MentionRules(stores.engine),
        clock,
        stores.bell.ring,
        approve=config.webmention.approve,
    )
    return Backfeed(listeners, SyndicationLooks(stores.engine), reactions, pausing, clock)


def _make_copying(
    stores: Stores,
    posts: CopiedPosts,
    composer: Composer,
    syndicators: dict[str, Syndicator],
    known: KnownCopies,
    pausing: Pausing,
    linking: Linking,
    clock: Clock,
) -> Copying:
    work = SyndicationWork(stores.engine)
    return Copying(
        stores.syndications,
        work,
        posts,
        Attempts(composer, syndicators, known, work, clock),
        syndicators,
        pausing,
        linking.link,
        clock,
    )
