"""An installation's parts, put together from its configuration: stores and what works on them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Engine

from endpoint.assembly.media import MediaParts, make_media
from endpoint.config import Config
from endpoint.errors import ConfigError
from endpoint.generators.generator import Generator
from endpoint.generators.hugo import Hugo
from endpoint.generators.jekyll import Jekyll
from endpoint.generators.places import Place
from endpoint.services.following import Follower, Following
from endpoint.services.tokens import Tokens
from endpoint.stores.builder import Builder
from endpoint.stores.checkout import Checkout
from endpoint.stores.database import make_engine, prepare
from endpoint.stores.followers import Followers
from endpoint.stores.index import PostIndex
from endpoint.stores.queue import Bell
from endpoint.stores.repository import Repository
from endpoint.stores.web import Web

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Parts:
    """An installation's stores and what works on them, for server, worker and commands."""

    config: Config
    engine: Engine
    repository: Repository
    generator: Generator
    index: PostIndex
    tokens: Tokens
    web: Web
    checkout: Checkout
    builder: Builder
    following: Following
    bell: Bell
    media: MediaParts
    clock: Clock

    def close(self) -> None:
        """Give the connections to databases and the bucket back."""
        self.bell.close()
        self.media.close()
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
    repository = Repository(
        config.repository.path,
        branch=config.repository.branch,
        author=config.author,
    )
    repository.prepare()
    generator = make_generator(config)
    index = PostIndex(engine, repository, generator, clock, literal=_is_literal(config))
    builder = Builder(
        config.site.build,
        config.repository.checkout,
        config.site.output,
        config.site.build_timeout_s,
    )
    checkout = Checkout(
        config.repository.checkout, config.repository.path, config.repository.branch
    )
    members = make_followers(config, repository, index, checkout, builder, clock)
    bell = Bell(config.database_url(config.queue.url))
    media = make_media(config, engine, repository, index, clock, bell.ring)
    following = Following(Followers(engine), (*members, media.sweeper), clock)
    return Parts(
        config=config,
        engine=engine,
        repository=repository,
        generator=generator,
        index=index,
        tokens=Tokens(engine, me=config.me, clock=clock),
        web=Web(
            config.fetch.allow_hosts,
            config.fetch.timeout_s,
            config.fetch.max_bytes,
            config.fetch.ports,
        ),
        checkout=checkout,
        builder=builder,
        following=following,
        bell=bell,
        media=media,
        clock=clock,
    )


def make_followers(
    config: Config,
    repository: Repository,
    index: PostIndex,
    checkout: Checkout,
    builder: Builder,
    clock: Clock,
) -> tuple[Follower, ...]:
    """Return what follows the repository, in the order in which one needs the other."""

    def buildable() -> str:
        # What the checkout shows, not the newest commit: one may arrive between the two.
        return f"{checkout.commit()} {index.newest_out()}"

    following = [Follower("checkout", repository.head, checkout.update)]
    if config.site.build:
        following.append(Follower("build", buildable, builder.build))
    # Loose objects gather with every commit; git packs them when there are many.
    following.append(Follower("tidy", lambda: f"{clock():%Y-%m-%d}", repository.tidy))
    return tuple(following)


def make_generator(config: Config) -> Generator:
    """Return the generator that ``config`` names, with its settings."""
    generator = Hugo if config.site.generator == "hugo" else Jekyll
    return generator(
        site_url=config.site_url,
        zone=config.zone,
        format=config.front_matter.format,
        spelling=config.front_matter.spelling,
        keys=config.front_matter.keys,
        media_store=config.media.store,
        media_folder=config.media.folder,
        literal=_is_literal(config),
        places={kind: Place(place.path, place.url) for kind, place in config.posts.items()},
    )


def _is_literal(config: Config) -> bool:
    return config.micropub.plain_text == "literal"
