"""The files of authors' pictures: which are to be added, and which nobody is shown with."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from endpoint.services.webmentions.keeping.faces import Faces, Look
from endpoint.services.webmentions.keeping.page_files import FacePlaces
from endpoint.stores.mentions.keeping import KeptMentions
from endpoint.stores.repository import Repository

_OURS = re.compile(r"[0-9a-f]{24}\.webp")


@dataclass(frozen=True)
class FaceChanges:
    """New pictures by path, the paths of those that go, and the URLs these had."""

    added: dict[str, bytes] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()


class FaceFiles:
    """Knows what lies among the pictures in the repository, and who is shown with it."""

    def __init__(
        self, repository: Repository, kept: KeptMentions, faces: Faces, places: FacePlaces
    ) -> None:
        self._repository = repository
        self._kept = kept
        self._faces = faces
        self._places = places

    def changes(self, looks: Iterable[Look]) -> FaceChanges:
        """Return what must change, after ``looks`` at pictures, for the mentions now shown."""
        names = dict(self._faces.names()) | {look.photo.url: look.photo.name for look in looks}
        shown = {photo for _, photo in self._kept.photos()}
        used = {names.get(url, "") for url in shown} | {self._places.name(url) for url in shown}
        added = {
            self._places.path(look.photo.name): look.content
            for look in looks
            if look.content and look.photo.name in used
        }
        return FaceChanges(added, tuple(self._unused(used)), tuple(names.keys() - shown))

    def _unused(self, used: set[str]) -> Iterable[str]:
        for path, _ in self._repository.files(self._repository.head(), self._places.folder):
            name = path.rpartition("/")[2]
            if _OURS.fullmatch(name) and name not in used:
                yield path
