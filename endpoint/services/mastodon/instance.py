"""What the server tells apps of itself before they sign in."""

from collections.abc import Callable

from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.mastodon.instance import (
    About,
    describe_node,
    describe_v1,
    describe_v2,
    node_links,
)


class Instance:
    """The instance, as ``about`` has it; ``owner`` returns the owner's Account.

    ``count_posts`` returns how many of the posts anybody may read.
    """

    def __init__(
        self, about: About, owner: Callable[[], Entity], count_posts: Callable[[], int]
    ) -> None:
        self._about = about
        self._owner = owner
        self._count_posts = count_posts

    def first(self) -> Entity:
        """Return the entity V1::Instance."""
        return describe_v1(self._about, self._owner(), self._count_posts())

    def second(self) -> Entity:
        """Return the entity Instance, of version 2."""
        return describe_v2(self._about, self._owner())

    def node_links(self) -> Entity:
        """Return where NodeInfo is."""
        return node_links(self._about.base_url)

    def node(self) -> Entity:
        """Return NodeInfo 2.0."""
        return describe_node(self._about, self._count_posts())
