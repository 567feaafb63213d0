"""Whether the server can do its work, and how far behind what follows a commit is."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from sqlalchemy import Engine

from endpoint.errors import EndpointError
from endpoint.services.following import Following
from endpoint.services.publishing import Backlog, Publishing
from endpoint.services.syndication.backfeed import BACKFEED
from endpoint.services.syndication.copying import SYNDICATE
from endpoint.services.webmentions.receiving.looking import Looking
from endpoint.stores.bell import Bell
from endpoint.stores.database import ping
from endpoint.stores.followers import Progress
from endpoint.stores.index import PostIndex
from endpoint.stores.queues import Queue
from endpoint.stores.repository import Repository

_NOTHING = Queue(0, None)


@dataclass(frozen=True)
class Readiness:
    """What works: a post needs database and repository, and nothing else here.

    ``followers`` are empty, and the others None, if nobody can say how far they are.
    """

    has_database: bool
    has_repository: bool
    followers: tuple[Progress, ...] = ()
    backlog: Backlog | None = None
    mentions: Queue | None = None
    copies: Queue | None = None
    backfeed: Queue | None = None

    @property
    def is_ready(self) -> bool:
        """Whether a post could be made now; a hosting that is down does not matter for that."""
        return self.has_database and self.has_repository


@dataclass(frozen=True)
class Health:
    """The stores a post needs, and what follows them.

    ``queues`` has what asks how much waits for those followers that copy posts.
    """

    engine: Engine
    repository: Repository
    following: Following
    publishing: Publishing
    index: PostIndex
    bell: Bell
    looking: Looking
    queues: Mapping[str, Callable[[], Queue]]

    def examine(self) -> Readiness:
        """Return what works by now."""
        has_database = _works(lambda: ping(self.engine))
        has_repository = _works(self.repository.head)
        readiness = Readiness(has_database=has_database, has_repository=has_repository)
        if has_database:
            readiness = replace(readiness, followers=self.following.progress())
        with suppress(EndpointError):
            readiness = replace(readiness, backlog=self.publishing.backlog())
        with suppress(EndpointError):
            readiness = replace(readiness, mentions=self.looking.queue())
        with suppress(EndpointError):
            waiting = {name: ask() for name, ask in self.queues.items()}
            copies, backfeed = (waiting.get(name, _NOTHING) for name in (SYNDICATE, BACKFEED))
            readiness = replace(readiness, copies=copies, backfeed=backfeed)
        return readiness

    def figures(self) -> dict[str, tuple[str, float]]:
        """Return figures with a sentence on each, by name; without those out of reach."""
        asked: dict[str, tuple[str, Callable[[], float]]] = {
            "posts": ("Posts, drafts and scheduled ones included.", self.index.count),
            "queue_depth": ("Rings that no worker has heard yet.", self.bell.depth),
        }
        figures = {}
        for name, (help_text, ask) in asked.items():
            with suppress(EndpointError):
                figures[name] = (help_text, float(ask()))
        return figures


def require_stores(engine: Engine, repository: Repository) -> None:
    """Raise Unavailable, saying what is missing, unless a post could be made now."""
    repository.head()
    ping(engine)


def _works(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except EndpointError:
        return False
    return True
