"""The server as Mastodon's apps see it: instance, version 1 and 2, and NodeInfo."""

from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.media_types import BY_EXTENSION, HEIC

SOFTWARE = "indieweb-endpoint"
CHARACTERS_PER_URL = 23
MAX_ATTACHMENTS = 20
MAX_DESCRIPTION = 1500

_MEDIA_TYPES = tuple(sorted({kept.name for kept in [*BY_EXTENSION.values(), HEIC]}))
_COMPATIBLE = "4.2.1"
"""Editing, and version 2 of the instance; without what came after: quotes, grouped notifications.

Some apps read the number at the beginning, others look for a name behind it.
"""


@dataclass(frozen=True)
class About:
    """What the server says of itself; ``base_url`` ends without a slash, URLs are absolute.

    ``languages`` are BCP 47 codes, ``note`` is plain text.
    """

    base_url: str
    title: str
    note: str
    email: str
    languages: tuple[str, ...]
    software_version: str
    max_characters: int
    max_attachments: int
    max_media_bytes: int
    max_pixels: int

    @property
    def host(self) -> str:
        """The host that the owner types into an app, with its port if it has one."""
        return urlsplit(self.base_url).netloc

    @property
    def version(self) -> str:
        """Mastodon's version, which apps go by, and who really answers."""
        return f"{_COMPATIBLE} (compatible; {SOFTWARE} {self.software_version})"

    @property
    def streaming(self) -> str:
        """A URL as apps insist on one; nothing answers there, and they ask again instead."""
        return f"wss://{self.host}"


def describe_v1(about: About, owner: Entity, posts: int) -> Entity:
    """Return the entity V1::Instance; ``owner`` is an Account, ``posts`` counts them."""
    return {
        "uri": about.host,
        "title": about.title,
        "short_description": escape(about.note),
        "description": escape(about.note),
        "email": about.email,
        "version": about.version,
        "urls": {"streaming_api": about.streaming},
        "stats": {"user_count": 1, "status_count": posts, "domain_count": 0},
        "thumbnail": owner["avatar"],
        "languages": list(about.languages),
        "registrations": False,
        "approval_required": False,
        "invites_enabled": False,
        "configuration": _configure(about),
        "max_toot_chars": about.max_characters,
        "contact_account": owner,
        "rules": [],
    }


def describe_v2(about: About, owner: Entity) -> Entity:
    """Return the entity Instance; ``owner`` is an Account."""
    urls = {"streaming": about.streaming, "status": None}
    return {
        "domain": about.host,
        "title": about.title,
        "version": about.version,
        "source_url": f"https://pypi.org/project/{SOFTWARE}/",
        "description": about.note,
        "usage": {"users": {"active_month": 1}},
        "thumbnail": {"url": owner["avatar"], "blurhash": None, "versions": {}},
        "icon": [],
        "languages": list(about.languages),
        "configuration": {"urls": urls, "vapid": {"public_key": ""}, **_configure(about)},
        "registrations": {
            "enabled": False,
            "approval_required": False,
            "message": None,
            "url": None,
        },
        "contact": {"email": about.email, "account": owner},
        "rules": [],
    }


def _configure(about: About) -> Entity:
    return {
        "accounts": {"max_featured_tags": 0, "max_pinned_statuses": 0},
        "statuses": {
            "max_characters": about.max_characters,
            "max_media_attachments": about.max_attachments,
            "characters_reserved_per_url": CHARACTERS_PER_URL,
        },
        "media_attachments": {
            "supported_mime_types": list(_MEDIA_TYPES),
            "description_limit": MAX_DESCRIPTION,
            "image_size_limit": about.max_media_bytes,
            "image_matrix_limit": about.max_pixels,
            "video_size_limit": about.max_media_bytes,
            "video_frame_rate_limit": 120,
            "video_matrix_limit": about.max_pixels,
        },
        # None can be made; the figures are those of the smallest that apps can think of.
        "polls": {
            "max_options": 0,
            "max_characters_per_option": 0,
            "min_expiration": 0,
            "max_expiration": 0,
        },
        "translation": {"enabled": False},
    }


def node_links(base_url: str) -> Entity:
    """Return the document at ``/.well-known/nodeinfo``."""
    rel = "http://nodeinfo.diaspora.software/ns/schema/2.0"
    return {"links": [{"rel": rel, "href": f"{base_url}/nodeinfo/2.0"}]}


def describe_node(about: About, posts: int) -> Entity:
    """Return NodeInfo 2.0; its metadata tell apps which API this is."""
    return {
        "version": "2.0",
        "software": {"name": SOFTWARE, "version": about.software_version},
        "protocols": [],
        "services": {"inbound": [], "outbound": []},
        "usage": {"users": {"total": 1, "activeMonth": 1}, "localPosts": posts},
        "openRegistrations": False,
        "metadata": {"nodeName": about.title, "upstream": {"name": "mastodon"}},
    }
