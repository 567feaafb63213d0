"""Sites that exist already: cloned when one is adopted, and looked at."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from endpoint.errors import ConfigError, EndpointError
from endpoint.stores.git.access import Access
from endpoint.stores.git.command import run_git
from endpoint.stores.git.incoming import find_room
from endpoint.stores.git.network import Network
from endpoint.stores.git.partial_clones import SENDER
from endpoint.stores.git.refusals import explain

_LONGEST_S = 6 * 3600
_LOOK_S = 0.5

ShowBytes = Callable[[int], None]
"""Called now and then with the bytes that have arrived."""


def clone_bare(
    access: Access, bare: Path, show_bytes: ShowBytes, depth: int = 0, left_out: str = ""
) -> None:
    """Clone the repository that ``access`` opens to ``bare``, or its newest ``depth`` commits if
    that is not 0. ``left_out`` is a filter of git's: files that come when they are read.

    Raise ConfigError, with the reason and the mend, if it cannot be cloned.
    """
    # A path would be copied file by file, whatever the depth.
    words = ["clone", "--quiet", "--bare", "--no-local"]
    if depth:
        words += ["--depth", str(depth), "--single-branch"]
    if left_out:
        words.append(f"--filter={left_out}")
    if access.address.scheme == "file":
        words += ["--upload-pack", SENDER]
    try:
        with _watching(bare / "objects" / "pack", show_bytes):
            said = Network(bare.parent, access).run(
                *(*words, "--", access.address.url, str(bare.absolute())),
                timeout_s=_LONGEST_S,
                most_bytes=find_room(bare.parent),
            )
    except EndpointError as error:
        raise ConfigError(error.description) from error
    if said.code:
        raise ConfigError(f"The repository cannot be cloned. {explain(said.errors, access)}")


def default_branch(bare: Path) -> str:
    """Return the branch that HEAD stands on; raise ConfigError if it has no commits."""
    branch = _run(bare, "symbolic-ref", "--short", "HEAD")
    if not _run(bare, "for-each-ref", f"refs/heads/{branch}"):
        raise ConfigError(
            f"The repository has no commits on its branch {branch}; push the site there first"
        )
    return branch


def top_names(bare: Path, branch: str) -> set[str]:
    """Return the names in the root folder of ``branch``."""
    return set(_run(bare, "ls-tree", "--name-only", f"refs/heads/{branch}").splitlines())


def find_hosting(source: str) -> str:
    """Return where a site that was adopted from ``source`` is pushed to, or an empty string.

    That is ``source`` itself, unless it is somebody's work tree on this machine, which no push
    may change: then it is where that one pushes to.
    """
    folder = Path(source)
    if not (folder / ".git").exists():
        return source
    try:
        return _run(folder, "config", "--get", "--default", "", "remote.origin.url")
    except ConfigError:
        return ""


@contextmanager
def _watching(folder: Path, show_bytes: ShowBytes) -> Iterator[None]:
    done = Event()

    def look() -> None:
        while not done.wait(_LOOK_S):
            show_bytes(_size(folder))

    looking = Thread(target=look, name="progress", daemon=True)
    looking.start()
    try:
        yield
    finally:
        done.set()
        looking.join()


def _size(folder: Path) -> int:
    try:
        return sum(entry.stat().st_size for entry in folder.iterdir())
    except OSError:
        return 0  # not there yet, or just renamed


def _run(folder: Path, *words: str) -> str:
    try:
        return run_git(folder, *words)
    except EndpointError as error:
        raise ConfigError(error.description) from error
