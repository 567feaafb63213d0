"""What copies posts to each network that the configuration names."""

from endpoint.assembly.stores import Clock, Stores
from endpoint.config import Config
from endpoint.config.syndication import SyndicationTarget
from endpoint.domain.discovery_links import ascii_url
from endpoint.errors import ConfigError
from endpoint.syndicators import Listener, Make, Syndicator, Tools
from endpoint.syndicators.kinds import find_kind


def make_syndicators(config: Config, stores: Stores, clock: Clock) -> dict[str, Syndicator]:
    """Return them by the uid of their table; raise ConfigError, naming all keys that are wrong."""
    tools = Tools(stores.web, config.site_url, f"{ascii_url(config.base_url)}/feed.json", clock)
    made: dict[str, Syndicator] = {}
    problems: list[str] = []
    for number, target in enumerate(config.syndication):
        where = f"syndication.{number}"
        try:
            make = find_kind(target.kind)
        except ValueError as error:
            problems.append(f"{where}.kind {error}")
            continue
        try:
            made[target.uid] = _make(make, target, tools)
        except ValueError as error:
            problems.append(f"{where}.{error}")
    if problems:
        raise ConfigError("The configuration needs mending:\n  " + "\n  ".join(problems))
    return made


def _make(make: Make, target: SyndicationTarget, tools: Tools) -> Syndicator:
    made = make(target, tools)
    if target.backfeed and not isinstance(made, Listener):
        raise ValueError(f"backfeed: {target.kind} does not tell who answers; leave it out")
    return made
