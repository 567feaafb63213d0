"""People as Mastodon's apps see them: the owner, and whoever wrote about the owner's pages."""

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape
from urllib.parse import urlsplit

from endpoint.domain.descriptions import is_web
from endpoint.domain.mastodon.entities import Entity
from endpoint.domain.webmentions.mention import Author

_NICKNAME = re.compile(r"/(?:@|users/|u/|profile/)([A-Za-z0-9_][A-Za-z0-9_.-]{0,60})/?")
_LONG_AGO = "2000-01-01T00:00:00.000Z"


@dataclass(frozen=True)
class Account:
    """A person; ``url``, ``avatar`` and ``header`` are absolute, ``note`` is HTML.

    ``acct`` has no host for the owner; ``last_status_at`` is None where nothing
    was posted.
    """

    id: str
    username: str
    acct: str
    name: str
    url: str
    avatar: str
    header: str
    note: str = ""
    posts: int = 0
    last_status_at: datetime | None = None

    def describe(self) -> Entity:
        """Return the entity Account."""
        return {
            "id": self.id,
            "username": self.username,
            "acct": self.acct,
            "display_name": self.name,
            "locked": False,
            "bot": False,
            "group": False,
            "discoverable": True,
            "indexable": True,
            "created_at": _LONG_AGO,
            "note": self.note,
            "url": self.url,
            "uri": self.url,
            "avatar": self.avatar,
            "avatar_static": self.avatar,
            "header": self.header,
            "header_static": self.header,
            "followers_count": 0,
            "following_count": 0,
            "statuses_count": self.posts,
            "last_status_at": self.last_status_at and f"{self.last_status_at:%Y-%m-%d}",
            "hide_collections": True,
            "noindex": False,
            "emojis": [],
            "roles": [],
            "fields": [],
        }

    def mention(self) -> Entity:
        """Return it as the entity Status::Mention."""
        return {"id": self.id, "username": self.username, "acct": self.acct, "url": self.url}


@dataclass(frozen=True)
class Pictures:
    """The URLs of pictures that stand for people who have none."""

    avatar: str
    header: str


def with_source(account: Entity, note: str, language: str) -> Entity:
    """Return the entity CredentialAccount of the owner; ``note`` is plain text."""
    source = {
        "privacy": "public",
        "sensitive": False,
        "language": language or None,
        "note": note,
        "fields": [],
        "follow_requests_count": 0,
    }
    role = {
        "id": "-99",
        "name": "",
        "permissions": "0",
        "color": "",
        "highlighted": False,
    }
    return {**account, "source": source, "role": role}


def profile_url(author: Author, source: str) -> str:
    """Return the URL that tells the author from others: his own, or the root of his site."""
    if is_web(author.url):
        return author.url
    parts = urlsplit(source)
    return f"{parts.scheme}://{parts.netloc}/"


def profile_urls(handle: str) -> list[str]:
    """Return where the profile of ``@name@host`` may be, for which ``of_author`` gives it."""
    name, _, host = handle.removeprefix("@").rpartition("@")
    paths = [folder + name for folder in ("@", "users/", "u/", "profile/")]
    paths += [""] if name == host else []
    return [
        f"{scheme}://{www}{host}/{path}"
        for scheme in ("https", "http")
        for www in ("", "www.")
        for path in paths
    ]


def of_author(number: str, url: str, author: Author, pictures: Pictures) -> Account:
    """Return whoever is at ``url``, by the name there, or that of the site."""
    parts = urlsplit(url)
    host = (parts.hostname or "unknown").removeprefix("www.")
    nickname = _NICKNAME.fullmatch(parts.path)
    username = nickname[1] if nickname else host
    return Account(
        id=number,
        username=username,
        acct=f"{username}@{host}",
        name=author.name or username,
        url=url,
        avatar=author.photo if is_web(author.photo) else pictures.avatar,
        header=pictures.header,
    )


def relationship(number: str) -> Entity:
    """Return the entity Relationship: the owner follows nobody, and nobody the owner."""
    return {
        "id": number,
        **dict.fromkeys(
            (
                "following",
                "showing_reblogs",
                "notifying",
                "followed_by",
                "blocking",
                "blocked_by",
                "muting",
                "muting_notifications",
                "requested",
                "requested_by",
                "domain_blocking",
                "endorsed",
            ),
            False,
        ),
        "languages": [],
        "note": "",
    }


def text_to_note(text: str) -> str:
    """Return plain ``text`` about a person as HTML."""
    return f"<p>{escape(text, quote=False)}</p>" if text.strip() else ""
