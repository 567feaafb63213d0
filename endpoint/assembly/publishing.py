"""What keeps our branch and the remote's together, made of an installation's stores."""

from endpoint.assembly.stores import Clock, Stores
from endpoint.config import Config
from endpoint.generators.generator import Generator
from endpoint.services.numbers import Numbers
from endpoint.services.publishing import Publishing
from endpoint.services.publishing.joining import Joining
from endpoint.stores.git.access import access_to
from endpoint.stores.mentions.keeping import KeptMentions
from endpoint.stores.numbers import NumberStore
from endpoint.stores.remote import Remote


def make_publishing(
    config: Config, stores: Stores, generator: Generator, clock: Clock
) -> Publishing:
    """Return what publishes; it rings the bell when commits came from the remote."""
    repository, conflicts = stores.repository, stores.conflicts
    mentions = KeptMentions(stores.engine)
    numbers = Numbers(NumberStore(stores.engine), clock)

    def readdress(old: str, new: str) -> None:
        # Whatever remembers the permalink of a post must hear when that gave way.
        stores.creations.readdress(old, new)
        stores.syndications.readdress(old, new)
        mentions.readdress(old, new)
        numbers.readdress(old, new)

    return Publishing(
        repository,
        make_remote(config),
        Joining(repository, conflicts, generator, config.author, clock, readdress),
        conflicts,
        stores.followers,
        config.repository.poll_s,
        clock,
        stores.bell.ring,
    )


def make_remote(config: Config) -> Remote | None:
    """Return the remote that ``config`` names, if it names one."""
    access = access_to(config.repository)
    return Remote(config.repository.path, config.repository.branch, access) if access else None
