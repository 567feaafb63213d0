"""What ``endpoint check`` finds: each part of the installation, and the mend where one is ill."""

from collections.abc import Iterator

from sqlalchemy import Engine

from endpoint.config import Config
from endpoint.services.doctor.answers import Answers
from endpoint.services.doctor.bucket import BucketCheck
from endpoint.services.doctor.building import Building
from endpoint.services.doctor.discovery import Discovery
from endpoint.services.doctor.findings import Finding, Ill, look
from endpoint.services.health import Health
from endpoint.stores.builder import Builder
from endpoint.stores.checkout import Checkout
from endpoint.stores.cloning import list_remote
from endpoint.stores.followers import Followers
from endpoint.stores.index import PostIndex
from endpoint.stores.media.places import MediaPlace
from endpoint.stores.repository import Repository
from endpoint.stores.web import Web

__all__ = ["Doctor", "Finding"]


class Doctor:
    """Examines an installation without changing anything a reader could see."""

    def __init__(
        self,
        config: Config,
        engine: Engine,
        repository: Repository,
        index: PostIndex,
        builder: Builder,
        checkout: Checkout,
        web: Web,
        bucket: MediaPlace | None = None,
    ) -> None:
        self._config = config
        self._engine = engine
        self._repository = repository
        self._index = index
        self._building = Building(config, index, builder, checkout)
        self._discovery = Discovery(config, web)
        self._answers = Answers(config, web)
        self._bucket = BucketCheck(bucket, web)

    def examine(self) -> Iterator[Finding]:
        """Yield a finding for each part, as soon as it is known."""
        yield Finding("configuration", is_well=True, says=f"for {self._config.me}")
        yield look("repository and database", self._examine_stores)
        yield look("posts", self._examine_posts)
        yield look("remote", self._examine_remote)
        yield look("worker", self._examine_worker)
        yield from self._bucket.examine()
        yield from self._building.examine()
        yield from self._discovery.examine()
        yield from self._answers.examine()

    def _examine_stores(self) -> str:
        Health(self._engine, self._repository).require()
        return f"branch {self._config.repository.branch} is at {self._repository.head()[:10]}"

    def _examine_posts(self) -> str:
        self._index.catch_up()
        problems = self._index.problems()
        if problems:
            path, problem = problems[0]
            more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
            raise Ill(f"{path} cannot be read as a post: {problem}{more}")
        return "every file of the content folders can be read"

    def _examine_remote(self) -> str:
        remote = self._config.repository.remote
        if not remote:
            return "none; the repository on this machine is the hosting"
        list_remote(remote, self._config.repository.path)
        return "answers; commits are not pushed there by themselves yet"

    def _examine_worker(self) -> str:
        for name in ("checkout", "build"):
            progress = Followers(self._engine).progress(name)
            if progress.last_error:
                raise Ill(f"{name} failed {progress.attempts} times: {progress.last_error}")
        if Followers(self._engine).progress("checkout").done != self._repository.head():
            return "not up to date yet; endpoint serve or endpoint worker does the work"
        return "nothing failed, and the newest commit is checked out"
