"""An installation's parts, put together from its configuration: stores and what works on them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from endpoint.assembly.generators import is_literal, make_generator
from endpoint.assembly.media import MediaParts, make_media
from endpoint.assembly.publishing import make_publishing
from endpoint.assembly.site import make_builder, make_checkout, make_site_followers
from endpoint.assembly.web import make_web
from endpoint.config import Config
from endpoint.errors import ConfigError
from endpoint.generators.generator import Generator
from endpoint.services.following import Following
from endpoint.services.live import Live
from endpoint.services.publishing import Publishing
from endpoint.services.tokens import Tokens
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
class Parts:
    """An installation's stores and what works on them, for server, worker and commands."""

    config: Config
    engine: Engine
    clone: Clone
    repository: Repository
    generator: Generator
    index: PostIndex
    tokens: Tokens
    web: Web
    checkout: Checkout
    builder: Builder
    followers: Followers
    following: Following
    creations: Creations
    syndications: Syndications
    live: Live
    publishing: Publishing
    bell: Bell
    media: MediaParts
    clock: Clock

    def close(self) -> None:
        """Give the connections to databases and the bucket back."""
        self.bell.close()
        self.media.close()
        self.clone.engine.dispose()
        self.engine.dispose()


def _now() -> datetime:
    return datetime.now(UTC)


def assemble(config: Config, clock: Clock = _now) -> Parts:
    """Return the parts of the installation that ``config`` describes, ready to work.

    Stale git locks are cleared and the database brought up to date.
    """
    try:
        config.state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"state: {config.state} cannot be made: {error.strerror}") from error
    engine = make_engine(config.database_url(config.database.url))
    prepare(engine)
    clone = open_clone(config.state, engine)
    repository = _open_repository(config)
    generator = make_generator(config)
    index = PostIndex(clone.engine, repository, generator, clock, literal=is_literal(config))
    builder, checkout = make_builder(config), make_checkout(config)
    members = make_site_followers(config, repository, index, checkout, builder, clock)
    bell = Bell(config.database_url(config.queue.url), clone.name)
    # Rows lie where their files do: beside the folder, or where all machines share a bucket.
    shelf = engine if config.media.s3.bucket else clone.engine
    media = make_media(config, shelf, repository, index, clock, bell.ring)
    web = make_web(config, config.fetch.max_bytes)
    followers = Followers(clone.engine)
    builds_here = bool(config.site.build)
    live = Live(followers, repository, index, web, clock, builds_here=builds_here)
    looking = () if builds_here else (live.follower(),)
    creations = Creations(engine, clone.name if clone.has_others else "")
    syndications = Syndications(engine)
    publishing = make_publishing(
        config,
        Conflicts(engine),
        followers,
        repository,
        generator,
        clock,
        bell.ring,
        (creations.readdress, syndications.readdress),
    )
    pushing = filter(None, [publishing.follower()])
    # First, so that a host that builds begins while this machine is still at work.
    members = (*pushing, *members, *looking, media.sweeper)
    following = Following(followers, members, clock)
    return Parts(
        config=config,
        engine=engine,
        clone=clone,
        repository=repository,
        generator=generator,
        index=index,
        tokens=Tokens(engine, me=config.me, clock=clock),
        web=web,
        checkout=checkout,
        builder=builder,
        followers=followers,
        following=following,
        creations=creations,
        syndications=syndications,
        live=live,
        publishing=publishing,
        bell=bell,
        media=media,
        clock=clock,
    )


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
