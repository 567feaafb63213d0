"""The posts name their copies: one commit for all that a round of copying has made."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby

import structlog

from endpoint.domain.copies.linking import link_message, with_links
from endpoint.domain.posts import Post
from endpoint.generators.generator import Generator
from endpoint.services.following import Follower
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Repository, Writer
from endpoint.stores.syndications.links import SyndicationLinks
from endpoint.stores.syndications.rows import GONE, Syndication

LINK = "links to copies"
"""The name of the follower."""

_log = structlog.get_logger()
_AT_ONCE = 200
_PATIENCE = timedelta(hours=1)


class Linking:
    """Writes the URLs of copies into the front matter of their posts.

    That is no change of what a post says: nobody is told of it, and nothing is
    copied again. What cannot be written now waits; ``ring`` wakes what follows.
    """

    def __init__(
        self,
        repository: Repository,
        index: PostIndex,
        generator: Generator,
        links: SyndicationLinks,
        ring: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._repository = repository
        self._index = index
        self._generator = generator
        self._links = links
        self._ring = ring
        self._clock = clock

    def follower(self, lane: str) -> Follower:
        """Return what tries again where a commit failed, in the lane of what copies."""
        return Follower(LINK, self._find_wanted, self.link, lane)

    def link(self) -> None:
        """Commit all links that wait; raise Conflict or Unavailable if that fails."""
        while rows := self._links.waiting(self._clock(), _AT_ONCE):
            self._commit(rows)

    def _find_wanted(self) -> str:
        rows = self._links.waiting(self._clock(), 1)
        return rows[0].link_asked_at.isoformat() if rows and rows[0].link_asked_at else ""

    def _commit(self, rows: list[Syndication]) -> None:
        rows = sorted(rows, key=lambda row: row.permalink)
        self._bring(rows)
        changes: dict[str, bytes] = {}
        noted: list[Syndication] = []
        changed: list[str] = []
        with self._repository.writing() as writer:
            self._index.catch_up()
            before = writer.commit_id
            for permalink, group in groupby(rows, lambda row: row.permalink):
                told, file = self._tell(permalink, list(group), writer)
                noted += told
                changes |= file
                changed += [permalink] if file else []
            commit = writer.commit(changes, link_message(changed), self._clock())
        self._links.note(noted)
        if commit != before:
            _log.info("copies linked", posts=len(changed))
            self._ring()

    def _tell(
        self, permalink: str, rows: list[Syndication], writer: Writer
    ) -> tuple[list[Syndication], dict[str, bytes]]:
        """Return ``rows`` as they are once the file, if there is a new one, is committed."""
        post = self._index.find(permalink)
        data = writer.read(post.path) if post else None
        if post is None or data is None:
            return [self._give_up_or_wait(row) for row in rows], {}
        try:
            file = self._generator.rewrite(data, _linked(post, rows))
        except ValueError:
            return [self._wait(row) for row in rows], {}
        told = [replace(row, linked_url=row.url, link_asked_at=None) for row in rows]
        return told, {post.path: file} if file != data else {}

    def _give_up_or_wait(self, row: Syndication) -> Syndication:
        if row.version == GONE or self._index.gone(row.permalink):
            return replace(row, link_asked_at=None)
        return self._wait(row)

    def _wait(self, row: Syndication) -> Syndication:
        # Its file is broken, and its owner may mend it.
        return replace(row, link_asked_at=self._clock() + _PATIENCE)

    def _bring(self, rows: list[Syndication]) -> None:
        """Fetch the files that a partial clone has not got: not while others wait."""
        if self._repository.is_partial:
            self._index.catch_up()
            for row in rows:
                if post := self._index.find(row.permalink):
                    self._repository.read(post.path)


def _linked(post: Post, rows: list[Syndication]) -> Post:
    old = [row.linked_url for row in rows if row.linked_url != row.url]
    new = [row.url for row in rows if row.url]
    wanted = [row.page_link for row in rows if row.page_link]
    return replace(post, properties=with_links(post.properties, old, new, wanted))
