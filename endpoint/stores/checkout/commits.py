"""The commits of the bare repository, as its checkout gets hold of them."""

import shutil
from pathlib import Path

from endpoint.stores.disk import disk_errors
from endpoint.stores.git.command import run_git


def fetch_branch(folder: Path, repository: Path, branch: str, to: str) -> None:
    """Copy ``branch`` with its history from ``repository`` to the ref ``to`` of ``folder``."""
    # The other end hears nothing of our settings, and may belong to another user too.
    sender = "--upload-pack=git -c safe.directory=* upload-pack"
    words = (
        *("-c", "protocol.file.allow=always"),
        *("fetch", "--quiet", "--no-tags", "--no-recurse-submodules"),
        # Where the repository has no more of its history, neither has the checkout.
        *("--update-shallow", sender),
    )
    run_git(folder, *words, "--", str(repository), f"+refs/heads/{branch}:{to}")


def borrow_commit(folder: Path, repository: Path, commit: str, to: str) -> None:
    """Let the ref ``to`` of ``folder`` stand on ``commit`` of a partial clone, which could send no
    history.

    Its objects are used where they are (gitrepository-layout, ``objects/info/alternates``).
    """
    git = folder / ".git"
    with disk_errors("checkout"):
        alternates = git / "objects/info/alternates"
        alternates.parent.mkdir(exist_ok=True)
        alternates.write_text(f"{repository / 'objects'}\n")
        begun = repository / "shallow"
        if begun.exists():
            shutil.copyfile(begun, git / "shallow")
    # Generators ask for the history; to look for renames there takes the files of all of it.
    run_git(folder, "config", "diff.renames", "false")
    run_git(folder, "update-ref", to, commit)
