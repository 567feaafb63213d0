"""The tables of the post index: rows that git can make again at any time."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    select,
    union,
)

SHAPE = "7"
"""To be raised when these tables, or what is kept in them, change: the old are dropped."""

UNDATED = -(2**62)
"""The ``published`` of a page without a date, which puts it after all others."""

metadata = MetaData()

# Compared byte by byte everywhere, so that every database gives the same order.
_Exact = String().with_variant(String(collation="C"), "postgresql")

posts = Table(
    "index_posts",
    metadata,
    Column("path", _Exact, primary_key=True),
    Column("address", _Exact, nullable=False),
    Column("permalink", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("kind", _Exact, nullable=False),
    Column("status", _Exact, nullable=False),
    Column("listed", Boolean, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("published", BigInteger, nullable=False),
    Column("properties", Text, nullable=False),
    Column("channels", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("item", Text, nullable=False),
)
Index("index_posts_by_address", posts.c.address, posts.c.path)
for _first in (["listed"], ["public"], ["kind"], ["public", "kind"], ["status"]):
    _columns = [*_first, "published", "path"]
    Index("_".join(["index_posts_by", *_columns]), *(posts.c[name] for name in _columns))

labels = Table(
    "index_labels",
    metadata,
    Column("path", _Exact, primary_key=True),
    Column("family", _Exact, primary_key=True),
    Column("key", _Exact, primary_key=True),
    Column("label", _Exact, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("published", BigInteger, nullable=False),
)
for _columns in (
    ["key", "published", "path"],
    ["key", "public", "published", "path"],
    ["label"],
    ["public", "label", "published"],
):
    Index(
        "_".join(["index_labels_by", *_columns]),
        labels.c.family,
        *(labels.c[name] for name in _columns),
    )

tombstones = Table(
    "index_tombstones",
    metadata,
    Column("path", _Exact, primary_key=True),
    Column("address", _Exact, nullable=False),
    Column("data", Text, nullable=False),
)
Index("index_tombstones_by_address", tombstones.c.address, tombstones.c.path)

old_urls = Table(
    "index_old_urls",
    metadata,
    Column("path", _Exact, primary_key=True),
    Column("address", _Exact, primary_key=True),
)
Index("index_old_urls_by_address", old_urls.c.address, old_urls.c.path)

problems = Table(
    "index_problems",
    metadata,
    Column("path", _Exact, primary_key=True),
    Column("sentence", Text, nullable=False),
)

media = Table(
    "index_media",
    metadata,
    Column("path", _Exact, primary_key=True),
    Column("name", _Exact, nullable=False),
)
Index("index_media_by_name", media.c.name, media.c.path)

uses = Table(
    "index_uses",
    metadata,
    Column("path", _Exact, primary_key=True),
    Column("name", _Exact, primary_key=True),
)
Index("index_uses_by_name", uses.c.name, uses.c.path)

state = Table(
    "index_state",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("made_with", Text, nullable=False),
    Column("commit", Text, nullable=False),
    Column("changed", Text, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("public", Integer, nullable=False),
)

paths = union(*(select(table.c.path) for table in (posts, tombstones, problems, media, uses)))
"""The query for every file that has rows here."""
