"""What fetches from other sites, made of an installation's configuration."""

from endpoint.config import Config
from endpoint.stores.web import Web


def make_web(config: Config, max_bytes: int) -> Web:
    """Return the guarded client, which gives up on answers of more than ``max_bytes``."""
    fetch = config.fetch
    return Web(fetch.allow_hosts, fetch.timeout_s, max_bytes, fetch.ports)
