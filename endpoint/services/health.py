"""Whether the server can do its work: the database answers and the branch is there."""

from dataclasses import dataclass

from sqlalchemy import Engine

from endpoint.stores.database import ping
from endpoint.stores.repository import Repository


@dataclass(frozen=True)
class Health:
    """The stores a post needs."""

    engine: Engine
    repository: Repository

    def require(self) -> None:
        """Raise Unavailable, saying what is missing, unless a post could be made now."""
        self.repository.head()
        ping(self.engine)
