"""What belongs to one clone of the site, and stays beside it when machines share a database."""

import socket
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlalchemy import Engine

from endpoint.stores.database import make_engine, prepare


@dataclass(frozen=True)
class Clone:
    """This machine's clone: ``engine`` keeps its index, uploads and followers.

    ``name`` is not that of another clone, on this machine or on others.
    ``has_others`` says that some may share the installation's database.
    """

    name: str
    engine: Engine
    has_others: bool


def open_clone(state: Path, shared: Engine) -> Clone:
    """Return the clone whose state is in the folder ``state``.

    Its engine is ``shared`` if that is SQLite, which is a file of this machine anyway.
    """
    # Not kept in a file: whoever sets up a second machine may begin with a copy of the folder.
    place = f"{socket.gethostname()}:{state.resolve()}"
    name = f"endpoint-{sha256(place.encode()).hexdigest()[:12]}"
    if shared.dialect.name == "sqlite":
        return Clone(name, shared, has_others=False)
    engine = make_engine(f"sqlite:///{state / 'clone.db'}")
    prepare(engine)
    return Clone(name, engine, has_others=True)
