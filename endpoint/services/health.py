"""Whether the server can do its work: the database answers and the branch is there."""

from dataclasses import dataclass

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from endpoint.errors import Unavailable
from endpoint.stores.repository import Repository


@dataclass(frozen=True)
class Health:
    """The stores a post needs."""

    engine: Engine
    repository: Repository

    def require(self) -> None:
        """Raise Unavailable, saying what is missing, unless a post could be made now."""
        self.repository.head()
        try:
            with self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            raise Unavailable("The database does not answer") from error
