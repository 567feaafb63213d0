"""Mentions as webmention.io lists them, which is what widgets and site generators read.

Its JF2 (https://jf2.spec.indieweb.org/, with properties of its own that begin
with ``wm-``), and the JSON from before, under the name ``links``.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from endpoint.domain.dates import format_date, parse_date
from endpoint.domain.webmentions.listing.listed import Listed
from endpoint.domain.webmentions.mention import Mention

PROPERTIES = {
    "reply": "in-reply-to",
    "like": "like-of",
    "repost": "repost-of",
    "bookmark": "bookmark-of",
    "rsvp": "rsvp",
    "mention": "mention-of",
}
"""For each kind of mention its ``wm-property``."""

Json = dict[str, Any]


def to_feed(listed: Iterable[Listed]) -> Json:
    """Return the mentions as a JF2 feed."""
    return {
        "type": "feed",
        "name": "Webmentions",
        "children": [_to_entry(one) for one in listed],
    }


def _to_entry(listed: Listed) -> Json:
    mention = listed.mention
    author = mention.author
    return {
        "type": "entry",
        "author": {
            "type": "card",
            "name": author.name,
            "photo": author.photo,
            "url": author.url,
        },
        "url": mention.url or listed.source,
        "published": mention.published or None,
        "wm-received": listed.received_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "wm-id": listed.number,
        "wm-source": listed.source,
        "wm-target": listed.target,
        "wm-protocol": "webmention",
        **_said(mention),
        **_relation(mention, listed.target),
        "wm-private": False,
    }


def _said(mention: Mention) -> Json:
    """Return what there is of name, content and copies elsewhere."""
    content = {"html": mention.html, "text": mention.text}
    said = {
        "name": mention.name,
        "syndication": list(mention.syndication),
        "content": {form: value for form, value in content.items() if value},
    }
    return {name: value for name, value in said.items() if value}


def _relation(mention: Mention, target: str) -> Json:
    relation = PROPERTIES.get(mention.kind, "mention-of")
    if relation == "rsvp":
        answer = {"rsvp": mention.rsvp, "in-reply-to": target}
    else:
        answer = {relation: target}
    return {**answer, "wm-property": relation}


def to_links(listed: Iterable[Listed]) -> Json:
    """Return the mentions as webmention.io did before JF2, and still does."""
    return {"links": [_to_link(one) for one in listed]}


def _to_link(listed: Listed) -> Json:
    mention = listed.mention
    return {
        "source": listed.source,
        "verified": True,
        "verified_date": format_date(listed.changed_at.replace(microsecond=0)),
        "id": listed.number,
        "private": False,
        "data": _data(mention, listed.source),
        "activity": {"type": "link" if mention.kind == "mention" else mention.kind},
        "target": listed.target,
    }


def _data(mention: Mention, source: str) -> Json:
    author = mention.author
    known = {"name": author.name, "url": author.url or None, "photo": author.photo or None}
    published = published_at(mention)
    return {
        **({"author": known} if any(known.values()) else {}),
        "url": mention.url or source,
        "name": mention.name or None,
        "content": mention.html or mention.text or None,
        "published": mention.published or None,
        "published_ts": int(published.timestamp()) if published else None,
        **({"rsvp": mention.rsvp} if mention.kind == "rsvp" else {}),
    }


def published_at(mention: Mention) -> datetime | None:
    """Return when the source says that it was published, as an aware time; None if it does not."""
    try:
        return parse_date(mention.published)
    except ValueError:
        return None
