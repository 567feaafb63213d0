"""What the post index keeps of a file: a post, its labels and old addresses, or a tombstone."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import structlog

from endpoint.domain.descriptions import find_links
from endpoint.domain.feed import make_item, tags, write_item
from endpoint.domain.markup import to_text
from endpoint.domain.media_names import find_names
from endpoint.domain.permalinks import address
from endpoint.domain.posts import Post, Properties
from endpoint.domain.tombstones import Tombstone
from endpoint.generators.generator import Generator
from endpoint.stores.index.rows import (
    ANSWERS,
    CHANNEL,
    TAG,
    Rows,
    is_media,
    is_storable,
    is_tombstone,
    tag_key,
    to_microseconds,
)
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

_LONGEST_LABEL = 500
_strict_json = json.JSONEncoder(allow_nan=False).encode  # made once: it costs more than its work
_log = structlog.get_logger()


def read_rows(generator: Generator, path: str, data: bytes | None, *, literal: bool) -> Rows:
    """Return the rows of the file; a broken one becomes a row of ``problems``.

    ``data`` is None if the file is gone; that of media is not looked at. With
    ``literal`` the feed shows plain text as typed.
    """
    if data is None:
        return {}
    if is_media(path):
        return {media: [{"path": path, "name": path.rpartition("/")[2]}]}
    # Also of a post that is broken or deleted: what it shows must be there when it comes back.
    named = [{"path": path, "name": name} for name in sorted(find_names(data))]
    return {uses: named, **_read_or_note(path, lambda: _read_file(generator, path, data, literal))}


def _read_file(generator: Generator, path: str, data: bytes, literal: bool) -> Rows:
    if is_tombstone(generator, path):
        return {tombstones: [_storable(_read_tombstone(path, data))]}
    post = generator.read(path, data)
    return _read_post(post, generator.is_listed(path), literal) if post else {}


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
    if not all(is_storable(value) for value in row.values() if isinstance(value, str)):
        raise ValueError("the file holds characters that are not text")
    return row
