"""The application: an installation's parts, then services, then handlers."""

from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask
from flask.json.provider import DefaultJSONProvider

from endpoint.assembly import Parts, assemble
from endpoint.config import Config
from endpoint.domain.feed import FeedSettings
from endpoint.handlers import cors, errors, feed, micropub, operations, site
from endpoint.handlers.context import Services
from endpoint.handlers.mount import Mount
from endpoint.services.external_tokens import ExternalTokens
from endpoint.services.feed import FeedService
from endpoint.services.health import Health
from endpoint.services.posts import PostRules, Posts
from endpoint.services.queries import Queries
from endpoint.services.retries import Retries
from endpoint.services.site import Site
from endpoint.services.tokens import Tokens
from endpoint.stores.creations import Creations
from endpoint.stores.syndications import Syndications


class _Json(DefaultJSONProvider):
    sort_keys = False
    ensure_ascii = False


def create_app(config: Config) -> Flask:
    """Return the WSGI application for ``config``."""
    return make_app(assemble(config))


def make_app(parts: Parts) -> Flask:
    """Return the WSGI application of an installation that is assembled."""
    config = parts.config
    app = Flask("endpoint", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = config.limits.max_body_bytes
    app.json = _Json(app)
    app.extensions["endpoint"] = _make_services(parts)
    errors.register(app)
    cors.register(app, frozenset({"/micropub", "/feed.json"}))
    for handler in (micropub, feed, operations, site):
        app.register_blueprint(handler.bp)
    app.wsgi_app = Mount(app.wsgi_app, urlsplit(config.base_url).path)  # type: ignore[method-assign]
    return app


def _make_services(parts: Parts) -> Services:
    config = parts.config
    micropub_config = config.micropub
    return Services(
        posts=Posts(
            parts.repository,
            parts.index,
            parts.generator,
            Retries(Creations(parts.engine), timedelta(seconds=micropub_config.idempotency_s)),
            Syndications(parts.engine),
            PostRules(
                zone=config.zone,
                message=config.repository.message,
                channels=tuple(channel.uid for channel in micropub_config.channels),
            ),
            parts.clock,
            announce=parts.bell.ring,
        ),
        queries=Queries(parts.index, micropub_config),
        feed=FeedService(parts.index, _feed_settings(config), parts.clock),
        tokens=_make_verifier(parts),
        site=Site(parts.index, config.site.output, config.site_url, config.site.serve, parts.clock),
        health=Health(parts.engine, parts.repository),
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
