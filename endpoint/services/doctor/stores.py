"""Whether a post could be made: repository, database, readable posts, signed commits."""

from collections.abc import Iterator

from sqlalchemy import Engine

from endpoint.config import Config
from endpoint.services.doctor.findings import Finding, Ill, look
from endpoint.services.health import require_stores
from endpoint.stores.index import PostIndex
from endpoint.stores.repository import Repository


class StoresCheck:
    """Looks at what every post needs."""

    def __init__(
        self, config: Config, engine: Engine, repository: Repository, index: PostIndex
    ) -> None:
        self._config = config
        self._engine = engine
        self._repository = repository
        self._index = index

    def examine(self) -> Iterator[Finding]:
        """Yield a finding for the stores, one for the posts, and one for signing if it is on."""
        yield look("repository and database", self._examine_stores)
        yield look("posts", self._examine_posts)
        if self._config.repository.sign_with:
            yield look("signing", self._examine_signing)

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
