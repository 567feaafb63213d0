"""Webmentions on their way out, made of an installation's stores and its configuration."""

from collections.abc import Iterator
from dataclasses import dataclass

from endpoint.assembly.generators import is_literal
from endpoint.assembly.stores import Clock, Stores
from endpoint.config import Config
from endpoint.domain.webmentions.outgoing import is_local
from endpoint.domain.webmentions.receiving.targets import Grounds
from endpoint.generators.generator import Generator
from endpoint.services.changes import Changes
from endpoint.services.following import Follower
from endpoint.services.live import LIVE, Live
from endpoint.services.shown import Steps
from endpoint.services.webmentions.sending import Sending
from endpoint.services.webmentions.sending.announcing import ANNOUNCE, Announcing
from endpoint.services.webmentions.sending.endpoints import Endpoints
from endpoint.services.webmentions.sending.news import News
from endpoint.services.webmentions.sending.outbox import Outbox
from endpoint.stores.sent_mentions import SentMentions


@dataclass(frozen=True)
class SendingParts:
    """What tells the pages that the site links to; ``lane`` is that of what makes it live."""

    sent: SentMentions
    endpoints: Endpoints
    announcing: Announcing
    sending: Sending
    outbox: Outbox
    is_on: bool
    lane: str

    def followers(self) -> Iterator[Follower]:
        """Yield what the worker does; nothing where nobody is to be told."""
        if self.is_on:
            yield self.announcing.follower(self.lane)
            yield self.sending.follower()


def make_sending(
    config: Config, stores: Stores, generator: Generator, live: Live, clock: Clock
) -> SendingParts:
    """Return all of it; what is there at the first start counts as known to everybody."""
    sent, endpoints = SentMentions(stores.engine), Endpoints(stores.web, clock)
    steps = Steps(ANNOUNCE, live, stores.followers, stores.repository, clock)
    steps.begin(is_on=config.webmention.send)
    return SendingParts(
        sent=sent,
        endpoints=endpoints,
        announcing=_make_announcing(config, stores, generator, steps, sent, clock),
        sending=Sending(sent, stores.web, endpoints, clock),
        outbox=Outbox(sent, stores.bell.ring, clock),
        is_on=config.webmention.send,
        lane="site" if config.site.build else LIVE,
    )


def _make_announcing(
    config: Config,
    stores: Stores,
    generator: Generator,
    steps: Steps,
    sent: SentMentions,
    clock: Clock,
) -> Announcing:
    grounds = Grounds(config.site_url, config.webmention.aliases)
    tells_itself = config.webmention.send_to_own_pages

    def is_for_us(source: str, target: str) -> bool:
        # A page that only this machine sees is nothing to others, who could not fetch it.
        is_ours = grounds.find(target) is not None
        return (is_ours and not tells_itself) or (is_local(source) and not is_local(target))

    news = News(
        Changes(stores.repository, stores.index, generator),
        stores.repository,
        stores.index,
        generator,
        literal=is_literal(config),
        counts_replies=config.webmention.send_after_replies,
    )
    return Announcing(
        steps,
        stores.repository,
        stores.index,
        news,
        sent,
        is_for_us,
        stores.bell.ring,
        clock,
    )
