"""Files of the repository as rows of the post index."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Row, Table, bindparam, delete, insert

from endpoint.domain.descriptions import find_links
from endpoint.domain.feed import make_item, tags, write_item
from endpoint.domain.markup import to_text
from endpoint.domain.media_names import find_names, is_name
from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post, Properties
from endpoint.domain.tombstones import Tombstone
from endpoint.generators.generator import Generator
from endpoint.stores.index.tables import (
    UNDATED,
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
_LONGEST_LABEL = 500
_strict_json = json.JSONEncoder(allow_nan=False).encode  # made once: it costs more than its work
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_log = structlog.get_logger()


def concerns(generator: Generator, path: str) -> bool:
    """Say whether the index keeps anything of a file at ``path``."""
    is_ours = is_media(path) or generator.is_post(path) or _is_tombstone(generator, path)
    return is_ours and _is_storable(path)


def is_media(path: str) -> bool:
    """Say whether ``path`` is that of a post's photo, video or sound; its content is not read."""
    return is_name(path.rpartition("/")[2])


def media_rows(path: str) -> Rows:
    """Return the rows of such a file."""
    return {media: [{"path": path, "name": path.rpartition("/")[2]}]}


def read_rows(generator: Generator, path: str, data: bytes, *, literal: bool) -> Rows:
    """Return the rows of the file; a broken one becomes a row of ``problems``.

    With ``literal`` the feed shows plain text as typed.
    """
    # Also of a post that is broken or deleted: what it shows must be there when it comes back.
    named = [{"path": path, "name": name} for name in sorted(find_names(data))]
    return {uses: named, **_read_or_note(path, lambda: _read_file(generator, path, data, literal))}


def _read_file(generator: Generator, path: str, data: bytes, literal: bool) -> Rows:
    if _is_tombstone(generator, path):
        return {tombstones: [_storable(_read_tombstone(path, data))]}
    return _read_page(generator, path, data, literal)


def _read_page(generator: Generator, path: str, data: bytes, literal: bool) -> Rows:
    post = generator.read(path, data)
    is_listed = post is not None and generator.is_listed(path)
    return _read_post(post, is_listed, literal) if post else {}


def _read_or_note(path: str, read: Callable[[], Rows]) -> Rows:
    try:
        return read()
    except ValueError as error:
        sentence = str(error)
    except Exception as error:
        # A file that trips a fault of ours must not hide all the others.
        _log.exception("file not indexed", path=path)
        sentence = f"the file cannot be read ({type(error).__name__})"
    return {problems: [{"path": path, "sentence": sentence.encode(errors="replace").decode()}]}


def write_rows(connection: Connection, generator: Generator, files: Mapping[str, Rows]) -> None:
    """Put ``files``, the rows of each path, in the place of what the index had of them."""
    shown = {path for path in files if is_media(path)}
    graves = {path for path in files.keys() - shown if _is_tombstone(generator, path)}
    pages = files.keys() - graves - shown
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


def _is_tombstone(generator: Generator, path: str) -> bool:
    return path.startswith(f"{generator.gone_folder}/") and path.endswith(".json")


def _read_tombstone(path: str, data: bytes) -> dict[str, Any]:
    tombstone = Tombstone.from_json(data)
    text = tombstone.to_json().decode()
    return {"path": path, "address": address(tombstone.permalink), "data": text}


def _read_post(post: Post, is_listed: bool, literal: bool) -> Rows:
    published = post.published
    is_public = (
        post.status == "published"
        and post.visibility == "public"
        and published is not None
        and is_listed
    )
    place = {
        "path": post.path,
        "public": is_public,
        "published": UNDATED if published is None else to_microseconds(published),
    }
    item = write_item(make_item(post, literal=literal)) if is_public else ""
    return {
        posts: [_storable({**place, **_read_columns(post), "listed": is_listed, "item": item})],
        labels: [_storable({**place, **label}) for label in _read_labels(post)],
        old_urls: [
            _storable({"path": post.path, "address": where})
            for where in dict.fromkeys(map(address, post.old_urls))
            if where
        ],
    }


def _read_columns(post: Post) -> dict[str, Any]:
    return {
        "address": address(post.permalink),
        "permalink": post.permalink,
        "type": post.type,
        "kind": post.kind,
        "status": "published" if post.status == "published" else "draft",
        "properties": _strict_json(post.properties),
        "channels": json.dumps(post.channels),
        "words": _fold(post.properties),
    }


def _read_labels(post: Post) -> Iterator[dict[str, str]]:
    words = {tag_key(tag): tag for tag in reversed(tags(post.properties))}
    for key, label in words.items():
        if len(label) <= _LONGEST_LABEL:
            yield {"family": TAG, "key": key, "label": label}
    for uid in dict.fromkeys(post.channels):
        yield {"family": CHANNEL, "key": uid, "label": uid}
    if not post.properties.keys().isdisjoint(ANSWERS):
        yield from _read_answers(find_links(post.properties))


def _read_answers(links: Mapping[str, list[str]]) -> Iterator[dict[str, str]]:
    for name in ANSWERS:
        for key in dict.fromkeys(map(address, links.get(name, []))):
            if key and len(key) <= _LONGEST_LABEL:
                yield {"family": name, "key": key, "label": ""}


def _fold(properties: Properties) -> str:
    values = [properties.get(name, []) for name in ("name", "summary", "content")]
    return "\n".join(_read_text(value) for each in values for value in each).casefold()


def _read_text(value: Any) -> str:
    match value:
        case str():
            return value
        case {"html": str(html)}:
            return to_text(html)
        case {"markdown": str(markdown)}:
            return markdown
    return ""


def _storable(row: dict[str, Any]) -> dict[str, Any]:
    if not all(_is_storable(value) for value in row.values() if isinstance(value, str)):
        raise ValueError("the file holds characters that are not text")
    return row


def _is_storable(text: str) -> bool:
    # PostgreSQL keeps no NUL, and no database half a surrogate pair.
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False
