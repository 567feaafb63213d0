"""The use cases of an installation, made of its parts and its configuration."""

from endpoint.assembly import Parts
from endpoint.assembly.indieauth import make_indieauth, make_verifier
from endpoint.assembly.mastodon import make_mastodon
from endpoint.assembly.microblog import make_microblog
from endpoint.assembly.posts import make_posts
from endpoint.config import Config
from endpoint.domain.discovery_links import ascii_url, discovery_links
from endpoint.domain.feed import FeedSettings
from endpoint.handlers.context import Services
from endpoint.services.feed import FeedService
from endpoint.services.health import Health
from endpoint.services.hooks import Hooks
from endpoint.services.indieauth.apps import Apps
from endpoint.services.indieauth.client_information import Clients
from endpoint.services.indieauth.registrations import Registrations
from endpoint.services.post_list import PostList
from endpoint.services.queries import Queries
from endpoint.services.sign_in import SignIn
from endpoint.services.site import Site
from endpoint.services.status import Status
from endpoint.services.verbs import Verbs
from endpoint.stores.keys import KeyStore
from endpoint.stores.media.incoming import prepare_incoming


def make_services(parts: Parts) -> Services:
    """Return the use cases of an installation, for its handlers."""
    config, engine, index, clock = parts.config, parts.engine, parts.index, parts.clock
    base_url = ascii_url(config.base_url)
    signs_in = config.auth.mode == "builtin"
    clients, registrations = Clients(parts.web, clock), Registrations(KeyStore(engine))
    posts, tokens = make_posts(parts), make_verifier(parts)
    verbs = Verbs(posts, index, clock)
    mastodon = make_mastodon(parts, posts, verbs, registrations)
    authorizations, token_endpoint = make_indieauth(parts, clients, registrations)
    return Services(
        posts=posts,
        queries=_make_queries(parts, f"{base_url}/media"),
        feed=FeedService(index, _feed_settings(config), clock),
        tokens=tokens,
        site=Site(index, config.site.output, config.site_url, config.site.serve, clock),
        health=_make_health(parts),
        hooks=_make_hooks(parts),
        links=discovery_links(base_url, signs_in=signs_in, receives=config.webmention.receive),
        clients=clients,
        registrations=registrations,
        authorizations=authorizations,
        token_endpoint=token_endpoint,
        sign_in=SignIn(engine, config.auth.password_hash, config.auth.session_s, clock),
        apps=Apps(engine, config.zone, clock, are_ours=signs_in),
        post_list=PostList(index, parts.live, config.zone, clock),
        status=_make_status(parts),
        receiving=parts.webmentions.receiving,
        mention_listing=parts.webmentions.listing,
        moderating=parts.webmentions.moderation.moderating,
        outbox=parts.webmentions.outgoing.outbox,
        copies=parts.syndication.overview,
        decision_links=parts.webmentions.moderation.links,
        media=parts.media.files,
        media_queries=parts.media.queries,
        media_removal=parts.media.removal,
        mastodon=mastodon,
        microblog=make_microblog(parts, mastodon, posts, verbs, tokens.verify),
        has_mastodon_api=config.mastodon.api,
        incoming=prepare_incoming(config.state / "incoming"),
        base_url=base_url,
        strict_bearer=config.auth.strict_bearer,
        split_commas=config.micropub.split_commas,
    )


def _make_queries(parts: Parts, media_endpoint: str) -> Queries:
    config = parts.config
    site = {"uid": config.site_url, "name": config.title}
    return Queries(parts.index, config.micropub, parts.syndication.choosing, media_endpoint, site)


def _make_status(parts: Parts) -> Status:
    return Status(
        parts.following,
        parts.publishing,
        parts.index,
        {**parts.webmentions.queues(), **parts.syndication.queues()},
        parts.syndication.overview.pauses,
        parts.config.zone,
    )


def _make_health(parts: Parts) -> Health:
    return Health(
        parts.engine,
        parts.repository,
        parts.following,
        parts.publishing,
        parts.index,
        parts.bell,
        parts.webmentions.looking,
        parts.syndication.queues(),
    )


def _make_hooks(parts: Parts) -> Hooks:
    config = parts.config
    return Hooks(
        config.hooks.push_secret,
        config.hooks.deployed_secret,
        config.repository.branch,
        parts.live,
        fetch_soon=parts.publishing.look_soon,
        look_soon=parts.bell.ring,
        clock=parts.clock,
    )


def _feed_settings(config: Config) -> FeedSettings:
    author = {"name": config.author_name, "url": config.me, "avatar": config.owner.photo}
    return FeedSettings(
        title=config.title,
        home_page_url=config.site_url,
        feed_url=f"{config.base_url}/feed.json",
        language=config.site.language,
        authors=({name: value for name, value in author.items() if value},),
        description=config.owner.note,
        icon=config.owner.photo,
    )
