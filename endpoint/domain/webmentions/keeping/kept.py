"""How far the files of mentions are behind their rows and the commits."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime


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
