"""Micro.blog's JSON API: statuses, as Mastodon's apps get them, as items of a JSON Feed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from html import escape
from typing import Any
from urllib.parse import quote

from endpoint.domain.dates import parse_date
from endpoint.domain.descriptions import is_web
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.posts import Post

Document = dict[str, Any]


@dataclass(frozen=True)
class Feeds:
    """What every feed says of itself; the feed ``all`` is at ``{base_url}/posts/all``."""

    title: str
    home_page_url: str
    base_url: str

    def write(self, name: str, items: Iterable[Document], **known: Any) -> Document:
        """Return the feed ``name`` of ``items``; ``known`` are more members of ``_microblog``."""
        return {
            "version": "https://jsonfeed.org/version/1",
            "title": self.title,
            "home_page_url": self.home_page_url,
            "feed_url": f"{self.base_url}/posts/{quote(name)}",
            "_microblog": {"about": "https://micro.blog/about/api", **known},
            "items": list(items),
        }


def write_item(status: Entity, post: Post | None, zone: tzinfo, now: datetime) -> Document:
    """Return ``status`` as an item; ``post`` is the owner's own that it shows, None if none.

    The id is a string, and the date in UTC without fractions of a second: apps
    written in Swift and Go give up on anything else. The relative date is that
    of ``now`` in ``zone``.
    """
    published = parse_date(status["created_at"]).astimezone(UTC)
    return {
        "id": status["id"],
        "content_html": _html(status),
        "summary": status["spoiler_text"],
        "url": status["url"],
        "date_published": published.isoformat(timespec="seconds"),
        "author": write_author(status["account"]),
        "_microblog": {
            "date_relative": _relative(published.astimezone(zone), now.astimezone(zone)),
            "date_timestamp": int(published.timestamp()),
            "is_favorite": status["favourited"] or _is(post, "like"),
            "is_bookmark": status["bookmarked"] or _is(post, "bookmark"),
            "is_deletable": post is not None,
            "is_conversation": bool(status["in_reply_to_id"] or status["replies_count"]),
            "is_linkpost": post is not None and bool(post.properties.get("name")),
            "is_mention": post is None and bool(status["mentions"]),
            "note": "",
            "syndication": _copies(post) if post else [],
        },
    }


def _is(post: Post | None, kind: str) -> bool:
    # The owner's own like is what the list of likes has, and what an app takes back.
    return post is not None and post.kind == kind


def write_author(account: Entity) -> Document:
    """Return the ``author`` of an item."""
    return {
        "name": account["display_name"],
        "url": account["url"],
        "avatar": account["avatar"],
        "_microblog": {"username": _username(account), "is_following": False},
    }


def _username(account: Entity) -> str:
    # Whoever has a site instead of a name is called by its host, and that once.
    name, _, host = str(account["acct"]).partition("@")
    return name if name == host else str(account["acct"])


def _html(status: Entity) -> str:
    """Return the content with the pictures, films and sounds, which the apps look for in it."""
    shown = str(status["content"])
    for medium in status["media_attachments"]:
        if escape(medium["url"]) not in shown:
            shown += _show(medium)
    return shown


def _show(medium: Entity) -> str:
    url, alt = escape(medium["url"]), escape(medium["description"] or "")
    if medium["type"] == "image":
        return f'<p><img src="{url}" alt="{alt}"></p>'
    tag = "audio" if medium["type"] == "audio" else "video"
    return f'<p><{tag} src="{url}" controls></{tag}></p>'


def _copies(post: Post) -> list[str]:
    urls = post.properties.get("syndication", [])
    return [url for url in urls if isinstance(url, str) and is_web(url)]


def _relative(moment: datetime, now: datetime) -> str:
    return moment.strftime("%H:%M" if moment.date() == now.date() else "%Y-%m-%d")
