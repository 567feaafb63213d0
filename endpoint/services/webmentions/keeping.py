"""Mentions kept in git: what readers may see becomes files beside the posts, a commit at a time."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from endpoint.domain.permalinks import address
from endpoint.domain.webmentions.stories import message
from endpoint.services.following import Follower
from endpoint.services.webmentions.faces import Faces, Look
from endpoint.services.webmentions.hand_edits import HandEdits
from endpoint.services.webmentions.page_files import Draft, FacePlaces, PageFiles
from endpoint.stores.followers import Followers
from endpoint.stores.index import PostIndex
from endpoint.stores.mentions.keeping import KeptMentions
from endpoint.stores.mentions.rows import Received
from endpoint.stores.repository import Repository

_log = structlog.get_logger()

KEEPING = "keeping"
"""The name of the follower."""

_QUIET = timedelta(seconds=3)
_PATIENCE = timedelta(seconds=30)
_OVERLAP = timedelta(minutes=1)
"""How far two machines' clocks may be apart, and how long a transaction may last."""

_FACE = re.compile(r"[0-9a-f]{24}\.webp")


@dataclass(frozen=True)
class Done:
    """How far it is: ``commit`` is read, and changes until ``changed_at`` are in the files.

    ``faces_at`` is since when pictures of authors were due.
    """

    commit: str | None = None
    changed_at: datetime | None = None
    faces_at: datetime | None = None

    def __str__(self) -> str:
        moments = (self.changed_at, self.faces_at)
        return " ".join([self.commit or "-", *(str(m and m.isoformat()) for m in moments)])

    @classmethod
    def parse(cls, text: str) -> "Done":
        """Return what ``str()`` wrote; of anything else, the beginning."""
        with suppress(ValueError):
            commit, *moments = text.split(" ")
            changed_at, faces_at = (
                None if moment == "None" else datetime.fromisoformat(moment) for moment in moments
            )
            return cls(commit, changed_at, faces_at)
        return cls()


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
        places: FacePlaces,
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
        self._places = places
        self._clock = clock
        self._announce = announce

    def follower(self) -> Follower:
        """Return what follows the rows and the commits; other sites are waited for in its lane."""
        return Follower(KEEPING, self._find_wanted, self.keep, lane=KEEPING)

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
            pictures, unused = self._pictures(draft, looks)
            new = {path: data for path, data in pictures.items() if not writer.exists(path)}
            changes = {**draft.files, **new, **dict.fromkeys(unused.paths)}
            commit = writer.commit(changes, message(draft.stories, len(new)), self._clock())
        self._kept.note(draft.kept)
        self._faces.note(looks)
        self._faces.forget(unused.urls)
        if commit != before:
            _log.info("mentions committed", changes=len(draft.stories))
            self._announce()

    def _pictures(self, draft: Draft, looks: list[Look]) -> tuple[dict[str, bytes], "_Unused"]:
        """Return the pictures to be added, by path, and those that nobody shows any more."""
        if not looks and all(story.action == "add" for story in draft.stories):
            return {}, _Unused()
        shown = {
            received.mention.author.photo for received in self._kept.shown() if received.mention
        }
        names = dict(self._faces.names())
        names |= {look.photo.url: look.photo.name for look in looks}
        used = {names.get(url, "") for url in shown} | {self._places.name(url) for url in shown}
        added = {
            self._places.path(look.photo.name): look.content
            for look in looks
            if look.content and look.photo.name in used
        }
        there = self._repository.files(self._repository.head(), self._places.folder)
        named = ((path, path.rpartition("/")[2]) for path, _ in there)
        return added, _Unused(
            urls=tuple(names.keys() - shown),
            paths=tuple(path for path, name in named if _FACE.fullmatch(name) and name not in used),
        )

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
        return {
            received.permalink
            for received in self._kept.shown()
            if received.mention and received.mention.author.photo in photos
        }

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


@dataclass(frozen=True)
class _Unused:
    urls: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


def _photos(mentions: dict[str, list[Received]]) -> Iterable[str]:
    return (
        received.mention.author.photo
        for each in mentions.values()
        for received in each
        if received.is_shown and received.mention and received.mention.author.photo
    )
