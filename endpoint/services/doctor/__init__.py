"""What ``endpoint check`` finds: each part of the installation, and the mend where one is ill."""

from collections.abc import Iterator, Mapping

from sqlalchemy import Engine

from endpoint.config import Config
from endpoint.generators.generator import Generator
from endpoint.services.doctor.answers import Answers
from endpoint.services.doctor.apps import AppsCheck
from endpoint.services.doctor.bucket import BucketCheck
from endpoint.services.doctor.building import Building
from endpoint.services.doctor.copies import CopiesCheck
from endpoint.services.doctor.discovery import Discovery
from endpoint.services.doctor.findings import Finding, Ill, look
from endpoint.services.doctor.hosting import Hosting
from endpoint.services.doctor.mentions import KeptMentions
from endpoint.services.health import require_stores
from endpoint.stores.builder import Builder
from endpoint.stores.checkout import Checkout
from endpoint.stores.followers import Followers
from endpoint.stores.index import PostIndex
from endpoint.stores.media.places import MediaPlace
from endpoint.stores.repository import Repository
from endpoint.stores.web import Web
from endpoint.syndicators import Syndicator

__all__ = ["Doctor", "Finding"]


class Doctor:
    """Examines an installation without changing anything a reader could see."""

    def __init__(
        self,
        config: Config,
        engine: Engine,
        followers: Followers,
        repository: Repository,
        index: PostIndex,
        builder: Builder,
        checkout: Checkout,
        generator: Generator,
        web: Web,
        hosting: Hosting,
        bucket: MediaPlace | None,
        syndicators: Mapping[str, Syndicator],
    ) -> None:
        self._config = config
        self._engine = engine
        self._followers = followers
        self._repository = repository
        self._index = index
        mentions = KeptMentions(repository, generator)
        self._building = Building(config, index, builder, checkout, mentions)
        self._discovery = Discovery(config, web)
        self._answers = Answers(config, web)
        self._apps = AppsCheck(config, web)
        self._hosting = hosting
        self._bucket = BucketCheck(bucket, web)
        self._copies = CopiesCheck(syndicators)

    def examine(self) -> Iterator[Finding]:
        """Yield a finding for each part, as soon as it is known."""
        yield Finding("configuration", is_well=True, says=f"for {self._config.me}")
        yield look("repository and database", self._examine_stores)
        yield look("posts", self._examine_posts)
        if self._config.repository.sign_with:
            yield look("signing", self._examine_signing)
        yield from self._hosting.examine()
        yield look("worker", self._examine_worker)
        yield from self._bucket.examine()
        yield from self._building.examine()
        yield from self._discovery.examine()
        yield from self._answers.examine()
        yield from self._apps.examine()
        yield from self._copies.examine()

    def _examine_stores(self) -> str:
        require_stores(self._engine, self._repository)
        return f"branch {self._config.repository.branch} is at {self._repository.head()[:10]}"

    def _examine_posts(self) -> str:
        self._index.catch_up()
        problems = self._index.problems()
        if problems:
            path, problem = problems[0]
            more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
            raise Ill(f"{path} cannot be read as a post: {problem}{more}")
        return "every file of the content folders can be read"

    def _examine_signing(self) -> str:
        self._repository.sign(b"tree 0\n\n")
        return "commits are signed"

    def _examine_worker(self) -> str:
        for name in ("checkout", "build"):
            progress = self._followers.progress(name)
            if progress.last_error:
                raise Ill(f"{name} failed {progress.attempts} times: {progress.last_error}")
        if self._followers.progress("checkout").done.partition(" ")[0] != self._repository.head():
            return "not up to date yet; endpoint serve or endpoint worker does the work"
        return "nothing failed, and the newest commit is checked out"
