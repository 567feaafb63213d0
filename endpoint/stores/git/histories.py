"""Which commits lie between two others, as git itself walks the history."""

from pathlib import Path

from endpoint.errors import Unavailable
from endpoint.stores.git.command import run_git


def common_commit(folder: Path, one: str, other: str) -> str | None:
    """Return the newest commit that is behind both; None if their histories never met."""
    # merge-base fails where there is none, so the question is put in a way that does not.
    try:
        return run_git(folder, "merge-base", one, other)
    except Unavailable as error:
        if error.description.endswith("it gave no reason"):
            return None
        raise


def is_behind(folder: Path, old: str, new: str) -> bool:
    """Whether ``old`` is ``new`` or behind it."""
    return run_git(folder, "rev-list", "--max-count=1", old, f"^{new}") == ""


def commits_between(folder: Path, old: str | None, new: str, most: int | None = None) -> list[str]:
    """Return the commits on the way from ``old`` to ``new``, oldest first, past merges' side arms.

    None for ``old`` means from the beginning; ``most`` are the newest of them.
    """
    without = [f"^{old}"] if old else []
    limit = [f"--max-count={most}"] if most else []
    return run_git(folder, "rev-list", "--first-parent", "--reverse", *limit, new, *without).split()
