"""The Mastodon API: a module for each part of it, all over the services of Micropub."""

from endpoint.handlers.mastodon import (
    accounts,
    apps,
    instance,
    interactions,
    media,
    notifications,
    oauth,
    pictures,
    preferences,
    search,
    statuses,
    timelines,
    unsupported,
    writing,
)

BLUEPRINTS = (
    instance.bp,
    preferences.bp,
    accounts.bp,
    statuses.bp,
    timelines.bp,
    notifications.bp,
    search.bp,
    pictures.bp,
    writing.bp,
    media.bp,
    interactions.bp,
    unsupported.bp,
)
"""What apps for Mastodon call; ``unsupported`` answers what none of the others does."""

PATHS = ("/api/", "/oauth/", "/nodeinfo/", "/.well-known/nodeinfo")
"""How the paths begin that these answer."""

SIGNING_IN = (apps.bp, oauth.bp)
"""How they sign in, where this server is who lets them."""
