"""A push of many commits beside as many pushes, with plain git to a bare remote by path."""

import secrets
from pathlib import Path

from benchmarks.figures import Key
from benchmarks.programs import git
from benchmarks.run import Run, stopwatch
from benchmarks.sites import BRANCH, Site, import_commit, write_post

TOGETHER, ONE_BY_ONE = "push of all commits in one", "pushes of one commit each"


def measure(run: Run) -> None:
    """Measure both on each site in turn; each value of the second is all its pushes together."""
    run.tell("pushes")
    remotes = {
        posts: _clone(site, run.folder / f"remote-{posts}") for posts, site in run.sites.items()
    }
    for _ in range(run.scale.starts):
        for posts, site in run.sites.items():
            together, one_by_one = _push_both(site, remotes[posts], run.scale.pushed)
            run.figures.add(Key(TOGETHER, posts), "ms", [together])
            run.figures.add(Key(ONE_BY_ONE, posts), "ms", [one_by_one])


def _clone(site: Site, remote: Path) -> Path:
    git(site.folder, "clone", "--quiet", "--bare", "--", str(site.bare), str(remote))
    return remote


def _push_both(site: Site, remote: Path, number: int) -> tuple[float, float]:
    together: list[float] = []
    one_by_one: list[float] = []
    commits = [_commit(site) for _ in range(2 * number)]
    with stopwatch(together):
        _push(site, remote, commits[number - 1])
    for commit in commits[number:]:
        with stopwatch(one_by_one):
            _push(site, remote, commit)
    return sum(together), sum(one_by_one)


def _commit(site: Site) -> str:
    import_commit(site.bare, {site.new_path(): write_post(secrets.randbelow(10**6), site.month)})
    return git(site.bare, "rev-parse", BRANCH).strip()


def _push(site: Site, remote: Path, commit: str) -> None:
    git(site.bare, "push", "--quiet", "--", str(remote), f"{commit}:{BRANCH}")
