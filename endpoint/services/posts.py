"""Create, update, delete and undelete posts: one action, one commit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any

from endpoint.domain.messages import commit_message
from endpoint.domain.micropub import Commands, Create, Delete, Syndicate, Undelete, Update
from endpoint.domain.permalinks import address
from endpoint.domain.post_types import discover
from endpoint.domain.posts import Post, Properties
from endpoint.domain.slugs import make_slug
from endpoint.domain.tokens import Token
from endpoint.domain.tombstones import Tombstone
from endpoint.domain.updates import apply_update
from endpoint.errors import InvalidRequest, Unavailable
from endpoint.generators.generator import Generator
from endpoint.services.attachments import Attachments
from endpoint.services.committing import Committing
from endpoint.services.composing import (
    choose_channels,
    clean_update,
    compose,
    mark_updated,
    require_drafts,
    require_publishing,
)
from endpoint.services.keeping import Files
from endpoint.services.placing import Placing, Unplaced
from endpoint.services.retries import Asking, Retries
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Entry, GroupWriter, Repository
from endpoint.stores.syndications import Syndications


@dataclass(frozen=True)
class PostRules:
    """What the configuration says about posts."""

    zone: tzinfo
    message: str
    channels: tuple[str, ...] = ()


class Posts:
    """The owner's posts, changed on behalf of a token.

    Every method requires its scope, works under the repository's lock on top
    of whatever was committed last, and has made its commit when it returns.
    """

    def __init__(
        self,
        repository: Repository,
        index: PostIndex,
        generator: Generator,
        retries: Retries,
        syndications: Syndications,
        attachments: Attachments,
        rules: PostRules,
        clock: Callable[[], datetime],
        committing: Committing,
    ) -> None:
        self._repository = repository
        self._index = index
        self._generator = generator
        self._retries = retries
        self._syndications = syndications
        self._attachments = attachments
        self._rules = rules
        self._clock = clock
        self._committing = committing
        self._placing = Placing(generator, index, retries)

    def create(
        self,
        create: Create,
        token: Token,
        idempotency_key: str | None = None,
        files: Files | None = None,
    ) -> Post:
        """Return the new post, or the one a retry of the same request made before.

        ``files`` are those that came with it. Scope ``create``, or ``draft`` for
        drafts (Micropub §3.3).
        """
        token.require("create", "draft")
        now = self._clock()
        asking = Asking.of(create, token, idempotency_key)
        post = self._find_first(asking, now)
        if post is None:
            with self._attachments.taking(files or {}, token) as taker:
                properties = compose(create, token, now, self._rules.zone, taker)
                new = self._begin(create, properties, now)
                post = self._committing.do(lambda writer: self._add(new, asking, now, writer))
        # Also for a retry: the first request may have ended before it came this far.
        self._syndicate(post.permalink, create.commands, now)
        return post

    def update(self, update: Update, token: Token, files: Files | None = None) -> None:
        """Change the post at ``update.url``; scope ``update`` (Micropub §3.4).

        ``files`` are those that came with the request. A file that the post no
        longer shows stays: other posts and old commits may show it. A token that
        may write drafts only changes drafts, and publishes none.
        """
        token.require("update")
        now = self._clock()
        self._index.catch_up()
        with self._attachments.taking(files or {}, token) as taker:
            # Not under the lock, because cleaning pictures takes its time.
            asked = clean_update(update, self._find(update.url), self._rules.zone, taker)
            post = self._committing.do(lambda writer: self._change(asked, token, now, writer))
        self._syndicate(post.permalink, update.commands, now)

    def delete(self, delete: Delete, token: Token) -> None:
        """Remove the post at ``delete.url``, leaving a tombstone; scope ``delete``.

        What is deleted already stays so, because clients retry (Micropub §3.5).
        A token that may write drafts only deletes drafts.
        """
        token.require("delete")
        now = self._clock()
        self._committing.do(lambda writer: self._bury(delete, token, now, writer))

    def undelete(self, undelete: Undelete, token: Token) -> None:
        """Bring back the post as it was when it was deleted; scope ``undelete`` (or ``delete``).

        Not with a token that may write drafts only: it may have been published.
        """
        token.require("undelete")
        require_publishing(token)
        now = self._clock()
        self._committing.do(lambda writer: self._bring_back(undelete, now, writer))

    def syndicate(self, syndicate: Syndicate, token: Token) -> None:
        """Note that an existing post should be copied; scope ``update`` or ``create``."""
        token.require("update", "create")
        self._index.catch_up()
        post = self._find(syndicate.url)
        require_drafts(token, post)
        self._syndications.ask(post.permalink, syndicate.targets, self._clock())

    def _begin(self, create: Create, properties: Properties, now: datetime) -> Unplaced:
        post = Post(
            type=create.type,
            kind=discover(create.type, properties),
            properties=properties,
            permalink="",
            path="",
            channels=self._channels(create.commands),
        )
        published = (post.published or now).astimezone(self._rules.zone)
        slug = make_slug(_first(create.commands.get("slug")), properties, published)
        return Unplaced(post, slug, published)

    def _add(self, new: Unplaced, asking: Asking, now: datetime, writer: GroupWriter) -> Post:
        """Commit the ``new`` post with its files; return it with its place on the site."""
        writer.claim(asking.key)
        if first := self._find_first(asking, now):
            return first
        post = self._placing.place(new, writer)
        files = self._attachments.changes(post, {}, writer)
        self._commit(writer, {post.path: self._generator.write(post), **files}, "", post, now)
        self._retries.remember(asking, post.permalink, now)
        return post

    def _change(self, update: Update, token: Token, now: datetime, writer: GroupWriter) -> Post:
        """Commit what ``update`` makes of its post, and return the post."""
        writer.claim(address(update.url))
        post = self._find(update.url)
        changed = apply_update(post.properties, update)
        if not changed.keys() - {"updated"}:
            raise InvalidRequest("The update would leave nothing of the post; delete it instead")
        changed = mark_updated(post.properties, changed, now, self._rules.zone)
        after = replace(
            post,
            kind=discover(post.type, changed),
            properties=changed,
            channels=self._channels(update.commands) or post.channels,
        )
        require_drafts(token, post, after)
        if after != post:
            data = self._generator.rewrite(writer.read(post.path) or b"", after)
            files = self._attachments.changes(after, post.properties, writer)
            self._commit(writer, {post.path: data, **files}, "update", after, now)
        return after

    def _bury(self, delete: Delete, token: Token, now: datetime, writer: GroupWriter) -> None:
        writer.claim(address(delete.url))
        if self._index.gone(delete.url):
            return
        post = self._find(delete.url)
        require_drafts(token, post)
        removed = self._generator.owned(post.path)
        entry = writer.object_id(removed)
        if entry is None:
            raise InvalidRequest("url names a post whose file is no longer in the repository")
        media = self._attachments.outside(post)
        tombstone = Tombstone.of(post, removed, entry[1], now, media)
        grave = tombstone.path_in(self._generator.gone_folder)
        self._commit(writer, {removed: None, grave: tombstone.to_json()}, "delete", post, now)

    def _bring_back(self, undelete: Undelete, now: datetime, writer: GroupWriter) -> None:
        writer.claim(address(undelete.url))
        tombstone = self._index.gone(undelete.url)
        if tombstone is None:
            self._find(undelete.url)
            return
        if writer.exists(tombstone.path):
            raise InvalidRequest("url cannot come back; another file has taken its place")
        grave = tombstone.path_in(self._generator.gone_folder)
        back = self._repository.entry(tombstone.object)
        post = Post("h-entry", "post", {}, tombstone.permalink, tombstone.path)
        self._commit(writer, {tombstone.path: back, grave: None}, "undelete", post, now)

    def _find(self, url: str) -> Post:
        if post := self._index.find(url):
            return post
        if self._index.gone(url):
            raise InvalidRequest("url names a post that is deleted; undelete it first")
        raise InvalidRequest("url names no post of this site")

    def _channels(self, commands: Commands) -> tuple[str, ...]:
        return choose_channels(commands.get("channel", []), self._rules.channels)

    def _find_first(self, asking: Asking, now: datetime) -> Post | None:
        given = self._retries.recall(asking, now)
        if given is None:
            return None
        post = self._index.find(given.permalink)
        if post is None and self._retries.is_on_its_way(given, now):
            self._require_gone(given.permalink)
        return post

    def _require_gone(self, permalink: str) -> None:
        if not self._index.gone(permalink):
            raise Unavailable("Another machine has taken this request; try again in a moment")

    def _commit(
        self,
        writer: GroupWriter,
        changes: Mapping[str, bytes | Entry | None],
        action: str,
        post: Post,
        now: datetime,
    ) -> None:
        writer.commit(changes, commit_message(self._rules.message, action, post), now)

    def _syndicate(self, permalink: str, commands: Commands, now: datetime) -> None:
        targets = [str(target) for target in commands.get("syndicate-to", []) if target]
        if targets:
            self._syndications.ask(permalink, targets, now)


def _first(values: list[Any] | None) -> str | None:
    return str(values[0]) if values else None
