"""Rows of the post index: of which files there are any, and how they go in and come out."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, insert, select

from endpoint.domain.media_names import is_name
from endpoint.domain.posts import Post
from endpoint.generators.generator import Generator
from endpoint.stores.index.tables import (
    labels,
    media,
    old_urls,
    posts,
    problems,
    tombstones,
    uses,
)

TAG, CHANNEL = "tag", "channel"

ANSWERS = ("in-reply-to", "like-of", "repost-of", "bookmark-of")
"""Properties that say which page a post answers, likes, …: each a family of labels."""

AnyRow = Row[*tuple[Any, ...]]

Rows = dict[Table, list[dict[str, Any]]]
"""What the index keeps of one file; nothing of a file that is gone."""

_FORGET = {
    table: delete(table).where(table.c.path == bindparam("forgotten"))
    for table in (posts, labels, old_urls, tombstones, problems, media, uses)
}
_KEEP = {table: insert(table) for table in _FORGET}
_PUBLIC = select(posts.c.public).where(posts.c.path.in_(bindparam("paths", expanding=True)))
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def concerns(generator: Generator, path: str) -> bool:
    """Say whether the index keeps anything of a file at ``path``."""
    is_ours = is_media(path) or generator.is_post(path) or is_tombstone(generator, path)
    return is_ours and is_storable(path)


def is_media(path: str) -> bool:
    """Say whether ``path`` is that of a post's photo, video or sound; its content is not read."""
    return is_name(path.rpartition("/")[2])


def is_tombstone(generator: Generator, path: str) -> bool:
    """Say whether ``path`` is that of a file that stands for a deleted post."""
    return path.startswith(f"{generator.gone_folder}/") and path.endswith(".json")


def is_storable(text: str) -> bool:
    """Say whether every database keeps ``text``."""
    # PostgreSQL keeps no NUL, and no database half a surrogate pair.
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def write_rows(connection: Connection, generator: Generator, files: Mapping[str, Rows]) -> int:
    """Put ``files``, the rows of each path, in the place of what the index had of them.

    Return how many more posts are public then, whether they are out or not yet.
    """
    shown = {path for path in files if is_media(path)}
    graves = {path for path in files.keys() - shown if is_tombstone(generator, path)}
    pages = files.keys() - graves - shown
    before = list(connection.scalars(_PUBLIC, {"paths": list(pages)})).count(True)
    for table, paths in (
        (media, shown),
        (posts, pages),
        (labels, pages),
        (old_urls, pages),
        (uses, pages | graves),
        (tombstones, graves),
        (problems, files.keys()),
    ):
        if paths:
            connection.execute(_FORGET[table], [{"forgotten": path} for path in paths])
        if rows := [row for each in files.values() for row in each.get(table, [])]:
            connection.execute(_KEEP[table], rows)
    now = [row["public"] for each in files.values() for row in each.get(posts, [])]
    return now.count(True) - before


def to_post(row: AnyRow) -> Post:
    """Return the post that a row of ``posts`` keeps."""
    return Post(
        type=row.type,
        kind=row.kind,
        properties=json.loads(row.properties),
        permalink=row.permalink,
        path=row.path,
        channels=tuple(json.loads(row.channels)),
    )


def to_microseconds(moment: datetime) -> int:
    """Return an aware time as microseconds since 1970 in UTC."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def from_microseconds(microseconds: int) -> datetime:
    """Return the time that ``to_microseconds()`` made a number of."""
    return _EPOCH + timedelta(microseconds=microseconds)


def tag_key(tag: str) -> str:
    """Return what two tags that differ in case only have in common."""
    return tag.strip().casefold()
