"""The ``[[syndication]]`` tables: where posts can be copied, and which."""

from typing import Any, Literal

from pydantic import Field

from endpoint.config.checks import Secret, UrlOrNothing
from endpoint.config.posts import Kind
from endpoint.config.tables import Table


class NamedService(Table):
    """A service, or a person on it, as q=syndicate-to describes them."""

    name: str
    url: str = ""
    photo: str = ""


class SyndicationTarget(Table):
    """Where posts can be copied, which apps are offered it, and what it is for.

    ``types`` and ``categories`` are those of the posts that are copied there, all
    if empty; ``always`` copies them also where an app names no target.
    """

    kind: str = Field(min_length=1)
    uid: str = Field(min_length=1)
    name: str = Field(min_length=1)
    server: UrlOrNothing = ""
    username: str = ""
    token: Secret = ""
    service: NamedService | None = None
    user: NamedService | None = None
    checked: bool = False
    always: bool = False
    clients: tuple[str, ...] = ()
    types: tuple[Kind, ...] = ()
    categories: tuple[str, ...] = ()
    permalink: Literal["", "always", "if-truncated", "never"] = ""
    hashtags: bool = True
    backfeed: bool = False
    options: dict[str, Any] = Field(default_factory=dict)


def check_uids(targets: tuple[SyndicationTarget, ...]) -> tuple[SyndicationTarget, ...]:
    """Return ``targets``; raise ValueError if two of them have the same uid."""
    uids = [target.uid for target in targets]
    for uid in uids:
        if uids.count(uid) > 1:
            raise ValueError(f"two tables have the uid {uid}; each needs one of its own")
    return targets
