"""Mentions kept in git: what readers may see becomes files beside the posts, a commit at a time."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog

from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.keeping.kept import Done
from endpoint.domain.webmentions.keeping.messages import message
from endpoint.services.following import Follower
from endpoint.services.webmentions.keeping.face_files import FaceChanges, FaceFiles
from endpoint.services.webmentions.keeping.faces import Faces, Look
from endpoint.services.webmentions.keeping.hand_edits import HandEdits
from endpoint.services.webmentions.keeping.page_files import PageFiles
from endpoint.stores.followers import Followers
from endpoint.stores.index import PostIndex
from endpoint.stores.mentions.keeping import KeptMentions
from endpoint.stores.mentions.rows import Received
from endpoint.stores.queues import Queue
from endpoint.stores.repository import Repository

_log = structlog.get_logger()

KEEPING = "keeping"
"""The name of the follower."""

_QUIET = timedelta(seconds=3)
_PATIENCE = timedelta(seconds=30)
_OVERLAP = timedelta(minutes=1)
"""How far two machines' clocks may be apart, and how long a transaction may last."""


class Keeping:
    """Brings the files of mentions up to date, in one commit for what comes within seconds.

    Who decides and who reads sources only change rows; what the owner changes in
    the files comes back into the rows here.
    """

    def __init__(
        self,
        repository: Repository,
        index: PostIndex,
        kept: KeptMentions,
        followers: Followers,
        edits: HandEdits,
        files: PageFiles,
        faces: Faces,
        face_files: FaceFiles,
        clock: Callable[[], datetime],
        announce: Callable[[], None],
    ) -> None:
        self._repository = repository
        self._index = index
        self._kept = kept
        self._followers = followers
        self._edits = edits
        self._files = files
        self._faces = faces
        self._face_files = face_files
        self._clock = clock
        self._announce = announce

    def follower(self) -> Follower:
        """Return what follows the rows and the commits; other sites are waited for in its lane."""
        return Follower(KEEPING, self._find_wanted, self.keep, lane=KEEPING)

    def queue(self) -> Queue:
        """Return how many mentions changed and are to be committed."""
        return self._kept.queue(self._done().changed_at)

    def keep(self) -> None:
        """Take in what commits did, and commit what is to be shown or no longer is."""
        done, head = self._done(), self._repository.head()
        self._index.catch_up()
        old = done.commit if done.commit and self._repository.has(done.commit) else None
        edits = self._edits.take_in(old, head)
        since, until = done.changed_at, self._find_settled(done)
        changed = self._kept.pages_changed(since and since - _OVERLAP, until) if until else []
        mentions = self._mentions(edits.pages.union(changed), until, edits.adopted)
        names = self._faces.expect(_photos(mentions))
        looks = self._faces.look()
        if renewed := {look.photo.url: look.photo.name for look in looks if look.content}:
            names |= renewed
            showing = self._showing(renewed) - mentions.keys()
            mentions |= self._mentions(showing, until, edits.adopted)
        self._commit(mentions, names, edits.adopted, looks)

    def _commit(
        self,
        mentions: dict[str, list[Received]],
        names: dict[str, str],
        adopted: set[str],
        looks: list[Look],
    ) -> None:
        with self._repository.writing() as writer:
            self._index.catch_up()
            before = writer.commit_id
            draft = self._files.draft(writer.read, mentions, names, adopted)
            only_adds = not looks and all(story.action == "add" for story in draft.stories)
            faces = FaceChanges() if only_adds else self._face_files.changes(looks)
            new = {path: data for path, data in faces.added.items() if not writer.exists(path)}
            changes = {**draft.files, **new, **dict.fromkeys(faces.removed)}
            commit = writer.commit(changes, message(draft.stories, len(new)), self._clock())
        self._kept.note(draft.kept)
        self._faces.note(looks)
        self._faces.forget(faces.forgotten)
        if commit != before:
            _log.info("mentions committed", changes=len(draft.stories))
            self._announce()

    def _mentions(
        self, permalinks: Iterable[str], until: datetime | None, adopted: set[str]
    ) -> dict[str, list[Received]]:
        """Return the mentions of each page, but for those that may change again at any moment."""
        permalinks = list(permalinks)
        found = self._kept.at(permalinks)
        return {
            permalink: [
                received
                for received in found[address(permalink)]
                if (until and received.changed_at <= until) or received.key in adopted
            ]
            for permalink in permalinks
        }

    def _showing(self, photos: dict[str, str]) -> set[str]:
        return {permalink for permalink, photo in self._kept.photos() if photo in photos}

    def _done(self) -> Done:
        return Done.parse(self._followers.progress(KEEPING).done)

    def _find_wanted(self) -> str:
        settled = self._find_settled(self._done())
        return str(Done(self._repository.head(), settled, self._faces.due()))

    def _find_settled(self, done: Done) -> datetime | None:
        """Return until when changes may be committed: all, once they pause or have waited long."""
        now = self._clock()
        first, last = self._kept.changes_after(done.changed_at)
        if first is None or last is None:
            return done.changed_at
        is_growing = now - _QUIET < last <= now and now - _PATIENCE < first
        return done.changed_at if is_growing else last


def _photos(mentions: dict[str, list[Received]]) -> Iterable[str]:
    return (
        received.mention.author.photo
        for each in mentions.values()
        for received in each
        if received.is_shown and received.mention and received.mention.author.photo
    )
