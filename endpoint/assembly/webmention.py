"""Webmentions in and out, made of an installation's stores and its configuration."""

from collections.abc import Iterator
from dataclasses import dataclass

from endpoint.assembly.stores import Clock, Stores
from endpoint.config import Config
from endpoint.services.following import Follower
from endpoint.services.live import Live


@dataclass(frozen=True)
class WebmentionParts:
    """What receives, looks at, decides on, keeps, lists and sends Webmentions."""

    def followers(self) -> Iterator[Follower]:
        """Yield what the worker does for them, each in its lane."""
        yield from ()


def make_webmentions(config: Config, stores: Stores, live: Live, clock: Clock) -> WebmentionParts:
    """Return all of it."""
    return WebmentionParts()
