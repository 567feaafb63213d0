"""What apps uploaded: a file for each in some place, and a row that knows about it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from endpoint.domain.media_names import type_of
from endpoint.errors import EndpointError, Unavailable
from endpoint.stores.media.drafts import Drafts
from endpoint.stores.media.places import MediaPlace
from endpoint.stores.media.rows import KeptUpload, UploadRows


class UploadStore:
    """The uploads in their places and the database; each method raises Unavailable without them.

    New files go ``home``; those that are there from before stay in ``others``.
    """

    def __init__(
        self,
        rows: UploadRows,
        drafts: Drafts,
        home: MediaPlace,
        others: tuple[MediaPlace, ...] = (),
    ) -> None:
        self.rows = rows
        self.drafts = drafts
        self.home = home
        self.places = (home, *others)

    def keep(self, draft: Path, kept: KeptUpload) -> None:
        """Keep the file at ``draft``, then its row: a crash in between leaves what is swept."""
        # Not under the lock, because a bucket takes its time.
        self.home.keep(draft, kept.name)
        with self.drafts.locked():
            there = self.home.find(kept.name)
            if there is None or there.size != kept.size:
                raise Unavailable("The file was lost while it was kept; send it again")
            try:
                self.rows.note(kept)
            except EndpointError:
                self.home.remove(kept.name)
                raise

    def renew(self, names: Collection[str], filename: str, now: datetime) -> KeptUpload | None:
        """Return the upload with one of ``names``, from now on as new; None if there is none."""
        with self.drafts.locked():
            known = self.rows.find(*names)
            if known is None or not any(place.find(known.name) for place in self.places):
                return None
            again = replace(known, filename=filename, uploaded_at=now)
            self.rows.note(again)
            return again

    def public_root(self, name: str) -> str:
        """Return the URL below which everybody gets this file, empty if only this server shows it.

        A file that was here before files went to a public place keeps the URL it had.
        """
        root, others = self.home.public_root, self.places[1:]
        return root if root and not any(place.find(name) for place in others) else ""

    def remove(self, name: str, now: datetime, sent_until: datetime | None = None) -> None:
        """Remove the file, and keep no more than that there was one.

        What was sent again after ``sent_until`` stays.
        """
        with self.drafts.locked():
            known = self.rows.find(name)
            if known and sent_until and known.uploaded_at > sent_until:
                return
            for place in self.places:
                place.remove(name)
            if known is None and not self.rows.is_removed(name):
                # Its row was lost, and still its URL shall say that it is gone.
                self.rows.note(KeptUpload(name, type_of(name).name, 0, "", now))
            self.rows.note_removal(name, now)

    def expired(self, before: datetime) -> list[str]:
        """Return the names of what was uploaded before ``before``.

        That is what rows say, and for a file without a row, the file's own time.
        """
        known = self.rows.times()
        expired = {name for name, uploaded_at in known.items() if uploaded_at < before}
        for place in self.places:
            expired.update(name for name in place.older(before) if name not in known)
        return sorted(expired)
