"""Which targets a request means, and which posts a target is for."""

from collections.abc import Iterable, Sequence
from typing import Any

from endpoint.config.syndication import SyndicationTarget
from endpoint.domain.micropub.values import shown
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.domain.urls import same_profile
from endpoint.errors import InvalidRequest


class Choosing:
    """The configured targets, as apps are offered them."""

    def __init__(self, targets: Sequence[SyndicationTarget]) -> None:
        self._targets = targets

    def offered(self, token: Token) -> list[SyndicationTarget]:
        """Return the targets that the app of ``token`` may name."""
        return [target for target in self._targets if _is_offered(target, token)]

    def named(self, uids: Iterable[Any], token: Token) -> tuple[str, ...]:
        """Return ``uids``, each once; raise InvalidRequest if the app is not offered one of them.

        Whether a target is for the post shows when it is copied.
        """
        known = {target.uid for target in self.offered(token)}
        named = tuple(dict.fromkeys(str(uid) for uid in uids if uid))
        for uid in named:
            if uid not in known:
                raise InvalidRequest(
                    f"mp-syndicate-to names {shown(uid)}, which q=syndicate-to does not list"
                )
        return named

    def usual(self, post: Post, token: Token, *, can_ask: bool = True) -> tuple[str, ...]:
        """Return the targets of a new ``post`` whose app has named none at all.

        Those are copied to ``always``; with an app that cannot ask its user, those
        that would be ``checked`` too.
        """
        return tuple(
            target.uid
            for target in self.offered(token)
            if (target.always or (target.checked and not can_ask)) and fits(target, post)
        )


def fits(target: SyndicationTarget, post: Post) -> bool:
    """Return whether ``post`` is of a type and a category that ``target`` is for."""
    categories = {str(name).casefold() for name in post.properties.get("category", [])}
    wanted = {name.casefold() for name in target.categories}
    is_of_type = not target.types or post.kind in target.types
    return is_of_type and (not wanted or not wanted.isdisjoint(categories))


def _is_offered(target: SyndicationTarget, token: Token) -> bool:
    return not target.clients or any(_is_same(token.client_id, client) for client in target.clients)


def _is_same(client_id: str, other: str) -> bool:
    return client_id == other or same_profile(client_id, other)
