"""What follows a commit, in its order, made of an installation's stores and its configuration."""

from collections.abc import Iterable

from endpoint.assembly.stores import Clock, Stores
from endpoint.config import Config
from endpoint.services.following import Follower, Following
from endpoint.services.live import Live
from endpoint.services.publishing import Publishing


def make_following(
    config: Config,
    stores: Stores,
    publishing: Publishing,
    live: Live,
    others: Iterable[Follower],
    clock: Clock,
) -> Following:
    """Return what brings every follower up to date."""
    # First, so that a host that builds begins while this machine is still at work.
    pushing = filter(None, [publishing.follower()])
    making = make_site_followers(config, stores, clock)
    looking = () if config.site.build else (live.follower(),)
    return Following(stores.followers, (*pushing, *making, *looking, *others), clock)


def make_site_followers(config: Config, stores: Stores, clock: Clock) -> tuple[Follower, ...]:
    """Return what makes the site of the repository, in the order in which one needs the other."""
    repository, index, checkout = stores.repository, stores.index, stores.checkout

    def buildable() -> str:
        # What the checkout shows, not the newest commit: one may arrive between the two.
        return f"{checkout.commit()} {index.newest_out()}"

    following = [Follower("checkout", checkout.wanted, checkout.update)]
    if config.site.build:
        following.append(Follower("build", buildable, stores.builder.build))
    # Packs gather with the commits; git makes one of them when there are many.
    following.append(Follower("tidy", lambda: f"{clock():%Y-%m-%d}", repository.tidy))
    return tuple(following)
