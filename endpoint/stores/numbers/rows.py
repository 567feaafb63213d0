"""The table of numbers, what one row tells, and what a number is asked for."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    String,
    Table,
    Text,
)

from endpoint.domain.permalinks import address
from endpoint.stores.database import Moment, metadata

numbers = Table(
    "numbers",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("family", String(16), nullable=False),
    Column("key", String(64), nullable=False, unique=True),
    Column("place", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
)
Index("numbers_by_family", numbers.c.family, numbers.c.id)
Index("numbers_by_place", numbers.c.place)

POST, MENTION, PAGE, ACCOUNT, MEDIA = "post", "mention", "page", "account", "media"
"""The families of what has a number; no two of any families share one."""
MOST = 2**63 - 1
"""The greatest number there is: apps keep them in 64 bits, with a sign."""
_LONGEST_KEY = 64


@dataclass(frozen=True)
class Numbered:
    """What has the number ``id``: its ``name`` tells it from others of its ``family``.

    ``content`` is what is known of it nowhere else, or empty.
    """

    id: int
    family: str
    name: str
    content: str = ""


@dataclass(frozen=True)
class Nameless:
    """What has no number yet, perhaps: it gets ``least``, or the first that is free after it.

    ``identity`` is what all spellings of ``name`` share, and ``url`` where it is to
    be seen, if it is a page.
    """

    family: str
    identity: str
    name: str
    least: int
    content: str = ""
    url: str = ""

    @property
    def key(self) -> str:
        """What tells it from everything else, in a length that databases index."""
        return key_of(self.family, self.identity)


def key_of(family: str, identity: str) -> str:
    """Return what tells the one of a family with this ``identity`` from everything else.

    That is both of them, or a hash where they are longer than a hash.
    """
    key = f"{family}\n{identity}"
    if len(key) <= _LONGEST_KEY:
        return key
    return sha256(key.encode("utf-8", "backslashreplace")).hexdigest()


def place_of(url: str) -> str:
    """Return what tells the page at ``url`` from all others; empty for none."""
    return sha256(address(url).encode()).hexdigest() if address(url) else ""
