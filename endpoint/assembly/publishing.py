"""What keeps our branch and the remote's together, made of the configuration."""

from collections.abc import Callable, Sequence
from datetime import datetime

from endpoint.config import Config
from endpoint.generators.generator import Generator
from endpoint.services.publishing import Publishing
from endpoint.services.publishing.joining import Joining
from endpoint.stores.conflicts import Conflicts
from endpoint.stores.followers import Followers
from endpoint.stores.git.access import access_to
from endpoint.stores.remote import Remote
from endpoint.stores.repository import Repository


def make_publishing(
    config: Config,
    conflicts: Conflicts,
    followers: Followers,
    repository: Repository,
    generator: Generator,
    clock: Callable[[], datetime],
    announce: Callable[[], None],
    readdress: Sequence[Callable[[str, str], None]],
) -> Publishing:
    """Return what publishes; ``announce`` is called when commits came from the remote.

    ``readdress`` are told the old and the new permalink of a post that gave way.
    """

    def readdress_all(old: str, new: str) -> None:
        for each in readdress:
            each(old, new)

    return Publishing(
        repository,
        make_remote(config),
        Joining(repository, conflicts, generator, config.author, clock, readdress_all),
        conflicts,
        followers,
        config.repository.poll_s,
        clock,
        announce,
    )


def make_remote(config: Config) -> Remote | None:
    """Return the remote that ``config`` names, if it names one."""
    access = access_to(config.repository)
    return Remote(config.repository.path, config.repository.branch, access) if access else None
