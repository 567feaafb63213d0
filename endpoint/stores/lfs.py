"""Files kept by Git LFS: pointers in the repository, themselves in the checkout."""

import shutil
from pathlib import Path

from endpoint.errors import Unavailable
from endpoint.stores.git.incoming import find_room
from endpoint.stores.git.network import Network
from endpoint.stores.git.refusals import explain

_LONGEST_S = 3600

# As git lfs install would set them; without them files are fetched and not shown.
_FILTERS = (
    "filter.lfs.clean=git-lfs clean -- %f",
    "filter.lfs.smudge=git-lfs smudge -- %f",
    "filter.lfs.process=git-lfs filter-process",
    "filter.lfs.required=true",
)


def uses_lfs(checkout: Path) -> bool:
    """Say whether the site's own ``.gitattributes`` give files of ``checkout`` to Git LFS."""
    attributes = checkout / ".gitattributes"
    if attributes.is_symlink():
        return False  # git does not follow it either
    try:
        return "filter=lfs" in attributes.read_text(errors="replace")
    except OSError:
        return False


def has_lfs() -> bool:
    """Say whether Git LFS is installed."""
    return shutil.which("git-lfs") is not None


def bring_large_files(checkout: Path, network: Network) -> None:
    """Put the files that ``checkout`` has as pointers in their place, from the remote.

    Without Git LFS they stay pointers. Raise Unavailable if they cannot be had.
    """
    if not uses_lfs(checkout) or not has_lfs():
        return
    address = network.access.address
    url = f"file://{address.url}" if address.url.startswith("/") else address.url
    settings = [*_FILTERS, f"remote.origin.url={url}"]
    if address.scheme == "https":
        # A file of the site may name another host, which must not get the token.
        settings.append(f"lfs.url={url.rstrip('/').removesuffix('.git')}.git/info/lfs")
    words = [word for setting in settings for word in ("-c", setting)]
    pull = (*words, "lfs", "pull", "origin")
    said = network.run(*pull, timeout_s=_LONGEST_S, most_bytes=find_room(checkout))
    if said.code:
        raise Unavailable(
            "The files that Git LFS keeps cannot be fetched; push them with git lfs push."
            f" {explain(said.errors, network.access)}"
        )
