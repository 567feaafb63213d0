"""The copies as their owner looks them over, and what they do about them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from endpoint.config.syndication import SyndicationTarget
from endpoint.errors import NotFound
from endpoint.services.syndication.pausing import Pausing
from endpoint.stores.syndications import Syndications
from endpoint.stores.syndications.pauses import Pause
from endpoint.stores.syndications.rows import Syndication

PAGE_SIZE = 50


@dataclass(frozen=True)
class CopyPage:
    """A page of the list; ``has_more`` says that older ones follow.

    ``names`` are those of the targets by uid; one that the configuration does not
    have any more has none. ``pauses`` are by uid too.
    """

    rows: tuple[Syndication, ...]
    has_more: bool
    names: Mapping[str, str]
    pauses: Mapping[str, Pause]


class Overview:
    """Every wanted copy; ``ring`` wakes who makes them."""

    def __init__(
        self,
        syndications: Syndications,
        pausing: Pausing,
        targets: Sequence[SyndicationTarget],
        ring: Callable[[], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._syndications = syndications
        self._pausing = pausing
        self._names = {target.uid: target.name for target in targets}
        self._ring = ring
        self._clock = clock

    def page(self, number: int, permalink: str | None = None) -> CopyPage:
        """Return a page of them, those asked for last on the first, whose number is 1."""
        offset = (number - 1) * PAGE_SIZE
        rows = self._syndications.page(PAGE_SIZE + 1, offset, permalink)
        shown = tuple(rows[:PAGE_SIZE])
        return CopyPage(shown, len(rows) > PAGE_SIZE, self._names, self._pausing.all())

    @property
    def has_targets(self) -> bool:
        """Whether posts can be copied anywhere."""
        return bool(self._names)

    def resume(self, target: str) -> None:
        """Copy to ``target`` again, which is paused; raise NotFound if it is not."""
        if target not in self._pausing.all():
            raise NotFound("There is no such pause; it may be over already")
        self._pausing.resume(target)
        self._ring()

    def pauses(self) -> dict[str, Pause]:
        """Return the pauses by the name of their target."""
        return {self._names.get(uid, uid): pause for uid, pause in self._pausing.all().items()}

    def retry(self, permalink: str | None = None, target: str | None = None) -> list[str]:
        """Attempt now what failed, of one post or one target or all; return the targets.

        Those that are paused go on. Raise NotFound if there is nothing of that name.
        """
        found = self._syndications.retry(self._clock(), permalink, target)
        paused = self._pausing.all()
        named = permalink or target
        resumed = [uid for uid in paused if not named or uid == target or uid in found]
        for uid in resumed:
            self._pausing.resume(uid)
        if named and not found and not resumed:
            raise NotFound("There is no such copy; see the list")
        self._ring()
        return sorted({*found, *resumed})

    def stop(self, permalink: str, target: str) -> None:
        """Never make a copy that is not there yet; raise NotFound if there is none to stop."""
        if not self._syndications.stop(permalink, target):
            raise NotFound("There is no such copy to stop; it may be made already")
