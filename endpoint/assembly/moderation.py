"""What the owner decides on mentions with, made of an installation's stores and configuration."""

import hmac
import secrets
from dataclasses import dataclass

from endpoint.assembly.stores import Clock, Stores
from endpoint.config import Config
from endpoint.domain.discovery_links import ascii_url
from endpoint.services.webmentions.deciding import Moderating
from endpoint.services.webmentions.deciding.links import DecisionLinks
from endpoint.services.webmentions.deciding.mailing import Mailing
from endpoint.stores.followers import Followers
from endpoint.stores.mail import Mailer, MailServer
from endpoint.stores.mentions.decisions import Decisions
from endpoint.stores.mentions.rules import MentionRules


@dataclass(frozen=True)
class ModerationParts:
    """Decisions at ``/admin/mentions`` and by links, and the mail with those; None without."""

    moderating: Moderating
    links: DecisionLinks
    mailing: Mailing | None


def make_moderation(config: Config, stores: Stores, clock: Clock) -> ModerationParts:
    """Return all of it; the bell rings after each decision."""
    decisions = Decisions(stores.engine)
    links = DecisionLinks(_make_key(config), ascii_url(config.base_url), clock)
    moderating = Moderating(
        decisions,
        MentionRules(stores.engine),
        config.webmention.approve,
        clock,
        stores.bell.ring,
    )
    return ModerationParts(
        moderating, links, _make_mailing(config, stores, decisions, links, clock)
    )


def make_mailer(config: Config) -> Mailer | None:
    """Return what sends the owner mail, if the configuration names a server for it."""
    mail = config.mail
    if not mail.host:
        return None
    server = MailServer(mail.host, mail.port, mail.security, mail.username, mail.password)
    return Mailer(server, mail.sender or mail.to, mail.to)


def _make_key(config: Config) -> bytes:
    # Nobody signs in without a password, and a key that anybody could guess must not do instead.
    known = config.auth.password_hash.encode() or secrets.token_bytes()
    return hmac.digest(known, b"endpoint decisions", "sha256")


def _make_mailing(
    config: Config, stores: Stores, decisions: Decisions, links: DecisionLinks, clock: Clock
) -> Mailing | None:
    mailer = make_mailer(config)
    if mailer is None:
        return None
    return Mailing(
        decisions,
        Followers(stores.engine),
        mailer,
        links,
        f"{ascii_url(config.base_url)}/admin/mentions",
        clock,
    )
