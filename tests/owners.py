"""The owner of a site that a hosting builds, and what they do with it."""

from dataclasses import dataclass
from typing import Any, ClassVar

from flask.testing import FlaskClient

from endpoint.assembly import Parts
from endpoint.services.live import LIVE


@dataclass
class Owner:
    """What they have done is live when ``deploy`` says so, and then ``follower`` works."""

    follower: ClassVar[str]

    parts: Parts
    client: FlaskClient
    headers: dict[str, str]
    clock: Any

    def act(self, action: str, url: str, **more: Any) -> None:
        """Update, delete or undelete a post."""
        body = {"action": action, "url": url, **more}
        answer = self.client.post("/micropub", json=body, headers=self.headers)
        assert answer.status_code in (200, 204), answer.json

    def deploy(self) -> None:
        """Have the hosting say that all is live, and let the worker do what follows."""
        assert self.parts.live.hear(self.parts.repository.head())
        self.work()

    def work(self) -> None:
        """Let the worker do what follows a commit, and what is due by now."""
        self.clock.forward(seconds=1)
        self.parts.following.work(LIVE)
        self.parts.following.work(self.follower)
