"""The stores of an installation, opened as its configuration says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from endpoint.assembly.generators import is_literal
from endpoint.assembly.web import make_web
from endpoint.config import Config
from endpoint.errors import ConfigError
from endpoint.generators.generator import Generator
from endpoint.stores.bell import Bell
from endpoint.stores.builder import Builder
from endpoint.stores.checkout import Checkout
from endpoint.stores.clone import Clone, open_clone
from endpoint.stores.conflicts import Conflicts
from endpoint.stores.creations import Creations
from endpoint.stores.database import make_engine, prepare
from endpoint.stores.followers import Followers
from endpoint.stores.git.access import access_to
from endpoint.stores.git.signing import make_sign
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Repository
from endpoint.stores.syndications import Syndications
from endpoint.stores.web import Web

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Stores:
    """Where an installation keeps things, and how it reaches other sites and its worker.

    ``engine`` is the database, which several machines may share; what is true
    of this one alone lies in the ``clone``'s.
    """

    engine: Engine
    clone: Clone
    repository: Repository
    index: PostIndex
    checkout: Checkout
    builder: Builder
    followers: Followers
    conflicts: Conflicts
    creations: Creations
    syndications: Syndications
    web: Web
    bell: Bell

    def close(self) -> None:
        """Give the connections to databases back."""
        self.bell.close()
        self.clone.engine.dispose()
        self.engine.dispose()


def open_stores(config: Config, generator: Generator, clock: Clock) -> Stores:
    """Return the stores, with stale git locks cleared and the database brought up to date.

    Raise ConfigError if one of them cannot be opened.
    """
    engine = _open_database(config)
    clone = open_clone(config.state, engine)
    repository = _open_repository(config)
    return Stores(
        engine=engine,
        clone=clone,
        repository=repository,
        index=PostIndex(clone.engine, repository, generator, clock, literal=is_literal(config)),
        checkout=_make_checkout(config),
        builder=_make_builder(config),
        followers=Followers(clone.engine),
        conflicts=Conflicts(engine),
        creations=Creations(engine, clone.name if clone.has_others else ""),
        syndications=Syndications(engine),
        web=make_web(config, config.fetch.max_bytes),
        bell=Bell(config.database_url(config.queue.url), clone.name),
    )


def _open_database(config: Config) -> Engine:
    try:
        config.state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"state: {config.state} cannot be made: {error.strerror}") from error
    engine = make_engine(config.database_url(config.database.url))
    prepare(engine)
    return engine


def _open_repository(config: Config) -> Repository:
    repository = Repository(
        config.repository.path,
        branch=config.repository.branch,
        author=config.author,
        sign=make_sign(config.repository.sign_with),
        remote=access_to(config.repository),
    )
    repository.prepare()
    return repository


def _make_checkout(config: Config) -> Checkout:
    repository = config.repository
    access = access_to(repository)
    return Checkout(repository.checkout, repository.path, repository.branch, access)


def _make_builder(config: Config) -> Builder:
    site = config.site
    return Builder(site.build, config.repository.checkout, site.output, site.build_timeout_s)
