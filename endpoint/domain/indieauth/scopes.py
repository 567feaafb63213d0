"""Scopes: what an app can ask for, in words its owner understands."""

import re
from collections.abc import Iterable

_SCOPES = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")

SCOPES = {
    "profile": "Know your name, your photo and the address of your site",
    "email": "Know your e-mail address",
    "create": "Write new posts and publish them, with photos and other files",
    "post": "Write new posts and publish them, as older apps ask for it",
    "draft": "Write drafts that you publish yourself",
    "update": "Change posts that are already there",
    "delete": "Delete posts",
    "undelete": "Bring deleted posts back",
    "media": "Upload photos and other files",
}
"""The scopes this server knows, in the order they are shown, each as what it lets an app do.

``profile`` and ``email`` are IndieAuth's (§5.3.4); the others are Micropub's (§5.4), where
``post`` is the old name of ``create``.
"""

API_SCOPES = {
    "read": "See your posts, and who replied to them, liked them or shared them",
    "read:accounts": "Know your name, your photo and the address of your site",
    "read:statuses": "See your posts, and the replies to them",
    "read:notifications": "See who replied to your posts, liked them or shared them",
    "read:search": "Search your posts, and read pages of other sites for you",
    "read:favourites": "See what you like",
    "read:bookmarks": "See your bookmarks",
    "write": "Write new posts and publish them, change posts, delete them, and upload files",
    "write:statuses": "Write new posts and publish them, change posts, and delete them",
    "write:media": "Upload photos and other files",
    "write:favourites": "Publish likes, and take them back",
    "write:bookmarks": "Publish bookmarks, and take them back",
    "write:notifications": "Put notifications away",
}
"""The scopes that apps for Mastodon ask for, each as what it lets them do here."""

_OF_NO_USE_HERE = re.compile(r"follow|push|(?:read|write|admin)(?::[a-z_]+)*")

_MICROPUB_SCOPES = tuple(scope for scope in SCOPES if scope != "post")


def scopes_supported(*, has_api: bool) -> list[str]:
    """Return the scopes the metadata offers: all but the old name (RFC 8414 §2)."""
    api_scopes = ["read", "write", "follow", "push"] if has_api else []
    return [*_MICROPUB_SCOPES, *api_scopes]


WRITING = frozenset({"create", "post"})
"""The scopes that publish new posts, and are ``draft`` where only drafts may be written."""

API_WRITING = frozenset({"write", "write:statuses"})
"""The same for the Mastodon API; its apps insist on these, and ``draft`` beside them narrows."""

IDENTITY = frozenset({"profile", "email"})
"""The scopes that tell who the owner is, and let nobody do anything."""


def are_scopes(text: str) -> bool:
    """Return whether ``text`` is a blank-separated list of scopes, if only an empty one.

    They are printable ASCII without ``"`` and ``\\`` (RFC 6749 §3.3).
    """
    return _SCOPES.fullmatch(text) is not None


def describe(scope: str) -> str:
    """Return what ``scope`` lets an app do, for an owner; unknown ones too (IndieAuth §5.2)."""
    if known := SCOPES.get(scope) or API_SCOPES.get(scope):
        return known
    if _OF_NO_USE_HERE.fullmatch(scope):
        return "Nothing on this site; apps for Mastodon ask for it"
    return "Nothing this server knows; the app asks for it by name"


def is_known(scope: str) -> bool:
    """Return whether ``scope`` lets an app do anything."""
    return scope in SCOPES or scope in API_SCOPES


def narrowed_to_drafts(scopes: Iterable[str]) -> list[str]:
    """Return ``scopes`` without the right to publish what is new."""
    found = ["draft" if scope in WRITING else scope for scope in scopes]
    if not API_WRITING.isdisjoint(found):
        found.append("draft")
    return list(dict.fromkeys(found))


def in_order(scopes: tuple[str, ...]) -> list[str]:
    """Return ``scopes`` as they are shown: known ones first, the others as they were asked."""
    places = [*SCOPES, *API_SCOPES]
    return sorted(scopes, key=lambda scope: places.index(scope) if is_known(scope) else len(places))
