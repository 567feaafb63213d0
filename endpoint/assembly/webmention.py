"""Webmentions in and out, made of an installation's stores and its configuration."""

from collections.abc import Iterator
from dataclasses import dataclass

from endpoint.assembly.mention_keeping import make_keeping
from endpoint.assembly.moderation import ModerationParts, make_moderation
from endpoint.assembly.sending import SendingParts, make_sending
from endpoint.assembly.stores import Clock, Stores
from endpoint.config import Config
from endpoint.domain.webmentions.receiving.targets import Grounds
from endpoint.generators.generator import Generator
from endpoint.services.following import Follower
from endpoint.services.live import Live
from endpoint.services.webmentions.keeping import Keeping
from endpoint.services.webmentions.listing import Listing
from endpoint.services.webmentions.listing.importing import Importing
from endpoint.services.webmentions.receiving import Receiving
from endpoint.services.webmentions.receiving.looking import Looking
from endpoint.services.webmentions.receiving.sources import Sources
from endpoint.stores.mentions.inbox import Inbox
from endpoint.stores.mentions.looks import Looks
from endpoint.stores.mentions.rules import MentionRules
from endpoint.stores.mentions.shown import ShownMentions


@dataclass(frozen=True)
class WebmentionParts:
    """What receives, looks at, decides on, keeps, lists and sends Webmentions."""

    receiving: Receiving
    looking: Looking
    keeping: Keeping
    listing: Listing
    importing: Importing
    moderation: ModerationParts
    outgoing: SendingParts

    def followers(self) -> Iterator[Follower]:
        """Yield what the worker does for them, each in its lane."""
        yield self.looking.follower()
        yield self.keeping.follower()
        yield from self.outgoing.followers()
        if self.moderation.mailing:
            yield self.moderation.mailing.follower()


def make_webmentions(
    config: Config, stores: Stores, generator: Generator, live: Live, clock: Clock
) -> WebmentionParts:
    """Return all of it."""
    inbox = Inbox(stores.engine)
    grounds = Grounds(config.site_url, config.webmention.aliases)
    receiving = _make_receiving(config, stores, inbox, grounds, clock)
    return WebmentionParts(
        receiving=receiving,
        looking=_make_looking(config, stores, clock),
        keeping=make_keeping(config, stores, generator, clock),
        listing=Listing(ShownMentions(stores.engine), stores.index, grounds),
        importing=Importing(
            stores.engine,
            MentionRules(stores.engine),
            receiving.find_page,
            clock,
            stores.bell.ring,
        ),
        moderation=make_moderation(config, stores, clock),
        outgoing=make_sending(config, stores, generator, live, clock),
    )


def _make_receiving(
    config: Config, stores: Stores, inbox: Inbox, grounds: Grounds, clock: Clock
) -> Receiving:
    return Receiving(
        inbox,
        stores.index,
        MentionRules(stores.engine),
        grounds,
        clock,
        stores.bell.ring,
        any_page=config.webmention.any_page,
    )


def _make_looking(config: Config, stores: Stores, clock: Clock) -> Looking:
    return Looking(
        Looks(stores.engine),
        Sources(stores.web, clock, at_once=config.webmention.at_once),
        MentionRules(stores.engine),
        clock,
        stores.bell.ring,
        approve=config.webmention.approve,
        at_once=config.webmention.at_once,
    )
