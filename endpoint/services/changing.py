"""One action on the site, done while nobody else writes: what it looks at, and its commit."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from endpoint.domain.messages import commit_message
from endpoint.domain.micropub import Commands, Delete, Undelete, Update
from endpoint.domain.permalinks import address
from endpoint.domain.post_types import discover
from endpoint.domain.posts import Post
from endpoint.domain.tokens import Token
from endpoint.domain.tombstones import Tombstone
from endpoint.domain.updates import apply_update
from endpoint.errors import InvalidRequest, Unavailable
from endpoint.generators.generator import Generator
from endpoint.services.attachments import Attachments
from endpoint.services.composing import choose_channels, mark_updated, require_drafts
from endpoint.services.placing import Placing, Unplaced
from endpoint.services.retries import Asking, Retries
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Entry, GroupWriter, Repository


@dataclass(frozen=True)
class PostRules:
    """What the configuration says about posts."""

    zone: tzinfo
    message: str
    channels: tuple[str, ...] = ()


class Changing:
    """Adds, changes, buries and brings back posts, each with one commit of its ``writer``.

    Each method claims what it goes by, raises what its client is to hear, and
    may be called again on another state of the site.
    """

    def __init__(
        self,
        repository: Repository,
        index: PostIndex,
        generator: Generator,
        retries: Retries,
        attachments: Attachments,
        rules: PostRules,
    ) -> None:
        self._repository = repository
        self._index = index
        self._generator = generator
        self._retries = retries
        self._attachments = attachments
        self._rules = rules
        self._placing = Placing(generator, index, retries)

    def add(self, new: Unplaced, asking: Asking, now: datetime, writer: GroupWriter) -> Post:
        """Commit the ``new`` post with its files; return it with its place on the site."""
        writer.claim(asking.key)
        if first := self.find_first(asking, now):
            return first
        post = self._placing.place(new, writer)
        files = self._attachments.changes(post, {}, writer)
        self._commit(writer, {post.path: self._generator.write(post), **files}, "", post, now)
        self._retries.remember(asking, post.permalink, now)
        return post

    def change(self, update: Update, token: Token, now: datetime, writer: GroupWriter) -> Post:
        """Commit what ``update`` makes of its post, and return the post."""
        writer.claim(address(update.url))
        post = self.find(update.url)
        changed = apply_update(post.properties, update)
        if not changed.keys() - {"updated"}:
            raise InvalidRequest("The update would leave nothing of the post; delete it instead")
        changed = mark_updated(post.properties, changed, now, self._rules.zone)
        after = replace(
            post,
            kind=discover(post.type, changed),
            properties=changed,
            channels=self.channels(update.commands) or post.channels,
        )
        require_drafts(token, post, after)
        if after != post:
            data = self._generator.rewrite(writer.read(post.path) or b"", after)
            files = self._attachments.changes(after, post.properties, writer)
            self._commit(writer, {post.path: data, **files}, "update", after, now)
        return after

    def bury(self, delete: Delete, token: Token, now: datetime, writer: GroupWriter) -> None:
        """Commit a tombstone in the place of a post; nothing if there is one already."""
        writer.claim(address(delete.url))
        if self._index.gone(delete.url):
            return
        post = self.find(delete.url)
        require_drafts(token, post)
        removed = self._generator.owned(post.path)
        entry = writer.object_id(removed)
        if entry is None:
            raise InvalidRequest("url names a post whose file is no longer in the repository")
        media = self._attachments.outside(post)
        tombstone = Tombstone.of(post, removed, entry[1], now, media)
        grave = tombstone.path_in(self._generator.gone_folder)
        self._commit(writer, {removed: None, grave: tombstone.to_json()}, "delete", post, now)

    def bring_back(self, undelete: Undelete, now: datetime, writer: GroupWriter) -> None:
        """Commit a buried post as it was, without its tombstone; nothing if it lives."""
        writer.claim(address(undelete.url))
        tombstone = self._index.gone(undelete.url)
        if tombstone is None:
            self.find(undelete.url)
            return
        if writer.exists(tombstone.path):
            raise InvalidRequest("url cannot come back; another file has taken its place")
        grave = tombstone.path_in(self._generator.gone_folder)
        back = self._repository.entry(tombstone.object)
        post = self._read_buried(tombstone, back)
        self._commit(writer, {tombstone.path: back, grave: None}, "undelete", post, now)

    def find(self, url: str) -> Post:
        """Return the post at ``url``; raise InvalidRequest if there is none."""
        if post := self._index.find(url):
            return post
        if self._index.gone(url):
            raise InvalidRequest("url names a post that is deleted; undelete it first")
        raise InvalidRequest("url names no post of this site")

    def fetch(self, post: Post) -> None:
        """Fetch the file of ``post`` if a partial clone has not got it: not while others wait."""
        if self._repository.is_partial:
            self._repository.read(post.path)

    def channels(self, commands: Commands) -> tuple[str, ...]:
        """Return the channels that ``commands`` name; raise InvalidRequest for unknown ones."""
        return choose_channels(commands.get("channel", []), self._rules.channels)

    def find_first(self, asking: Asking, now: datetime) -> Post | None:
        """Return the post that the same request made before, and that meets it, or None.

        Raise Unavailable if another machine has made it and it is not here yet.
        """
        given = self._retries.recall(asking, now)
        if given is None:
            return None
        post = self._index.find(given.permalink)
        if post is None and self._retries.is_on_its_way(given, now):
            self._require_gone(given.permalink)
        return post if post and asking.is_met(post) else None

    def _read_buried(self, tombstone: Tombstone, back: Entry) -> Post:
        """Return the post as far as its file tells: it comes back also if that is broken."""
        for path, oid in self._repository.files_of(back, tombstone.path):
            if self._generator.is_post(path):
                with suppress(ValueError):
                    if post := self._generator.read(path, self._repository.read_object(oid)):
                        return replace(post, permalink=tombstone.permalink)
        return Post("h-entry", "post", {}, tombstone.permalink, tombstone.path)

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
