"""What makes the site of the repository: checkout and builder, and what has them follow it."""

from collections.abc import Callable
from datetime import datetime

from endpoint.config import Config
from endpoint.services.following import Follower
from endpoint.stores.builder import Builder
from endpoint.stores.checkout import Checkout
from endpoint.stores.git.access import access_to
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Repository


def make_checkout(config: Config) -> Checkout:
    """Return the work tree that builds read."""
    repository = config.repository
    access = access_to(repository)
    return Checkout(repository.checkout, repository.path, repository.branch, access)


def make_builder(config: Config) -> Builder:
    """Return what builds the site."""
    site = config.site
    return Builder(site.build, config.repository.checkout, site.output, site.build_timeout_s)


def make_site_followers(
    config: Config,
    repository: Repository,
    index: PostIndex,
    checkout: Checkout,
    builder: Builder,
    clock: Callable[[], datetime],
) -> tuple[Follower, ...]:
    """Return what makes the site of the repository, in the order in which one needs the other."""

    def buildable() -> str:
        # What the checkout shows, not the newest commit: one may arrive between the two.
        return f"{checkout.commit()} {index.newest_out()}"

    following = [Follower("checkout", checkout.wanted, checkout.update)]
    if config.site.build:
        following.append(Follower("build", buildable, builder.build))
    # Loose objects gather with every commit; git packs them when there are many.
    following.append(Follower("tidy", lambda: f"{clock():%Y-%m-%d}", repository.tidy))
    return tuple(following)
