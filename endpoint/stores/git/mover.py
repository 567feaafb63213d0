"""The branch moved to commits that were made elsewhere, and branches for what was set aside."""

from pathlib import Path

from endpoint.stores.git.refs import Branch


class Mover:
    """The branch, while nobody else can move it but a push. Made by ``Repository.moving()``."""

    def __init__(self, repository: Path, branch: Branch) -> None:
        self._repository = repository
        self._branch = branch

    def head(self) -> str | None:
        """Return the commit the branch stands on."""
        return self._branch.read()

    def move(self, old: str, new: str) -> bool:
        """Move the branch from ``old`` to ``new``; False, and nothing is done, if it left ``old``.

        It would outlive a power cut, if the objects of ``new`` do.
        """
        return self._branch.move(old, new)

    def keep(self, name: str, commit: str) -> None:
        """Let a branch of that name stand on ``commit``, if there is none yet."""
        Branch(self._repository, name).move(None, commit)
