"""The application: an installation's parts, then services, then handlers."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.json.provider import DefaultJSONProvider
from werkzeug.middleware.proxy_fix import ProxyFix

from endpoint.assembly import Parts, assemble
from endpoint.assembly.services import make_services
from endpoint.config import Config
from endpoint.domain.webmentions.outgoing import is_local
from endpoint.handlers import (
    admin,
    bodies,
    consent,
    cors,
    errors,
    feed,
    hooks,
    limits,
    mastodon,
    media,
    media_files,
    mention_links,
    mention_lists,
    mentions_admin,
    metrics,
    microblog,
    micropub,
    oauth,
    operations,
    sent_mentions,
    session,
    sign_in,
    site,
    syndications,
    webmention,
)
from endpoint.handlers.context import Services
from endpoint.handlers.mount import Mount
from endpoint.handlers.own_paths import own_path

_FOR_PAGES = frozenset(
    {
        "/micropub",
        "/media",
        "/feed.json",
        "/token",
        "/introspect",
        "/revoke",
        "/userinfo",
        oauth.METADATA_PATH,
        *mention_lists.PATHS,
        "/webmention",
    }
)
"""What apps that run in a browser page call (CORS)."""


_FOR_APPS = (micropub, media, media_files, feed, mention_lists)
_FOR_OWNER = (sign_in, admin, mentions_admin, mention_links, sent_mentions, syndications)
_HANDLERS = (*_FOR_APPS, operations, hooks, *_FOR_OWNER, site)
"""What is there whatever is configured."""


class _App(Flask):
    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``func``; Flask looks ten times a request, and nothing here is ``async``."""
        return func


class _Json(DefaultJSONProvider):
    sort_keys = False
    ensure_ascii = False


def create_app(config: Config) -> Flask:
    """Return the WSGI application for ``config``."""
    return make_app(assemble(config))


def make_app(parts: Parts) -> Flask:
    """Return the WSGI application of an installation that is assembled."""
    config = parts.config
    app = _App("endpoint", static_folder=None, template_folder="handlers/templates")
    app.json = _Json(app)
    # Its redirects would be built from the Host header.
    app.url_map.merge_slashes = False
    services = make_services(parts)
    app.extensions["endpoint"] = services
    _set_up_bodies(app, config, services)
    errors.register(app)
    cors.register(app, _FOR_PAGES, mastodon.PATHS if config.mastodon.api else ())
    _set_up_sessions(app, config, services)
    metrics.register(app, config.metrics.token)
    _set_up_handlers(app, config)
    if config.limits.enabled:
        limits.register(app, config.queue.url)
    _set_up_address(app, config)
    return app


def _set_up_handlers(app: Flask, config: Config) -> None:
    signs_in = config.auth.mode == "builtin"
    receiving = (webmention,) if config.webmention.receive else ()
    signing_in = (consent, oauth) if signs_in else ()
    for handler in (*_HANDLERS, *receiving, *signing_in):
        app.register_blueprint(handler.bp)
    if config.mastodon.api:
        for bp in (*mastodon.BLUEPRINTS, *(mastodon.SIGNING_IN if signs_in else ())):
            app.register_blueprint(bp)
    elif config.microblog.api:
        # Both show these in the place of pictures that are missing.
        app.register_blueprint(mastodon.pictures.bp)
    if config.microblog.api:
        app.register_blueprint(microblog.bp)


def _set_up_bodies(app: Flask, config: Config, services: Services) -> None:
    media = config.media
    rules = bodies.FileRules(
        services.incoming, media.max_bytes, media.max_files, media.max_request_bytes
    )
    bodies.register(app, rules, config.limits.max_body_bytes)


def _set_up_sessions(app: Flask, config: Config, services: Services) -> None:
    key = services.sign_in.cookie_key
    session.register(app, config.base_url, config.auth.session_s, key)
    names = {"me": config.me, "zone": config.zone, "own_path": own_path}
    app.jinja_env.globals.update(names, site_is_local=is_local(config.me))


def _set_up_address(app: Flask, config: Config) -> None:
    # Of what proxies say, only the visitor's address is believed: the rest is configured.
    proxies = config.limits.trusted_proxies
    real = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=0) if proxies else app.wsgi_app
    app.wsgi_app = Mount(real, urlsplit(config.base_url).path)  # type: ignore[method-assign]
