"""JSON Feed 1.1: posts as items, items as a page of the feed."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from endpoint.domain.dates import format_date, parse_date
from endpoint.domain.descriptions import find_links
from endpoint.domain.feed_content import Medium, find_image, find_media, to_html
from endpoint.domain.posts import Post, Properties

_VERSION = "https://jsonfeed.org/version/1.1"
_strict_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class FeedSettings:
    """What the feed says of itself; what is empty is left out.

    ``authors`` are JSON Feed authors: objects with ``name``, ``url``, ``avatar``.
    """

    title: str
    home_page_url: str
    feed_url: str
    language: str = ""
    authors: tuple[Mapping[str, str], ...] = ()
    description: str = ""
    icon: str = ""


def make_item(post: Post, *, literal: bool = False) -> dict[str, Any]:
    """Return ``post`` as an item; with ``literal``, plain text is shown as typed.

    ``content_html`` is sanitised and never missing: a post without content gets
    a line about what it likes, answers or announces. ``content_text`` is the
    plain text of a post without a name. Raise ValueError if ``published`` is
    no date (JSON Feed 1.1, Items).
    """
    media = find_media(post)
    item = {
        "id": post.permalink,
        "url": post.permalink,
        "title": _first_text(post.properties, "name"),
        "content_html": to_html(post, literal=literal),
        "content_text": _plain(post.properties),
        "summary": _first_text(post.properties, "summary"),
        "image": find_image(post),
        "date_published": _rfc3339(post.published),
        "date_modified": _rfc3339(_modified(post.properties)),
        "tags": tags(post.properties),
        "attachments": [_attachment(each) for each in media],
        "_indieweb": {"kind": post.kind, **find_links(post.properties)},
    }
    return {name: value for name, value in item.items() if value or name == "content_html"}


def tags(properties: Properties) -> list[str]:
    """Return the categories that are words, each once; people tagged are none."""
    words = [value.strip() for value in properties.get("category", []) if isinstance(value, str)]
    return [word for word in dict.fromkeys(words) if word]


def write_item(item: Mapping[str, Any]) -> str:
    """Return ``item`` as strict JSON; raise ValueError if it holds what JSON cannot."""
    text = _strict_json(item)
    text.encode()
    return text


def write_feed(
    settings: FeedSettings, items: Iterable[str], *, feed_url: str, next_url: str
) -> bytes:
    """Return a page of the feed around ``items``, each JSON from ``write_item()``.

    ``next_url`` is empty on the last page (JSON Feed 1.1, Top-level).
    """
    top = {
        "version": _VERSION,
        "title": settings.title or settings.home_page_url,
        "home_page_url": settings.home_page_url,
        "feed_url": feed_url,
        "next_url": next_url,
        "description": settings.description,
        "icon": settings.icon,
        "language": settings.language,
        "authors": [_filled(author) for author in settings.authors if _filled(author)],
    }
    # The items are JSON already, and making it again would be most of a page's cost.
    return f'{write_item(_filled(top))[:-1]},"items":[{",".join(items)}]}}'.encode()


def _filled(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}


def _attachment(medium: Medium) -> dict[str, str]:
    return _filled({"url": medium.url, "mime_type": medium.mime_type, "title": medium.alt})


def _first_text(properties: Properties, name: str) -> str:
    texts = (value for value in properties.get(name, []) if isinstance(value, str))
    return " ".join(next(texts, "").split())


def _plain(properties: Properties) -> str:
    return "" if "name" in properties else _content(properties)


def _content(properties: Properties) -> str:
    return next((value for value in properties.get("content", []) if isinstance(value, str)), "")


def _modified(properties: Properties) -> datetime | None:
    try:
        return parse_date(properties["updated"][0])
    except (KeyError, IndexError, ValueError, AttributeError):
        # An owner may write anything there, and the post is as good without.
        return None


def _rfc3339(moment: datetime | None) -> str:
    if moment is None:
        return ""
    # Offsets of old local times have seconds, for which RFC 3339 has no place.
    is_odd = (moment.utcoffset() or timedelta()) % timedelta(minutes=1)
    return format_date(moment.astimezone(UTC) if is_odd else moment)
