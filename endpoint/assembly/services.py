"""The use cases of an installation, made of its parts and its configuration."""

from datetime import timedelta

from endpoint.assembly import Parts
from endpoint.assembly.attachments import make_attachments
from endpoint.config import Config
from endpoint.domain.discovery_links import ascii_url, discovery_links
from endpoint.domain.feed import FeedSettings
from endpoint.domain.indieauth.profiles import Profile
from endpoint.domain.indieauth.server_metadata import issuer_of
from endpoint.handlers.context import Services
from endpoint.services.committing import Committing
from endpoint.services.external_tokens import ExternalTokens
from endpoint.services.feed import FeedService
from endpoint.services.health import Health
from endpoint.services.hooks import Hooks
from endpoint.services.indieauth.apps import Apps
from endpoint.services.indieauth.authorizations import Authorizations
from endpoint.services.indieauth.client_information import Clients
from endpoint.services.indieauth.grants import Grants, Lifetimes
from endpoint.services.indieauth.server import Server
from endpoint.services.indieauth.token_endpoint import TokenEndpoint
from endpoint.services.post_list import PostList
from endpoint.services.posts import PostRules, Posts
from endpoint.services.queries import Queries
from endpoint.services.retries import Retries
from endpoint.services.sign_in import SignIn
from endpoint.services.site import Site
from endpoint.services.status import Status
from endpoint.services.tokens import Tokens
from endpoint.stores.media.incoming import prepare_incoming


def make_services(parts: Parts) -> Services:
    """Return the use cases of an installation, for its handlers."""
    config = parts.config
    base_url = ascii_url(config.base_url)
    clients = Clients(parts.web, parts.clock)
    server, profile = _make_server(parts, clients)
    micropub_config = config.micropub
    retries = Retries(parts.creations, timedelta(seconds=micropub_config.idempotency_s))
    return Services(
        posts=Posts(
            parts.repository,
            parts.index,
            parts.generator,
            retries,
            parts.syndications,
            make_attachments(parts, parts.media.files),
            PostRules(
                zone=config.zone,
                message=config.repository.message,
                channels=tuple(channel.uid for channel in micropub_config.channels),
            ),
            parts.clock,
            Committing(parts.repository, parts.index, retries, announce=parts.bell.ring),
        ),
        queries=Queries(parts.index, micropub_config, f"{base_url}/media"),
        feed=FeedService(parts.index, _feed_settings(config), parts.clock),
        tokens=_make_verifier(parts),
        site=Site(parts.index, config.site.output, config.site_url, config.site.serve, parts.clock),
        health=Health(
            parts.engine,
            parts.repository,
            parts.following,
            parts.publishing,
            parts.index,
            parts.bell,
        ),
        hooks=Hooks(
            config.hooks.push_secret,
            config.hooks.deployed_secret,
            config.repository.branch,
            parts.live,
            fetch_soon=parts.publishing.look_soon,
            look_soon=parts.bell.ring,
            clock=parts.clock,
        ),
        links=discovery_links(base_url, signs_in=config.auth.mode == "builtin"),
        clients=clients,
        authorizations=Authorizations(server, config.me, issuer_of(base_url)),
        token_endpoint=TokenEndpoint(server, profile),
        sign_in=SignIn(parts.engine, config.auth.password_hash, config.auth.session_s, parts.clock),
        apps=Apps(parts.engine, config.zone, parts.clock, are_ours=config.auth.mode == "builtin"),
        post_list=PostList(parts.index, parts.live, config.zone, parts.clock),
        status=Status(parts.following, parts.publishing, parts.index, config.zone),
        media=parts.media.files,
        media_queries=parts.media.queries,
        media_removal=parts.media.removal,
        incoming=prepare_incoming(config.state / "incoming"),
        base_url=base_url,
        strict_bearer=config.auth.strict_bearer,
        split_commas=micropub_config.split_commas,
    )


def _make_verifier(parts: Parts) -> Tokens | ExternalTokens:
    config = parts.config
    if config.auth.mode == "builtin":
        return parts.tokens
    return ExternalTokens(
        parts.web,
        me=config.me,
        clock=parts.clock,
        token_endpoint=config.auth.token_endpoint,
        introspection_endpoint=config.auth.introspection_endpoint,
        introspection_token=config.auth.introspection_token,
        cache_s=config.auth.cache_s,
        negative_cache_s=config.auth.negative_cache_s,
    )


def _make_server(parts: Parts, clients: Clients) -> tuple[Server, Profile]:
    config, auth = parts.config, parts.config.auth
    lifetimes = Lifetimes(
        code=timedelta(seconds=auth.code_s),
        token=timedelta(seconds=auth.token_s) if auth.token_s else None,
        refresh=timedelta(seconds=auth.refresh_s),
    )
    owner = config.owner
    profile = Profile(config.me, owner.name, owner.photo, owner.email)
    grants = Grants(parts.engine, lifetimes, parts.clock)
    return Server(grants, profile, clients.allows, requires_pkce=auth.require_pkce), profile


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
