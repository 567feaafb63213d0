"""Repositories elsewhere: cloned when a site is adopted, asked whether they answer."""

from pathlib import Path

from endpoint.errors import ConfigError, EndpointError
from endpoint.stores.git.command import run_git

# Adopting is the owner's own wish, so the ways git knows to reach a host are open.
_OPEN = tuple(
    word
    for way in ("https", "http", "ssh", "git")
    for word in ("-c", f"protocol.{way}.allow=always")
)


def clone_bare(source: str, bare: Path) -> None:
    """Clone the repository at ``source``, a path or URL, to ``bare``.

    Raise ConfigError, with git's own reason, if it cannot be cloned.
    """
    words = ("clone", "--quiet", "--bare", "--no-hardlinks", "--", source, str(bare.absolute()))
    _run(bare.parent, *words)


def default_branch(bare: Path) -> str:
    """Return the name of the branch that the repository's HEAD stands on."""
    return _run(bare, "symbolic-ref", "--short", "HEAD")


def top_names(bare: Path, branch: str) -> set[str]:
    """Return the names in the root folder of ``branch``."""
    return set(_run(bare, "ls-tree", "--name-only", f"refs/heads/{branch}").splitlines())


def list_remote(remote: str, near: Path) -> None:
    """Ask ``remote`` for its branches, standing in ``near``; raise ConfigError if it is mute."""
    _run(near, "ls-remote", "--heads", "--", remote)


def _run(folder: Path, *words: str) -> str:
    try:
        return run_git(folder, *_OPEN, *words)
    except EndpointError as error:
        raise ConfigError(error.description) from error
