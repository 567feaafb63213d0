"""The rules of merging: what becomes of a file that was changed here and at the remote."""

from endpoint.domain.merging import Clash
from endpoint.domain.webmentions.keeping import stored
from endpoint.generators.generator import Generator
from endpoint.generators.merging import merge_file
from endpoint.stores.git.replays import Versions


class Taken(Exception):
    """Both sides made a file at the same path."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


class Rules:
    """How the files of a site are merged; ``generator`` knows which are posts."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator

    def merge(self, versions: Versions) -> bytes | None:
        """Return what both versions of a file become.

        Raise Taken if both sides made one of that path, Clash if it must be
        left to the owner.
        """
        path, base, ours, theirs = versions.path, versions.base, versions.ours, versions.theirs
        if self._generator.is_mentions(path):
            return _merge_mentions(versions)
        if ours is None:
            raise Clash(f"{path}: it was deleted here and changed there")
        if theirs is None:
            raise Clash(f"{path}: it was changed here and deleted there")
        if base is None:
            if path.startswith(f"{self._generator.gone_folder}/"):
                return theirs  # Both deleted the same post.
            raise Taken(path)
        try:
            return merge_file(base, ours, theirs, is_post=self._generator.is_post(path))
        except Clash as clash:
            raise Clash(f"{path}: both sides changed {clash}") from clash

    def owned(self, path: str) -> str:
        """Return what belongs to the post at ``path``."""
        return self._generator.owned(path)


def _merge_mentions(versions: Versions) -> bytes | None:
    """Return the mentions of both sides; what was taken away with its page stays away."""
    if versions.theirs is None and versions.base is not None:
        return None
    try:
        return stored.merge(versions.base, versions.ours, versions.theirs)
    except ValueError as error:
        raise Clash(f"{versions.path}: {error}") from error
