"""Webmentions in and out, made of an installation's stores and its configuration."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from endpoint.assembly.mention_keeping import faces_url, make_keeping
from endpoint.assembly.moderation import ModerationParts, make_moderation
from endpoint.assembly.sending import SendingParts, make_sending
from endpoint.assembly.stores import Clock, Stores
from endpoint.config import Config
from endpoint.domain.webmentions.receiving.targets import Grounds
from endpoint.generators.generator import Generator
from endpoint.services.following import Follower
from endpoint.services.live import Live
from endpoint.services.webmentions.deciding.mailing import MAIL
from endpoint.services.webmentions.keeping import KEEPING, Keeping
from endpoint.services.webmentions.listing import Listing
from endpoint.services.webmentions.listing.importing import Importing
from endpoint.services.webmentions.pages import Pages
from endpoint.services.webmentions.receiving import Receiving
from endpoint.services.webmentions.receiving.looking import MENTIONS, Looking
from endpoint.services.webmentions.receiving.sources import Sources
from endpoint.services.webmentions.sending import SEND
from endpoint.services.webmentions.sending.announcing import ANNOUNCE
from endpoint.stores.mentions.inbox import Inbox
from endpoint.stores.mentions.looks import Looks
from endpoint.stores.mentions.photos import Photos
from endpoint.stores.mentions.rules import MentionRules
from endpoint.stores.mentions.shown import ShownMentions
from endpoint.stores.queues import Queue


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

    def queues(self) -> dict[str, Callable[[], Queue]]:
        """Return what asks how much waits for each of them, by the name of the follower."""
        queues = {
            MENTIONS: self.looking.queue,
            KEEPING: self.keeping.queue,
            ANNOUNCE: self.outgoing.announcing.queue,
            SEND: self.outgoing.sending.queue,
        }
        if self.moderation.mailing:
            queues[MAIL] = self.moderation.mailing.queue
        return queues


def make_webmentions(
    config: Config, stores: Stores, generator: Generator, live: Live, clock: Clock
) -> WebmentionParts:
    """Return all of it."""
    grounds = Grounds(config.site_url, config.webmention.aliases)
    pages = Pages(stores.index, clock, any_page=config.webmention.any_page)
    receiving = _make_receiving(stores, pages, grounds, clock)
    return WebmentionParts(
        receiving=receiving,
        looking=_make_looking(config, stores, clock),
        keeping=make_keeping(config, stores, generator, clock),
        listing=_make_listing(config, stores, pages, grounds),
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


def _make_receiving(stores: Stores, pages: Pages, grounds: Grounds, clock: Clock) -> Receiving:
    return Receiving(
        Inbox(stores.engine), pages, MentionRules(stores.engine), grounds, clock, stores.bell.ring
    )


def _make_listing(config: Config, stores: Stores, pages: Pages, grounds: Grounds) -> Listing:
    shown, photos = ShownMentions(stores.engine), Photos(stores.engine)
    return Listing(shown, pages, photos, faces_url(config), grounds)


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
