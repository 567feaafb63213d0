"""Posts, and what other pages say of them, as Mastodon's statuses."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape

from endpoint.domain.dates import to_iso
from endpoint.domain.descriptions import describe as describe_deed
from endpoint.domain.feed_content import render_content
from endpoint.domain.markup import absolute, paragraphs, to_text
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.posts import Post, Properties
from endpoint.domain.webmentions.mention import Mention

_DEEDS = {"like": "Liked", "repost": "Reposted", "bookmark": "Bookmarked", "mention": "Mentioned"}
_LONGEST_START = 500


@dataclass(frozen=True)
class Counts:
    """How often a page was answered, reposted and liked."""

    replies: int = 0
    reblogs: int = 0
    favourites: int = 0

    def with_own(self, done: Collection[str]) -> "Counts":
        """Return them with what the owner did, of which no Webmention tells us."""
        reblogs, favourites = self.reblogs + ("repost" in done), self.favourites + ("like" in done)
        return replace(self, reblogs=reblogs, favourites=favourites)


@dataclass(frozen=True)
class Parent:
    """What a status answers: its number, and that of whoever wrote it."""

    id: str
    account_id: str


@dataclass(frozen=True)
class Status:
    """A status; ``content`` is sanitised HTML with absolute URLs only.

    ``account``, ``attachments``, ``mentions`` and ``application`` are entities, ``tags`` names with
    URLs, and ``done`` what the owner did with the page: like, repost, bookmark.
    """

    id: str
    url: str
    uri: str
    created_at: datetime
    account: Entity
    content: str
    edited_at: datetime | None = None
    visibility: str = "public"
    is_sensitive: bool = False
    spoiler: str = ""
    language: str = ""
    attachments: tuple[Entity, ...] = ()
    mentions: tuple[Entity, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    parent: Parent | None = None
    counts: Counts = Counts()
    application: Entity | None = None
    done: frozenset[str] = frozenset()

    def describe(self) -> Entity:
        """Return the entity Status."""
        return {
            "id": self.id,
            "uri": self.uri,
            "url": self.url,
            "created_at": to_iso(self.created_at),
            "edited_at": to_iso(self.edited_at) if self.edited_at else None,
            "account": self.account,
            "content": self.content,
            "visibility": self.visibility,
            "sensitive": self.is_sensitive,
            "spoiler_text": self.spoiler,
            "language": self.language or None,
            "media_attachments": list(self.attachments),
            "mentions": list(self.mentions),
            "tags": [{"name": name, "url": url} for name, url in self.tags],
            "emojis": [],
            "card": None,
            "poll": None,
            "reblog": None,
            "quote": None,
            "application": self.application,
            "in_reply_to_id": self.parent.id if self.parent else None,
            "in_reply_to_account_id": self.parent.account_id if self.parent else None,
            "replies_count": self.counts.replies,
            "reblogs_count": self.counts.reblogs,
            "favourites_count": self.counts.favourites,
            "favourited": "like" in self.done,
            "reblogged": "repost" in self.done,
            "bookmarked": "bookmark" in self.done,
            "muted": False,
            "pinned": False,
            "filtered": [],
        }


def content_of_post(post: Post, *, literal: bool) -> str:
    """Return what a timeline shows of ``post``: of an article its title, as a link, and beginning.

    With ``literal`` plain text is shown as typed instead of read as Markdown.
    """
    html = render_content(post.properties, literal)
    name = _text(post.properties, "name")
    if name:
        title = f'<p><a href="{escape(post.permalink)}">{escape(name, quote=False)}</a></p>'
        return title + _beginning(post, html)
    return absolute(html or describe_deed(post.properties), post.permalink)


def content_of_mention(mention: Mention, base: str, target: str) -> str:
    """Return what a mention says, URLs relative to ``base``, or a line about what it does."""
    if mention.html.strip():
        return absolute(mention.html, base)
    if mention.text.strip():
        return paragraphs(mention.text)
    words = mention.name.strip()
    if mention.kind == "rsvp":
        words = f"RSVP {mention.rsvp}"
    elif not words:
        words = _DEEDS.get(mention.kind, "Answered")
    if not target:
        return paragraphs(words)
    return f'<p>{escape(words, quote=False)}: <a href="{escape(target)}">{escape(target)}</a></p>'


def _beginning(post: Post, html: str) -> str:
    summary = _text(post.properties, "summary")
    if summary:
        return paragraphs(summary)
    text = to_text(html).partition("\n\n")[0]
    if len(text) > _LONGEST_START:
        text = text[:_LONGEST_START].rpartition(" ")[0] + " …"
    return paragraphs(text) if text else ""


def _text(properties: Properties, name: str) -> str:
    match properties.get(name):
        case [str(text), *_]:
            return " ".join(text.split())
        case [bool(flag), *_]:
            return str(flag).lower()
    return ""
