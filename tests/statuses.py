"""Posts as tests of the Mastodon API make them, and as the repository has them then."""

from collections.abc import Callable
from typing import Any

import frontmatter
import pytest
from git import Repo

from endpoint.assembly import Parts


def path_of(repo: Repo) -> str:
    """Return the path of the text that the last commit wrote."""
    paths = repo.git.show("--name-only", "--format=", "HEAD").splitlines()
    [path] = [path for path in paths if path.endswith(".md")]
    return str(path)


def read_post(repo: Repo) -> frontmatter.Post:
    """Return the post that the last commit wrote."""
    return frontmatter.loads(repo.git.show(f"HEAD:{path_of(repo)}"))


@pytest.fixture
def toot(client: Any, headers: dict[str, str]) -> Callable[..., Any]:
    """Return a function that posts a status with the module's ``headers``, and gives its entity."""

    def toot(status: str = "Hello", **more: Any) -> Any:
        body = {"status": status, **more}
        answer = client.post("/api/v1/statuses", json=body, headers=headers)
        assert answer.status_code == 200
        return answer.json

    return toot


@pytest.fixture
def publish(client: Any, bearer: Callable[..., dict[str, str]], clock: Any) -> Callable[..., str]:
    """Return a function that posts over Micropub, a minute after the last, and gives the URL."""
    headers = bearer()

    def publish(**properties: Any) -> str:
        clock.forward(minutes=1)
        lists = {name.replace("_", "-"): [value] for name, value in properties.items()}
        entry = {"type": ["h-entry"], "properties": lists}
        answer = client.post("/micropub", json=entry, headers=headers)
        assert answer.status_code in (201, 202)
        return str(answer.headers["Location"])

    return publish


@pytest.fixture
def approve(parts: Parts) -> Callable[..., Any]:
    """Return a function by which the owner approves mentions."""
    return lambda *ids: parts.webmentions.moderation.moderating.decide(ids, "approve")
