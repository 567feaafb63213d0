"""Create, update, delete and undelete posts: one action, one commit."""

from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

from endpoint.domain.micropub import Create, Delete, Syndicate, Undelete, Update
from endpoint.domain.post_types import discover
from endpoint.domain.posts import Post, Properties
from endpoint.domain.slugs import make_slug
from endpoint.domain.tokens import Token
from endpoint.services.attachments import Attachments
from endpoint.services.changing import Changing
from endpoint.services.committing import Committing
from endpoint.services.composing import (
    clean_update,
    compose,
    require_drafts,
    require_publishing,
)
from endpoint.services.keeping import Files
from endpoint.services.placing import Unplaced
from endpoint.services.retries import Asking
from endpoint.services.syndication.requesting import COMMAND, Requesting
from endpoint.stores.index import PostIndex


class Posts:
    """The owner's posts, changed on behalf of a token.

    Every method requires its scope, works under the repository's lock on top
    of whatever was committed last, and has made its commit when it returns.
    """

    def __init__(
        self,
        index: PostIndex,
        changing: Changing,
        committing: Committing,
        requesting: Requesting,
        attachments: Attachments,
        zone: tzinfo,
        clock: Callable[[], datetime],
    ) -> None:
        self._index = index
        self._changing = changing
        self._committing = committing
        self._requesting = requesting
        self._attachments = attachments
        self._zone = zone
        self._clock = clock

    def create(
        self,
        create: Create,
        token: Token,
        idempotency_key: str | None = None,
        files: Files | None = None,
        *,
        asking: Asking | None = None,
        can_ask: bool = True,
    ) -> Post:
        """Return the new post, or the one a retry of the same request made before.

        ``asking`` says by what they are the same, if not as usual; ``files`` are
        those that came with it. Scope ``create``, or ``draft`` for drafts
        (Micropub §3.3). An app that cannot ask its user where to copy the post has
        it copied to what is checked for others.
        """
        token.require("create", "draft")
        now = self._clock()
        targets = self._requesting.read(create.commands, token)
        asking = asking or Asking.of(create, token, idempotency_key)
        post = self._changing.find_first(asking, now)
        if post is None:
            with self._attachments.taking(files or {}, token) as taker:
                properties = compose(create, token, now, self._zone, taker)
                new = self._begin(create, properties, now)
                post = self._committing.do(
                    lambda writer: self._changing.add(new, asking, now, writer)
                )
        # Also for a retry: the first request may have ended before it came this far.
        self._requesting.ask_for_new(post, targets, token, now, can_ask=can_ask)
        return post

    def update(self, update: Update, token: Token, files: Files | None = None) -> None:
        """Change the post at ``update.url``; scope ``update`` (Micropub §3.4).

        ``files`` are those that came with the request. A file that the post no
        longer shows stays: other posts and old commits may show it. A token that
        may write drafts only changes drafts, and publishes none.
        """
        token.require("update")
        now = self._clock()
        targets = self._requesting.read(update.commands, token)
        self._index.catch_up()
        with self._attachments.taking(files or {}, token) as taker:
            # Not under the lock, because fetching a file or cleaning pictures takes its time.
            post = self._changing.find(update.url)
            self._changing.fetch(post)
            asked = clean_update(update, post, self._zone, taker)
            post = self._committing.do(
                lambda writer: self._changing.change(asked, token, now, writer)
            )
        self._requesting.ask(post, targets, now)

    def delete(self, delete: Delete, token: Token) -> None:
        """Remove the post at ``delete.url``, leaving a tombstone; scope ``delete``.

        What is deleted already stays so, because clients retry (Micropub §3.5).
        A token that may write drafts only deletes drafts.
        """
        token.require("delete")
        now = self._clock()
        self._committing.do(partial(self._changing.bury, delete, token, now))

    def undelete(self, undelete: Undelete, token: Token) -> None:
        """Bring back the post as it was when it was deleted; scope ``undelete`` (or ``delete``).

        Not with a token that may write drafts only: it may have been published.
        """
        token.require("undelete")
        require_publishing(token)
        now = self._clock()
        self._committing.do(partial(self._changing.bring_back, undelete, now))

    def syndicate(self, syndicate: Syndicate, token: Token) -> None:
        """Note that an existing post should be copied; scope ``update`` or ``create``."""
        token.require("update", "create")
        targets = self._requesting.read({COMMAND: list(syndicate.targets)}, token)
        self._index.catch_up()
        post = self._changing.find(syndicate.url)
        require_drafts(token, post)
        self._requesting.ask(post, targets, self._clock(), syndicate.content)

    def _begin(self, create: Create, properties: Properties, now: datetime) -> Unplaced:
        post = Post(
            type=create.type,
            kind=discover(create.type, properties),
            properties=properties,
            permalink="",
            path="",
            channels=self._changing.channels(create.commands),
        )
        published = (post.published or now).astimezone(self._zone)
        slug = make_slug(_first(create.commands.get("slug")), properties, published)
        return Unplaced(post, slug, published)


def _first(values: list[Any] | None) -> str | None:
    return str(values[0]) if values else None
